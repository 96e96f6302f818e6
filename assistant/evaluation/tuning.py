"""Ways of answering with a language model, each tried with the same questions."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median

from assistant.answering.generator import GenerationMode
from assistant.answering.llm import Finished, GenerationEvent, Llm
from assistant.answering.prompts import Message
from assistant.errors import QuestionError
from assistant.evaluation.case import Case
from assistant.evaluation.dataset import EvalQuestion
from assistant.evaluation.judge import is_right
from assistant.evaluation.recorder import Answering, Recorder
from assistant.library.library import Library

# Of equals: the sentence around found words, which says least that is not backed, first.
_ORDER = {"phrase": 0, "quote": 1, "compose": 2}


@dataclass(frozen=True)
class Way:
    """A way to answer: the generation mode, and for "compose" the tokens of excerpts."""

    mode: GenerationMode
    excerpt_tokens: int = 0

    @property
    def name(self) -> str:
        """Such as compose-256."""
        return f"{self.mode}-{self.excerpt_tokens}" if self.excerpt_tokens else self.mode


# What is worth trying.
WAYS = (
    Way("quote"),
    Way("phrase"),
    *(Way("compose", tokens) for tokens in (128, 384, 768)),
)


@dataclass(frozen=True)
class Trial:
    """The result of one way of answering.

    `right` is the share of the questions answered right, or rightly refused; `drafted` the share of
    the answers that the model's draft led; `words` the median length of an answer; `seconds` the
    mean time of one.
    """

    way: Way
    right: float
    drafted: float
    words: float
    seconds: float


class Remembering:
    """Hands out again what the model wrote to the same prompt, with no wait.

    Ways that differ in who leads have the same drafts: each is written once.
    """

    def __init__(self, llm: Llm) -> None:
        self._llm = llm
        self._written: dict[tuple[tuple[Message, ...], bool], list[GenerationEvent]] = {}

    def describe(self) -> dict[str, str]:
        """The model's own description."""
        return self._llm.describe()

    def generate(  # noqa: PLR0913 - each is one choice of a generation
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        temperature: float = 0.0,
        adapter: bool = False,
        cancel: threading.Event | None = None,
    ) -> Iterator[GenerationEvent]:
        """As the model's own. A generation without its end is not remembered."""
        known = (tuple(messages), adapter)
        if known not in self._written:
            events: list[GenerationEvent] = []
            for event in self._llm.generate(
                messages,
                max_tokens=max_tokens,
                stop=stop,
                temperature=temperature,
                adapter=adapter,
                cancel=cancel,
            ):
                events.append(event)
                if isinstance(event, Finished):
                    # Before it is handed out: nobody need ask for more after the last one.
                    self._written[known] = events
                yield event
        else:
            yield from self._written[known]


def tried(
    candidates: Sequence[Way],
    questions: Sequence[EvalQuestion],
    answerer: Callable[[Way], Answering],
    library: Library,
) -> Iterator[Trial]:
    """Ask the questions in each way. Raises QuestionError if none tells a right answer."""
    for way in candidates:
        recorder = Recorder(answerer(way), library)
        began = time.perf_counter()
        cases = [Case(q, recorder.record(q)) for q in questions]
        seconds = (time.perf_counter() - began) / len(cases)
        yield _trial(way, cases, seconds)


def _trial(way: Way, cases: Sequence[Case], seconds: float) -> Trial:
    judged = [right for case in cases if (right := _is_right(case)) is not None]
    if not judged:
        raise QuestionError(
            "No question says what a right answer is.", 'Give each "answers", or "answerable".'
        )
    answered = [case for case in cases if not case.refused]
    drafted = [case.line["mode"] == "compose" for case in answered]
    words = [len(case.text.split()) for case in answered]
    return Trial(
        way, mean(judged), mean(drafted or [0]), float(median(words or [0])), round(seconds, 3)
    )


def _is_right(case: Case) -> bool | None:
    return is_right(case) if case.question.answerable else case.refused


def best(trials: Sequence[Trial]) -> Trial:
    """The way with the most right answers; of equals the safer, the shorter, the one tried first.

    Not the faster: what else the machine does meanwhile would decide.
    """
    return min(trials, key=lambda t: (-t.right, _ORDER[t.way.mode], t.words))
