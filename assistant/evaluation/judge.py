"""The verdict on an answer, and why in one plain sentence."""

from assistant.evaluation.case import Case
from assistant.evaluation.results import Verdict
from assistant.evaluation.text_matching import contains, rouge_l

# A long answer that shares this much with a long gold answer says the same.
_SAME_ROUGE = 0.5


def is_right(case: Case) -> bool | None:
    """Tell whether an answerable question's answer is right; None where the set does not tell."""
    if case.refused:
        return False if case.golds or case.marked or case.question.items else None
    if case.question.items:
        return all(contains(case.shown, [item]) for item in case.question.items)
    if case.short_golds:
        return contains(case.shown, case.short_golds)
    if any(map(case.is_marked, case.quotes)):
        return True
    if case.wants_long:
        return rouge_l(case.text, case.golds) >= _SAME_ROUGE
    return False if case.marked else None


def would_be_right(case: Case) -> bool | None:
    """The same, had nothing been refused: the first sentence is what would have been quoted."""
    if not case.question.answerable:
        return False
    if not case.refused:
        return is_right(case)
    return case.holds_gold(case.evidence[0]["text"]) if case.evidence else is_right(case)


def judge(case: Case) -> tuple[Verdict, str]:
    """The verdict, and why."""
    sure = f"with confidence {case.confidence:.2f}"
    if not case.question.answerable:
        if case.refused:
            return "refused", f"The documents do not answer it, and it was refused {sure}."
        return "overclaim", f"The documents do not answer it, yet it was answered {sure}."
    right = is_right(case)
    if case.refused:
        return "false refusal", f"It is answerable, but was refused {sure}; {_where(case)}."
    if right is None:
        return "not judged", "The set gives neither an answer nor evidence to hold it against."
    if right:
        return "right", _why_right(case)
    return "wrong", f"{_missing(case)}; {_where(case)}."


def _why_right(case: Case) -> str:
    if case.question.items:
        return "The answer names all that it must name."
    said = next((g for g in case.short_golds if contains(case.shown, [g])), None)
    if said is not None:
        return f"The answer has the gold answer \u201c{said}\u201d in it."
    if any(map(case.is_marked, case.quotes)):
        return "It quotes a sentence that the set marks as evidence."
    return "It shares most of its words, in order, with a gold answer."


def _missing(case: Case) -> str:
    if lacking := [i for i in case.question.items if not contains(case.shown, [i])]:
        return f"The answer does not name \u201c{lacking[0]}\u201d"
    if case.short_golds:
        return "No gold answer is in the answer"
    return "It quotes no sentence that the set marks as evidence"


def _where(case: Case) -> str:
    """The farthest place that the gold reached: in a sentence of evidence, in a passage, or
    nowhere."""
    for rank, sentence in enumerate(case.evidence or (), start=1):
        if case.holds_gold(sentence["text"]):
            return f"sentence {rank} of the evidence has it"
    if case.short_golds and any(
        contains(p["text"], case.short_golds) for p in case.line["passages"]
    ):
        return "a passage that was found has it, no sentence of the evidence does"
    if not case.golds and not case.marked:
        return "the set does not say what the answer is"
    return "no passage that was found has it"
