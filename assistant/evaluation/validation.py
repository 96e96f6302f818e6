"""Validation of a question set: held against itself and against the documents, before it is
asked."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from assistant.evaluation.dataset import EvalQuestion, names_source
from assistant.evaluation.metrics import normalise
from assistant.evaluation.problems import Problem
from assistant.evaluation.question_fields import shown
from assistant.query.rewriter import Turn


def check(
    questions: Sequence[EvalQuestion], documents: Mapping[str, str] | None = None
) -> list[Problem]:
    """Problems of the questions, in their order; `documents` are the texts by source.

    The only error is that no source at all is among the documents: it is another folder. All
    else may be meant, and is a warning.
    """
    problems = [p for question in questions for p in _alone(question)]
    problems += _doubles(questions)
    problems += _one_sided(questions)
    if documents is not None:
        problems += _against(questions, documents)
    return problems


def _alone(question: EvalQuestion) -> Iterator[Problem]:
    if question.answerable and not question.answers:
        yield _warning(
            question, "answers", "there are none, so that whether it is right is not measured"
        )
    for answer in question.answers:
        if not normalise(answer):
            yield _warning(
                question,
                "answers",
                "one has nothing but punctuation or an article, so that it cannot be compared",
                shown(answer),
            )


def _doubles(questions: Sequence[EvalQuestion]) -> Iterator[Problem]:
    """The same question twice after the same turns: it would count twice."""
    seen: dict[tuple[str, tuple[str, ...]], EvalQuestion] = {}
    for question in questions:
        turns = tuple(t.question if isinstance(t, Turn) else t for t in question.history)
        key = (_same(question.question), tuple(_same(turn) for turn in turns))
        first = seen.setdefault(key, question)
        if first is question or first.passage != question.passage:
            continue
        told = f"that of {first.place}"
        if first.answerable != question.answerable:
            told += ", which is said to be " + ("" if first.answerable else "un") + "answerable"
        yield _warning(question, "question", "it is asked twice", told)


def _one_sided(questions: Sequence[EvalQuestion]) -> Iterator[Problem]:
    for answerable, missing in ((True, "answerable"), (False, "unanswerable")):
        if all(question.answerable != answerable for question in questions):
            lost = "answers are not" if answerable else "refusing is not"
            yield Problem(
                "warning", "", "", f"no question of the set is {missing}: {lost} measured"
            )


def _against(questions: Sequence[EvalQuestion], documents: Mapping[str, str]) -> Iterator[Problem]:
    texts = _Texts(documents)
    named = [question for question in questions if question.source]
    if named and not any(texts.named(question.source) for question in named):
        yield Problem(
            "error",
            "",
            "source",
            "none of the documents that the questions name is among these",
            f"for example {named[0].source} in {named[0].place}",
        )
        return
    for question in questions:
        yield from _held(question, texts)


def _held(question: EvalQuestion, texts: "_Texts") -> Iterator[Problem]:
    """Tell whether the source is there, and answers, evidence and passage are in it."""
    sources = texts.named(question.source) if question.source else []
    if question.source and not sources:
        yield _warning(
            question, "source", "no such document is there", shown(question.source).strip('"')
        )
    if len(sources) > 1:
        yield _warning(question, "source", "several documents are called so", question.source)
    if not sources:
        return
    for sentence in question.evidence:
        if not texts.hold(sources, sentence, _same):
            yield _warning(
                question, "evidence", "one sentence is not in the named source", shown(sentence)
            )
    if question.passage and not texts.hold(sources, question.passage, _same):
        yield _warning(question, "passage", "it is not in the named source")
    if question.answers and not any(texts.hold(sources, a, _words) for a in question.answers):
        yield _warning(
            question,
            "answers",
            "none of them stands in the named source, so that no quote can hold it",
            shown(question.answers[0]),
        )


class _Texts:
    """The documents, each made comparable once."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        self._documents = documents
        self._named: dict[str, list[str]] = {}
        self._plain: dict[tuple[str, Callable[[str], str]], str] = {}

    def named(self, name: str) -> list[str]:
        """The sources that a question's `source` stands for."""
        if name not in self._named:
            self._named[name] = [s for s in self._documents if names_source(name, s)]
        return self._named[name]

    def hold(self, sources: Iterable[str], text: str, plain: Callable[[str], str]) -> bool:
        """Tell whether one of the sources holds the text, both made `plain`."""
        wanted = plain(text)
        return bool(wanted.strip()) and any(wanted in self._of(s, plain) for s in sources)

    def _of(self, source: str, plain: Callable[[str], str]) -> str:
        key = (source, plain)
        if key not in self._plain:
            self._plain[key] = plain(self._documents[source])
        return self._plain[key]


def _same(text: str) -> str:
    """Text for which only white space and case make no difference."""
    return " ".join(text.split()).casefold()


def _words(text: str) -> str:
    """Text as answers are compared, so that only whole words are found in it."""
    return f" {normalise(text)} "


def _warning(question: EvalQuestion, field: str, message: str, detail: str = "") -> Problem:
    return Problem("warning", question.place, field, message, detail)
