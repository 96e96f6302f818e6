"""Text to the tokens of one GGUF and back: its vocabulary, its chat template, its answer's text.

Part of the child process (`child.py`); the functions of llama.cpp come in as `lib`.
"""

from __future__ import annotations

import codecs
import ctypes
import faulthandler
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.engines import thinking
from assistant.engines.chat_marks import CHAT_MARKS

_PROBE = "the question"

# A shorter control token's text may be a word of an answer.
_LEAST_MARK = 4
# Breaking a mark up may leave another one; a vocabulary in which that goes on has marks in all.
_MOST_ROUNDS = 8

# What the program in a GGUF, its chat template, may take at most.
_RENDER_S = 20.0
_RENDER_BYTES = 256 << 20

# For a GGUF that carries no template of its own.
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


class ChildError(Exception):
    """Something to tell the parent in one sentence."""


class Vocabulary:
    """Text to tokens and back for one model. Control tokens come from the template only."""

    def __init__(self, lib: Any, model: Any) -> None:
        self._lib = lib
        self._vocab = lib.llama_model_get_vocab(model)
        self.size = int(lib.llama_vocab_n_tokens(self._vocab))
        self.bos_text = self._text(lib.llama_vocab_bos(self._vocab))
        self.eos_text = self._text(lib.llama_vocab_eos(self._vocab))
        # What frames a conversation though the file calls it no control token.
        self._framing: frozenset[int] = frozenset()

    def tokenize(self, text: str, *, add_bos: bool = False) -> list[int]:
        """Token ids of `text`, control tokens in it recognised."""
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 2
        tokens = (self._lib.llama_token * room)()
        count = self._lib.llama_tokenize(self._vocab, raw, len(raw), tokens, room, add_bos, True)
        if count < 0:
            raise ChildError("The prompt could not be split into tokens.")
        return list(tokens[:count])

    def defuse(self, text: str) -> str:
        """`text` with what would end a turn or open one broken up: a document must do neither.

        Raises ChildError where that is not possible: text that may be a command is not read.
        """
        for _ in range(_MOST_ROUNDS):
            found = {t for t in self.tokenize(text) if self._is_control(t) or t in self._framing}
            if not found:
                return text
            # The longest first: a mark may be a part of another.
            for mark in sorted(map(self._text, found), key=len, reverse=True):
                text = text.replace(mark, f"{mark[0]} {mark[1:]}" if len(mark) > 1 else " ")
        raise ChildError("The model's vocabulary does not tell text from control tokens.")

    def learn_frame(self, template: str) -> None:
        """Take the marks in a template for such as no text may hold, whatever their type."""
        tokens = set(self.tokenize(template))
        self._framing = frozenset(t for t in tokens if self._is_mark(t))

    def _is_mark(self, token: int) -> bool:
        """Tell whether a token stands for a text as a whole, by a rule of its own, and that is no
        space.

        Some files call the marks of their template user-defined; so are runs of spaces in others.
        """
        attributes = self._lib.llama_vocab_get_attr(self._vocab, token)
        if not attributes & self._lib.LLAMA_TOKEN_ATTR_USER_DEFINED:
            return False
        text = self._text(token)
        return len(text) >= _LEAST_MARK and any(c in text for c in "<>[]|{}")

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for; perhaps half a character.

        Empty for control tokens, except those that mark thoughts: they must be seen to be hidden.
        """
        if self._is_control(token):
            text = self._text(token)
            return text.encode() if thinking.is_mark(text) else b""
        # Llama.detokenize has room for 32 bytes and returns garbage for longer tokens.
        for size in (32, 1024):
            buffer = ctypes.create_string_buffer(size)
            count = self._lib.llama_token_to_piece(self._vocab, token, buffer, size, 0, False)
            if count >= 0:
                return buffer.raw[:count]
        return b""

    def ends(self, token: int) -> bool:
        """Tell whether the model means the end of its answer by this token."""
        return bool(self._lib.llama_vocab_is_eog(self._vocab, token))

    def derails(self, token: int) -> bool:
        """Tell whether a token frames a conversation, so that no answer goes on behind it."""
        return self._is_control(token) and not thinking.is_mark(self._text(token))

    def marks_in(self, text: str) -> tuple[str, ...]:
        """The control tokens' texts in a template, without those that mark thoughts."""
        control = dict.fromkeys(t for t in self.tokenize(text) if self.derails(t))
        return tuple(mark for t in control if len(mark := self._text(t)) >= _LEAST_MARK)

    def _is_control(self, token: int) -> bool:
        return bool(self._lib.llama_vocab_is_control(self._vocab, token))

    def _text(self, token: int) -> str:
        if token < 0:
            return ""
        return str(self._lib.llama_vocab_get_text(self._vocab, token).decode("utf-8", "replace"))


