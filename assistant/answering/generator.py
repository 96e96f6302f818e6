"""Writes drafts of an answer with a language model, from a question and its evidence."""

import math
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answering.answer import Draft, Statement, Usage
from assistant.answering.llm import Finished, Llm, Reading, Token
from assistant.answering.prompts import Message, Prompt
from assistant.answering.timings import Stopwatch
from assistant.answering.verifier import StatementCheck, Verifier, statements
from assistant.errors import EngineError
from assistant.language.words import approximate_tokens
from assistant.retrieval.evidence import Evidence, Retrieval

GenerationMode = Literal["quote", "phrase", "compose"]
# What a draft can do without: any check; of the check the trained model; the writer's adapter.
DraftPart = Literal["check", "verifier", "adapter"]

# A sentence around the reader's words is short; what is longer repeats itself.
_PHRASE_TOKENS = 48
# What a composed answer says where the excerpts do not answer (prompts/compose.system.txt).
_NOT_THERE = re.compile(
    r"\bnot (?:in|mentioned|stated|said|given|specified|provided|found|contained)\b.{0,30}"
    r"\b(?:documents?|excerpts?|texts?|context|information)\b"
    r"|\b(?:documents?|excerpts?|texts?|context)\b.{0,20}"
    r"\b(?:do|does) not (?:say|answer|mention|state|contain|provide|specify|give|include)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class GenerationConfig:
    """The way a model is asked to write.

    `mode` is "quote" (not at all), "phrase" (one sentence around the words that the reader found)
    or "compose" (an answer from excerpts of at most `excerpt_tokens`, of at most `max_tokens`).
    With `drop` a composed answer's statements that nothing backs are left out, not marked.
    `without` leaves parts out, to measure what they are worth: without "check" every statement
    stands, without "verifier" words alone decide.
    """

    mode: GenerationMode
    phrase: Prompt
    compose: Prompt
    excerpt_tokens: int = 256
    max_tokens: int = 160
    temperature: float = 0.0
    drop: bool = False
    without: frozenset[DraftPart] = frozenset()

    @property
    def prompt(self) -> Prompt:
        """The prompt of the mode."""
        return self.compose if self.mode == "compose" else self.phrase


class Generation:
    """One draft: its text as it comes, then the check of what it says."""

    def __init__(self, config: GenerationConfig, found: Retrieval, earlier: str = "") -> None:
        """`earlier` is what was said before in the conversation, if the question leans on it."""
        self._config = config
        self._found = found
        self._earlier = earlier
        self.prompt = config.prompt
        self.first_token_at: float | None = None
        self.failure = ""
        self.text = ""
        self._log_probability = 0.0
        self._tokens = 0
        self._finished: Finished | None = None

    @property
    def is_wanted(self) -> bool:
        """Nothing is phrased around words that no reader found."""
        if self._config.mode == "phrase":
            return bool(self._found.evidence and self._found.evidence[0].answer_words)
        return self._config.mode == "compose"

    def write(
        self, llm: Llm, cancel: threading.Event | None, watch: Stopwatch
    ) -> Iterator[Reading | Token]:
        """Let the model write; what it reads and writes comes out as it happens.

        `watch` gets the stages: waiting for the model, prefill, decoding. A model that fails leaves
        one sentence in `failure` and what it wrote until then.
        """
        coming = ["wait", "prefill"]
        composing = self._config.mode == "compose"
        most = self._config.max_tokens if composing else _PHRASE_TOKENS
        try:
            for event in llm.generate(
                self._messages(),
                max_tokens=most,
                temperature=self._config.temperature if composing else 0.0,
                adapter=not composing and "adapter" not in self._config.without,
                cancel=cancel,
            ):
                if isinstance(event, Finished):
                    self._finished = event
                    return
                if coming[:1] == ["wait"]:
                    watch.end(coming.pop(0))
                if isinstance(event, Token):
                    if coming:
                        watch.end(coming.pop())
                    self.first_token_at = self.first_token_at or time.perf_counter()
                    self.text += event.text
                    self._log_probability += event.logprob
                    self._tokens += 1
                yield event
        except EngineError as error:
            self.failure = f"{error.message} The answer is quoted, not phrased."
        finally:
            watch.end(coming[0] if coming else "decode")

    def _messages(self) -> list[Message]:
        question = self._found.question.text
        if self._config.mode == "phrase":
            best = self._found.evidence[0]
            return self.prompt.messages(
                evidence=" ".join(best.quote.split()), question=question, answer=best.answer_words
            )
        excerpts = "\n\n".join(excerpts_of(self._found.evidence, self._config.excerpt_tokens))
        return self.prompt.messages(evidence=excerpts, question=question, earlier=self._earlier)

    @property
    def says_not_there(self) -> bool:
        """The model wrote that the excerpts do not answer."""
        return self._config.mode == "compose" and bool(_NOT_THERE.search(self.text))

    def checked(self, verifier: Verifier) -> tuple[Draft | None, list[StatementCheck]]:
        """The draft, if there is one, with a check of each whole sentence of it."""
        if not self.text:
            return None, []
        sentences = statements(self.text)
        if self._finished is None or self._finished.finish != "stop":
            sentences = sentences[:-1]
        if self._config.mode == "phrase":
            sentences = sentences[:1]
        checks = [self._check(s, verifier) for s in sentences]
        mean = self._log_probability / self._tokens if self._tokens else -math.inf
        finish = self._finished.finish if self._finished else "failed"
        said = tuple(Statement(c.text, c.support, ()) for c in checks)
        return Draft(self.text, said, mean, finish), checks

    def _check(self, statement: str, verifier: Verifier) -> StatementCheck:
        if "check" in self._config.without:
            return StatementCheck(statement, "supported", 0)
        evidence = self._found.evidence
        is_phrase = self._config.mode == "phrase"
        read = evidence[:1] if is_phrase else evidence
        return verifier.check(statement, self._found.question, read, is_phrase=is_phrase)

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


def excerpts_of(evidence: Sequence[Evidence], tokens: int) -> list[str]:
    """The passages' parts around the best evidence, the best passage first, within the budget.

    A passage goes in whole if it fits; else the sentences around its evidence, as many as fit. The
    first has a sentence at least.
    """
    left = tokens
    chosen: dict[int, str] = {}
    for e in evidence:
        if e.passage.id in chosen:
            continue
        title = e.passage.headings[-1] if e.passage.headings else e.passage.title
        text = _excerpt(e, left - approximate_tokens(title))
        if not text and chosen:
            break
        chosen[e.passage.id] = f"{title}: {text or ' '.join(e.quote.split())}"
        left -= approximate_tokens(chosen[e.passage.id])
    return list(chosen.values())


def _excerpt(evidence: Evidence, tokens: int) -> str:
    """Whole sentences of the passage around the evidence; "" where not even that one fits."""
    passage = evidence.passage
    if evidence.span not in passage.sentences:
        return ""
    first = last = passage.sentences.index(evidence.span)
    text = ""
    spans = passage.sentences
    for low, high in _widening(first, last, len(spans)):
        wider = " ".join(passage.slice((spans[low][0], spans[high][1])).split())
        if approximate_tokens(wider) > tokens:
            break
        text = wider
    return text


def _widening(first: int, last: int, count: int) -> Iterator[tuple[int, int]]:
    """From one sentence to all: one before, one after, and so on."""
    yield first, last
    while first > 0 or last < count - 1:
        if first > 0:
            first -= 1
            yield first, last
        if last < count - 1:
            last += 1
            yield first, last
