"""The LLM drafts from the evidence, and each statement of its draft is checked."""

import math
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answering.answer import Draft, Statement, Usage
from assistant.answering.check import Verdict, check, statements
from assistant.answering.llm import Finished, Llm, Reading, Token
from assistant.answering.prompts import Prompt
from assistant.answering.timeline import Stopwatch
from assistant.errors import EngineError
from assistant.retrieval.evidence import Evidence, Retrieval

_MOST_TOKENS = 80


@dataclass(frozen=True)
class Phrasing:
    """How a model is asked to phrase, and when it may lead.

    Where a reader found the words that answer, the model writes a sentence around them by
    `phrase` (by one without a place for them it drafts all the same); else it drafts from the best
    `sentences` of the evidence by `draft`. `answering` is "quote", "compose" or "auto" (see
    lead.py). Without `check` every sentence of the draft stands, which only measuring what the
    check is worth should want.
    """

    draft: Prompt
    phrase: Prompt
    answering: str = "auto"
    sentences: int = 3
    check: bool = True


class Drafting:
    """One draft: its text as it comes, then the check of what it says."""

    def __init__(self, phrasing: Phrasing, found: Retrieval) -> None:
        self._question = found.question
        self._check = phrasing.check
        self.evidence: tuple[Evidence, ...] = found.evidence[: phrasing.sentences]
        self._answer = found.evidence[0].answer_words if found.evidence else ""
        self.prompt = phrasing.phrase if self._answer else phrasing.draft
        self.first_token_at: float | None = None
        self.failure = ""
        self._text = ""
        self._log_probability = 0.0
        self._tokens = 0
        self._finished: Finished | None = None

    def write(
        self, llm: Llm, cancel: threading.Event | None, watch: Stopwatch
    ) -> Iterator[Reading | Token]:
        """Let the model write; what it reads and writes comes out as it happens.

        `watch` gets the stages: waiting for the model, prefill, decoding. A model that fails leaves
        one sentence in `failure` and what it wrote until then.
        """
        values = {
            "evidence": "\n".join(" ".join(e.quote.split()) for e in self.evidence),
            "question": self._question,
        }
        if self._answer and "answer" in self.prompt.user.get_identifiers():
            values["answer"] = self._answer
        messages = self.prompt.messages(**values)
        coming = ["wait", "prefill"]
        try:
            for event in llm.generate(messages, max_tokens=_MOST_TOKENS, cancel=cancel):
                if isinstance(event, Finished):
                    self._finished = event
                    return
                if coming[:1] == ["wait"]:
                    watch.end(coming.pop(0))
                if isinstance(event, Token):
                    if coming:
                        watch.end(coming.pop())
                    self.first_token_at = self.first_token_at or time.perf_counter()
                    self._text += event.text
                    self._log_probability += event.logprob
                    self._tokens += 1
                yield event
        except EngineError as error:
            self.failure = f"{error.message} The answer is quoted, not phrased."
        finally:
            watch.end(coming[0] if coming else "decode")

    def checked(self) -> tuple[Draft | None, list[Verdict]]:
        """The draft, if there is one, with a verdict on each whole sentence of it."""
        if not self._text:
            return None, []
        sentences = statements(self._text)
        if self._finished is None or self._finished.finish != "stop":
            sentences = sentences[:-1]
        verdicts = [self._verdict(s) for s in sentences]
        mean = self._log_probability / self._tokens if self._tokens else -math.inf
        finish = self._finished.finish if self._finished else "failed"
        said = tuple(Statement(v.text, v.support, ()) for v in verdicts)
        return Draft(self._text, said, mean, finish), verdicts

    def _verdict(self, statement: str) -> Verdict:
        if not self._check:
            return Verdict(statement, "supported", 0)
        return check(statement, self._question, self.evidence)

    def usage(self) -> Usage:
        """Tokens read and written so far."""
        if self._finished is None:
            return Usage(0, self._tokens)
        return Usage(self._finished.prompt_tokens, self._finished.completion_tokens)

    def tokens_per_s(self) -> float | None:
        """The speed of writing; None where too little was written to tell."""
        done = self._finished
        if done is None or done.decode_ms <= 0 or done.completion_tokens < 2:
            return None
        return done.completion_tokens / done.decode_ms * 1000