class ChatTemplate:
    """Messages to prompt tokens, by the template in the GGUF or ChatML where it has none."""

    def __init__(self, lib: Any, model: Any, vocabulary: Vocabulary) -> None:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        own = lib.llama_model_chat_template(model, None)
        self._vocabulary = vocabulary
        vocabulary.learn_frame(own.decode("utf-8", "replace") if own else CHATML)
        self._own = own is not None
        try:
            self._formatter = Jinja2ChatFormatter(
                template=own.decode("utf-8") if own else CHATML,
                bos_token=vocabulary.bos_text,
                eos_token=vocabulary.eos_text,
            )
        except Exception as error:
            raise ChildError(f"The model's chat template is no template: {error}.") from error
        # A model that does not know a mark as a token writes it as plain text.
        own_marks = vocabulary.marks_in(own.decode("utf-8")) if own else ()
        self.stops = tuple(dict.fromkeys((*own_marks, *CHAT_MARKS)))
        roles = ("system", "user")
        if _PROBE not in self.prompt([{"role": role, "content": _PROBE} for role in roles]):
            raise ChildError("The model's chat template leaves the question out.")

    def tokens(self, messages: Sequence[dict[str, str]]) -> list[int]:
        """The prompt's token ids. ChildError where the template refuses the messages."""
        return self._vocabulary.tokenize(self.prompt(messages), add_bos=not self._own)

    def prompt(self, messages: Sequence[dict[str, str]]) -> str:
        """The prompt's text; a thought that the template opens is ended at once."""
        safe = [{**m, "content": self._vocabulary.defuse(m["content"])} for m in messages]
        try:
            prompt = self._render(safe)
        except Exception:
            # Some templates (Gemma's) know no system turn: it becomes part of the first question.
            try:
                prompt = self._render(_without_system(safe))
            except Exception as error:
                raise ChildError(f"The model's chat template failed: {error}.") from error
        close = thinking.opened_by(prompt)
        return f"{prompt.rstrip()}\n\n{close}\n\n" if close else prompt

    def _render(self, messages: Sequence[dict[str, str]]) -> str:
        # enable_thinking: Qwen3 and others would think for a thousand tokens first.
        with _bounded():
            return str(self._formatter(messages=messages, enable_thinking=False).prompt)


@contextmanager
def _bounded() -> Iterator[None]:
    """Bounds what is done inside: MemoryError beyond the memory; beyond the time, the process ends.

    Jinja's sandbox keeps a template from files and objects, not from loops and long texts.
    """
    faulthandler.dump_traceback_later(_RENDER_S, exit=True, file=sys.__stderr__ or sys.stderr)
    try:
        if sys.platform != "linux":
            yield
            return
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        room = used + _RENDER_BYTES
        resource.setrlimit(
            resource.RLIMIT_AS, (room if hard == resource.RLIM_INFINITY else min(room, hard), hard)
        )
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    finally:
        faulthandler.cancel_dump_traceback_later()


def _without_system(messages: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The messages with the system turns put in front of the first other one."""
    system = [m["content"] for m in messages if m["role"] == "system"]
    turns = [m for m in messages if m["role"] != "system"]
    if not turns:
        return [{"role": "user", "content": "\n\n".join(system)}]
    first = {**turns[0], "content": "\n\n".join([*system, turns[0]["content"]])}
    return [first, *turns[1:]]


class TextGate:
    """Turns token bytes into text that may be shown: whole characters, never a stop string.

    A token is held back while its text could still become part of a stop string, so every token
    that leaves has its own log probability, and the texts joined are the answer.
    """

    def __init__(self, stops: Iterable[str] = ()) -> None:
        self._stops = [stop for stop in stops if stop]
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held: list[tuple[str, float]] = []
        self.stopped = False

    def push(self, piece: bytes, logprob: float) -> list[tuple[str, float]]:
        """Takes one token; returns (text, logprob) of those that are clear now."""
        self._held.append((self._decoder.decode(piece), logprob))
        text = "".join(part for part, _ in self._held)
        found = [at for at in map(text.find, self._stops) if at >= 0]
        if found:
            self.stopped = True
            return self._cut(min(found))
        return self._release(len(text) - self._open_suffix(text))

    def flush(self) -> list[tuple[str, float]]:
        """The rest that is held when the answer ends; half a character is dropped."""
        held, self._held = self._held, []
        return held

    def _open_suffix(self, text: str) -> int:
        """Characters at the end of `text` that begin a stop string."""
        longest = max(map(len, self._stops), default=1) - 1
        sizes = range(min(longest, len(text)), 0, -1)
        return next((n for n in sizes if any(s.startswith(text[-n:]) for s in self._stops)), 0)

    def _release(self, end: int) -> list[tuple[str, float]]:
        clear, position = 0, 0
        for part, _ in self._held:
            position += len(part)
            if position > end:
                break
            clear += 1
        released, self._held = self._held[:clear], self._held[clear:]
        return released

    def _cut(self, end: int) -> list[tuple[str, float]]:
        released, position = [], 0
        for part, logprob in self.flush():
            if position >= end:
                break
            released.append((part[: end - position], logprob))
            position += len(part)
        return released
