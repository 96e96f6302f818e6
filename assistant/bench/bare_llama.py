"""A plain loop over llama.cpp in a process of its own: what the engine is held against.

Run as `python -m assistant.bench.bare_llama MODEL CONTEXT THREADS`. A line on stdin is a JSON
object {messages, tokens}: how many to write. The answer is a line {prompt_tokens, prefill_ms,
decode_ms}. Every prompt is read from its first token on, in one batch, and the likeliest token is
taken by llama.cpp's own sampler, whatever it is; no text is made of them.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from assistant.engines.llama.tokens import ChatTemplate, Vocabulary


def main() -> None:
    """Serve one parent until it closes stdin."""
    answers = os.fdopen(os.dup(1), "w")
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    path, n_ctx, n_threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    import llama_cpp as lib

    lib.llama_backend_init()
    params = lib.llama_model_default_params()
    params.n_gpu_layers = 0
    # As the engine has it: see model.py.
    params.use_extra_bufts = b"AMX_INT8 = 1" not in lib.llama_print_system_info()
    model = lib.llama_model_load_from_file(os.fsencode(path), params)
    given = lib.llama_context_default_params()
    given.n_ctx = n_ctx
    given.n_threads = given.n_threads_batch = n_threads
    given.flash_attn_type = lib.LLAMA_FLASH_ATTN_TYPE_DISABLED
    context = lib.llama_init_from_model(model, given)
    template = ChatTemplate(lib, model, Vocabulary(lib, model))
    for line in sys.stdin:
        asked = json.loads(line)
        told = _loop(lib, context, template.tokens(asked["messages"]), asked["tokens"])
        answers.write(json.dumps(told) + "\n")
        answers.flush()


def _loop(lib: Any, context: Any, prompt: list[int], tokens: int) -> dict[str, float]:
    lib.llama_memory_clear(lib.llama_get_memory(context), False)
    sampler = lib.llama_sampler_init_greedy()
    room = (lib.llama_token * len(prompt))(*prompt)
    began = time.perf_counter()
    lib.llama_decode(context, lib.llama_batch_get_one(room, len(prompt)))
    token = lib.llama_sampler_sample(sampler, context, -1)
    read = time.perf_counter()
    one = (lib.llama_token * 1)()
    for _ in range(tokens - 1):
        one[0] = token
        lib.llama_decode(context, lib.llama_batch_get_one(one, 1))
        token = lib.llama_sampler_sample(sampler, context, -1)
    written = time.perf_counter()
    lib.llama_sampler_free(sampler)
    return {
        "prompt_tokens": len(prompt),
        "prefill_ms": (read - began) * 1000,
        "decode_ms": (written - read) * 1000,
    }


if __name__ == "__main__":
    main()
