"""Keeps what a model thinks to itself out of what it says.

Models mark their thoughts in the text: <think> … </think> (Qwen, DeepSeek, SmolLM3), [THINK]
(Magistral), <seed:think>, and the channels of gpt-oss, of which only the last is the answer.
"""

from collections.abc import Iterable

PAIRS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel|>analysis", "<|channel|>final<|message|>"),
    ("<|channel|>commentary", "<|channel|>final<|message|>"),
)
_BARE = ("<|channel|>final<|message|>", "<|start|>assistant", "<|START_RESPONSE|>")
_CLOSERS = dict(PAIRS)
_LONE_CLOSERS = tuple(dict.fromkeys(close for _, close in PAIRS))
_MARKS = tuple(dict.fromkeys((*_CLOSERS, *_BARE, *_LONE_CLOSERS)))

Piece = tuple[str, float]


def opened_by(prompt: str) -> str:
    """The mark that would end the thought which a prompt leaves open at its end, or ""."""
    end = prompt.rstrip()
    return next((close for mark, close in PAIRS if end.endswith(mark)), "")


class ThoughtFilter:
    """A stream of (text, log probability) without the thoughts in it.

    A piece is held back while its text could still become a mark. `hidden` counts the pieces that
    were thought; `closer` is the mark that would end the thought it is in, or "".
    `closed_unopened` tells that a thought ended which nothing in the stream had begun: all before
    it was that thought.
    """

    def __init__(self, prompt_end: str = "") -> None:
        self.closer = opened_by(prompt_end)
        self.hidden = 0
        self.closed_unopened = False
        self._held: list[Piece] = []
        self._said = False

    def push(self, text: str, logprob: float) -> list[Piece]:
        """Takes one piece; returns those that are clear now."""
        self._held.append((text, logprob))
        clear: list[Piece] = []
        while (more := self._step()) is not None:
            clear += more
        return self._begun(clear)

    def flush(self) -> list[Piece]:
        """The rest that is held when the answer ends; an unfinished thought is dropped."""
        held, self._held = self._held, []
        if self.closer:
            self.hidden += len(held)
            return []
        return self._begun(held)

    def _step(self) -> list[Piece] | None:
        """Works on what is held; None when only more text can tell."""
        text = "".join(part for part, _ in self._held)
        marks = (self.closer,) if self.closer else _MARKS
        at, mark = _first(text, marks)
        if mark:
            before = self._take(at)
            self._take(len(mark))
            if self.closer:
                self.hidden += len(before)
                self.closer = ""
                return []
            self.closer = _CLOSERS.get(mark, "")
            if mark.startswith(("</", "[/")):
                self.closed_unopened = True
                self.hidden += len(before)
                self._said = False
                return []
            return before
        safe = len(text) - _open_suffix(text, marks)
        taken = self._take_whole(safe)
        if self.closer:
            self.hidden += len(taken)
            return [] if taken else None
        return taken or None

    def _take(self, size: int) -> list[Piece]:
        """The first `size` characters held, a piece cut where that falls inside it."""
        taken: list[Piece] = []
        while self._held and size > 0:
            part, logprob = self._held.pop(0)
            if len(part) > size:
                self._held.insert(0, (part[size:], logprob))
            taken.append((part[:size], logprob))
            size -= min(size, len(part))
        return taken

    def _take_whole(self, size: int) -> list[Piece]:
        """The pieces that lie wholly in the first `size` characters."""
        count, end = 0, 0
        for part, _ in self._held:
            end += len(part)
            if end > size:
                break
            count += 1
        taken, self._held = self._held[:count], self._held[count:]
        return taken

    def _begun(self, pieces: list[Piece]) -> list[Piece]:
        """The pieces without the empty lines that a thought leaves in front of the answer."""
        if self._said or not (self.hidden or self.closer):
            self._said = self._said or any(text.strip() for text, _ in pieces)
            return pieces
        while pieces and not pieces[0][0].strip():
            pieces = pieces[1:]
        if pieces:
            self._said = True
            pieces = [(pieces[0][0].lstrip(), pieces[0][1]), *pieces[1:]]
        return pieces


def is_mark(text: str) -> bool:
    """Tell whether a control token's text is a mark of thoughts or a part of one."""
    return bool(text) and any(text in mark for mark in _MARKS)


def without_thoughts(text: str) -> str:
    """A whole text without the thoughts in it."""
    thoughts = ThoughtFilter()
    return "".join(t for t, _ in [*thoughts.push(text, 0.0), *thoughts.flush()])


def _first(text: str, marks: Iterable[str]) -> tuple[int, str]:
    found = [(text.find(mark), -len(mark), mark) for mark in marks if mark in text]
    if not found:
        return len(text), ""
    at, _, mark = min(found)
    return at, mark


def _open_suffix(text: str, marks: Iterable[str]) -> int:
    """Characters at the end of `text` that begin a mark."""
    longest = max(map(len, marks)) - 1
    for size in range(min(longest, len(text)), 0, -1):
        if any(mark.startswith(text[-size:]) for mark in marks):
            return size
    return 0
