"""A GGUF in memory: loading, reading a prompt with reuse of what is known, choosing tokens.

Part of the child process (`child.py`). Speaks llama.cpp's own C interface: the class `Llama`
hides the abort callback and the buffer types, and rebuilds its sampler for every token.
"""

from __future__ import annotations

import ctypes
import os
import sys
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.engines.llama import devices
from assistant.engines.llama.adapter import Adapter
from assistant.engines.llama.tokens import ChatTemplate, ChildError, Vocabulary
from assistant.engines.lookup import Lookup

# Tokens of a prompt that are read at once. On 2 cores 64 take 0.24 s, which is how often progress
# is told; 32 read 8 % slower, 512 no faster.
CHUNK_TOKENS = 64
# On a GPU, which small batches leave idle: llama.cpp's own size.
GPU_CHUNK_TOKENS = 512
# The cache is reused up to a multiple of this, and at least this many tokens are always read anew:
# llama.cpp rounds a batch of one token differently from larger ones (logits differ by 0.3), and
# the same prompt must give the same answer whatever was asked before it.
REUSE_TOKENS = 16
# Tokens that are computed ahead where the text seems to repeat itself. On 2 cores each takes 0.4 of
# the first one's time, and drafts are written 1.12 times as fast by 3 of them, 1.05 by 6.
GUESSED_TOKENS = 3


class Cancellation:
    """Which generation is to stop. The reading thread sets it, llama.cpp looks at it as well."""

    def __init__(self) -> None:
        self.flag = ctypes.create_string_buffer(2)
        self._current = 0
        self._latest = 0

    def begin(self, generation: int) -> None:
        """A generation starts, perhaps after its own cancel has come."""
        self.flag.value = b""
        self._current = generation
        if self._latest >= generation:
            self.flag.value = b"1"

    def cancel(self, generation: int) -> None:
        """Stop this generation, now or when it begins."""
        self._latest = max(self._latest, generation)
        if self._current == generation:
            self.flag.value = b"1"

    @property
    def requested(self) -> bool:
        return self.flag.value != b""


class LanguageModel:
    """A loaded GGUF and the one sequence it works on. ChildError in one sentence if it is none."""

    def __init__(  # noqa: PLR0913 - what the parent may set of it
        self,
        path: Path,
        cancellation: Cancellation,
        n_ctx: int,
        n_threads: int | None,
        seed: int,
        *,
        gpu_layers: int | None = 0,
        adapter: Path | None = None,
    ) -> None:
        """`gpu_layers`: None for as many as fit. `notices` holds what the person should know:
        a GPU that could not be used, an adapter that does not fit.
        """
        _check_gguf(path)
        self._lib = lib = _llama_cpp()
        self._seed = seed
        self.cancellation = cancellation
        self._log = _Log(lib)
        self.notices: list[str] = []
        self.devices = devices.listed()
        self._open(path, n_ctx, n_threads or usable_cores(), gpu_layers)
        self._memory = lib.llama_get_memory(self._ctx)
        self._read: list[int] = []  # prompt tokens whose keys and values are in memory
        self._written = 0  # tokens of the answer that are there as well
        self._ahead: list[int] = []  # guessed ones behind those
        self._row = -1  # whose logits in the last batch are those of the next token
        self._lookup = Lookup(())
        # Recurrent models cannot take back what was guessed wrongly.
        self._guesses = not (
            lib.llama_model_is_recurrent(self._model) or lib.llama_model_is_hybrid(self._model)
        )
        self._batch = (lib.llama_token * (self._chunk + REUSE_TOKENS))()
        self._all_rows = (ctypes.c_int8 * len(self._batch))(*[1] * len(self._batch))
        self.vocabulary = Vocabulary(lib, self._model)
        self.template = ChatTemplate(lib, self._model, self.vocabulary)
        self.n_ctx = min(
            int(lib.llama_n_ctx(self._ctx)), int(lib.llama_model_n_ctx_train(self._model))
        )
        self.n_params = int(lib.llama_model_n_params(self._model))
        self.name = self._meta(b"general.name") or path.stem
        self._adapter = self._opened_adapter(adapter)

    @property
    def has_adapter(self) -> bool:
        return self._adapter is not None

    @property
    def layers(self) -> int:
        """The model's layers, the output counted as one more."""
        return int(self._lib.llama_model_n_layer(self._model)) + 1

    @property
    def offloaded_layers(self) -> int:
        """The number of layers that a GPU computes."""
        return self.layers if self._offloaded < 0 else min(self._offloaded, self.layers)

    def use_adapter(self, on: bool) -> None:
        """Compute with the adapter or without from here on; without one, nothing changes."""
        if self._adapter is not None and self._adapter.switch(self._ctx, on):
            self._read = []

    def _open(self, path: Path, n_ctx: int, n_threads: int, gpu_layers: int | None) -> None:
        """Load the model and make its context, on the processor alone where a GPU fails."""
        can = bool(self._lib.llama_supports_gpu_offload())
        layers = devices.layers_for(path, gpu_layers, n_ctx, self.devices, can_offload=can)
        try:
            self._load(path, n_ctx, n_threads, layers)
        except ChildError as error:
            if not layers:
                raise
            self._load(path, n_ctx, n_threads, 0)
            self.notices.append(
                f"The GPU could not be used, so the processor computes alone. {error} "
                "Set llm.gpu_layers to a smaller number, or to 0."
            )

    def _load(self, path: Path, n_ctx: int, n_threads: int, gpu_layers: int) -> None:
        lib, log = self._lib, self._log
        log.clear()
        params = lib.llama_model_default_params()
        params.n_gpu_layers = gpu_layers
        # On CPUs with AMX llama.cpp crashes at the first batch when GCC has optimised the tile
        # configuration away (ggml-org/llama.cpp#20824, pull request 26954). Without these buffers
        # it computes with AVX-512. They stay elsewhere: repacked weights read prompts faster.
        params.use_extra_bufts = b"AMX_INT8 = 1" not in lib.llama_print_system_info()
        self._model = lib.llama_model_load_from_file(os.fsencode(path), params)
        if not self._model:
            raise ChildError(f"The model {path} could not be loaded ({log.first_error}).")
        self._offloaded = gpu_layers
        self._chunk = GPU_CHUNK_TOKENS if gpu_layers else CHUNK_TOKENS
        self._ctx = self._new_context(n_ctx, n_threads)
        if not self._ctx:
            lib.llama_model_free(self._model)
            raise ChildError(f"The model {path} could not be started ({log.first_error}).")

    def _opened_adapter(self, path: Path | None) -> Adapter | None:
        if path is None:
            return None
        try:
            return Adapter(self._lib, self._model, path, self._log)
        except ChildError as error:
            self.notices.append(f"{error} The model works without it.")
            return None

    def _new_context(self, n_ctx: int, n_threads: int) -> Any:
        lib = self._lib
        params = lib.llama_context_default_params()
        params.n_ctx = n_ctx
        # The compute buffer grows with the batch: 98 MB for llama.cpp's 512, 16 MB for this.
        params.n_batch = params.n_ubatch = self._chunk + REUSE_TOKENS
        params.n_threads = params.n_threads_batch = n_threads
        # On CPU flash attention decodes a third slower and makes results depend on the chunks;
        # on a GPU llama.cpp takes it where the GPU has it.
        params.flash_attn_type = (
            lib.LLAMA_FLASH_ATTN_TYPE_AUTO
            if self._offloaded
            else lib.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
        params.no_perf = True
        # Asked once per graph node, 900 times a token: a Python function would take the GIL each
        # time, strlen of a flag costs nothing. It is "true" as soon as the flag is not empty.
        libc = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None)
        params.abort_callback = ctypes.cast(libc.strlen, lib.ggml_abort_callback)
        params.abort_callback_data = ctypes.cast(self.cancellation.flag, ctypes.c_void_p)
        return lib.llama_init_from_model(self._model, params)

    def _meta(self, key: bytes) -> str:
        buffer = ctypes.create_string_buffer(256)
        self._lib.llama_model_meta_val_str(self._model, key, buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace")

    def reuse(self, prompt: Sequence[int]) -> int:
        """Cuts the memory to what it shares with `prompt`; how many of its tokens stay."""
        common = 0
        for old, new in zip(self._read, prompt, strict=False):
            if old != new:
                break
            common += 1
        keep = max(0, min(common, len(prompt) - REUSE_TOKENS)) // REUSE_TOKENS * REUSE_TOKENS
        # Everything behind goes: the last answer, and what an abort left half done. Recurrent
        # models cannot cut and start over.
        if not keep or not self._lib.llama_memory_seq_rm(self._memory, 0, keep, -1):
            self._lib.llama_memory_clear(self._memory, False)
            keep = 0
        self._read = list(prompt[:keep])
        self._written, self._ahead, self._lookup = 0, [], Lookup(prompt)
        return keep

    def read(self, prompt: Sequence[int]) -> Iterator[int]:
        """Reads the rest of `prompt` in chunks; yields how many tokens are read.

        Ends early when cancelled; what was read stays and is reused.
        """
        while (done := len(self._read)) < len(prompt) and not self.cancellation.requested:
            left = len(prompt) - done
            chunk = prompt[done : done + (left if left < len(self._batch) else self._chunk)]
            if self._compute(chunk):
                self._read.extend(chunk)
                yield len(self._read)

    def write(self, tokens: Sequence[int]) -> None:
        """Takes these as the answer's next tokens; the logits of what follows are there then.

        A guess of what follows is computed in the same batch, for which the weights come from
        memory only once; as far as it is right, nothing more is computed.
        """
        self._lookup.add(tokens)
        self._written += len(tokens)
        if self._ahead[:1] == list(tokens):
            del self._ahead[0]
            self._row += 1
            return
        if self._ahead:
            self._lib.llama_memory_seq_rm(self._memory, 0, self._position - len(tokens), -1)
        room = min(GUESSED_TOKENS, self.n_ctx - self._position)
        self._ahead = self._lookup.guess(room) if self._guesses else []
        self._compute([*tokens, *self._ahead], every_row=True)
        self._row = len(tokens) - 1

    @property
    def _position(self) -> int:
        return len(self._read) + self._written

    def _compute(self, tokens: Sequence[int], *, every_row: bool = False) -> bool:
        """Computes the next tokens; False when a cancel interrupted it. ChildError if it failed."""
        self._batch[: len(tokens)] = tokens
        batch = self._lib.llama_batch_get_one(self._batch, len(tokens))
        if every_row:
            batch.logits = self._all_rows
        self._row = -1
        status = self._lib.llama_decode(self._ctx, batch)
        if status not in {0, 2}:
            self._lib.llama_memory_clear(self._memory, False)
            self._read = []
            raise ChildError(f"The language model could not compute (llama_decode: {status}).")
        return bool(status == 0)

    def picker(self, temperature: float) -> Callable[[], tuple[int, float]]:
        """A function that gives the next token and its log probability (natural logarithm)."""
        import numpy as np

        sampler = self._sampler(temperature) if temperature > 0 else None
        exponentials = np.empty(self.vocabulary.size, dtype=np.float32)

        def pick() -> tuple[int, float]:
            address = self._lib.llama_get_logits_ith(self._ctx, self._row)
            logits = np.ctypeslib.as_array(address, shape=(self.vocabulary.size,))
            best = int(logits.argmax())
            token = best if sampler is None else sampler()
            np.subtract(logits, logits[best], out=exponentials)
            margin = float(exponentials[token])
            return token, margin - float(np.log(np.exp(exponentials, out=exponentials).sum()))

        return pick

    def _sampler(self, temperature: float) -> Callable[[], int]:
        lib = self._lib
        chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        for part in (
            lib.llama_sampler_init_top_k(40),
            lib.llama_sampler_init_top_p(0.95, 1),
            lib.llama_sampler_init_min_p(0.05, 1),
            lib.llama_sampler_init_temp(temperature),
            lib.llama_sampler_init_dist(self._seed),
        ):
            lib.llama_sampler_chain_add(chain, part)

        def sample() -> int:
            return int(lib.llama_sampler_sample(chain, self._ctx, self._row))

        weakref.finalize(sample, lib.llama_sampler_free, chain)
        return sample


class _Log:
    """llama.cpp's messages: all of them to stderr, and the first error for the person."""

    def __init__(self, lib: Any) -> None:
        self._error_level = 3  # GGML_LOG_LEVEL_ERROR, which llama_cpp does not name
        self.clear()
        self._callback = lib.llama_log_callback(self._write)  # C does not keep it alive
        lib.llama_log_set(self._callback, None)

    def clear(self) -> None:
        """Forget the error: the next one is the first."""
        self.first_error = "no reason given"
        self._found = False

    def _write(self, level: int, text: bytes, _data: object) -> None:
        os.write(2, text)
        if level == self._error_level and not self._found:
            self._found = True
            self.first_error = text.decode("utf-8", "replace").strip().rpartition(": ")[2]


def _llama_cpp() -> Any:
    try:
        import llama_cpp
    except (ImportError, OSError, RuntimeError) as error:
        raise ChildError(f"llama-cpp-python cannot be used ({error}).") from error
    llama_cpp.llama_backend_init()
    return llama_cpp


def _check_gguf(path: Path) -> None:
    if not path.is_file():
        raise ChildError(f"The model file {path} does not exist.")
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ChildError(f"The model file {path} cannot be read ({error.strerror}).") from error
    if magic != b"GGUF":
        raise ChildError(f"The file {path} is not a model in GGUF format.")


def usable_cores() -> int:
    """Physical cores that this process may run on; all of them decode fastest."""
    if not hasattr(os, "sched_getaffinity"):  # as on Windows and macOS
        return os.cpu_count() or 1
    cpus = os.sched_getaffinity(0)
    siblings = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
    cores = {_first_line(siblings.format(cpu)) or str(cpu) for cpu in cpus}
    # A container may be given less time than it sees cores; more threads would wait in turn.
    quota, _, period = _first_line("/sys/fs/cgroup/cpu.max").partition(" ")
    allowed = int(quota) // int(period) if quota.isdigit() else len(cores)
    return max(1, min(len(cores), allowed))


def _first_line(path: str) -> str:
    try:
        return Path(path).read_text().partition("\n")[0]
    except OSError:
        return ""
