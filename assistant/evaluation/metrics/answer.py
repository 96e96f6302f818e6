"""Answers: whether they say what the gold answers say, and in how many words."""

from assistant.evaluation import text_matching
from assistant.evaluation.case import Case
from assistant.evaluation.judge import is_right
from assistant.evaluation.metrics.definition import Metric
from assistant.evaluation.statistics import median

_SQUAD = "Rajpurkar et al. 2016, 2018 (SQuAD's official script)"


def _right(case: Case) -> bool | None:
    return is_right(case) if case.question.answerable else None


def _gold_in_answer(case: Case) -> bool | None:
    return text_matching.contains(case.shown, case.short_golds) if case.short_golds else None


def _gold_in_lead(case: Case) -> bool | None:
    return text_matching.contains(case.text, case.short_golds) if case.short_golds else None


def _direct_f1(case: Case) -> float | None:
    """F1 without the words that the question has and function words, on both sides."""
    if not case.short_golds:
        return None
    plain = text_matching.f1(case.text, case.short_golds)
    return max(plain, text_matching.f1(case.direct, case.short_golds)) if case.direct else plain


def _is_known(case: Case) -> bool:
    return bool(case.golds) or not case.question.answerable


def _golds(case: Case) -> tuple[str, ...]:
    return case.golds if case.question.answerable else ()


def _items(case: Case) -> float | None:
    wanted = case.question.items
    if not wanted or not case.question.answerable:
        return None
    return sum(text_matching.contains(case.shown, [item]) for item in wanted) / len(wanted)


def _exact(case: Case) -> float | None:
    return text_matching.exact_match(case.text, _golds(case)) if _is_known(case) else None


def _f1(case: Case) -> float | None:
    return text_matching.f1(case.text, _golds(case)) if _is_known(case) else None


def _marked_words(case: Case) -> str | None:
    """The words that a reader marked in the first sentence; None where there was no reader."""
    if not case.short_golds or not case.evidence or case.evidence[0].get("answer") is None:
        return None
    return str(case.evidence[0]["answer"])


def _span_exact(case: Case) -> float | None:
    said = _marked_words(case)
    return None if said is None else text_matching.exact_match(said, case.short_golds)


def _span_f1(case: Case) -> float | None:
    said = _marked_words(case)
    return None if said is None else text_matching.f1(said, case.short_golds)


def _rouge_l(case: Case) -> float | None:
    return text_matching.rouge_l(case.text, case.golds) if case.wants_long else None


def _words(case: Case) -> int | None:
    return None if case.refused else len(case.text.split())


def _composed(case: Case) -> bool | None:
    if case.refused or not case.question.answerable:
        return None
    return bool(case.line["mode"] == "compose")


def _gold_in_composed(case: Case) -> bool | None:
    return _gold_in_answer(case) if _composed(case) else None


MEASURES = (
    Metric(
        "right",
        "right answers",
        "answer",
        "Share of answerable questions whose answer, or a quote below it, has a gold answer in it"
        " (as whole words after SQuAD's normalisation) or, where all gold answers have more than"
        " 12 words, cites a sentence marked as evidence or comes to a ROUGE-L of 0.5; of those"
        " with items, that name all of them. Refused is not right.",
        _right,
    ),
    Metric(
        "gold_in_answer",
        "gold in the answer",
        "answer",
        "Share of answerable questions with a gold answer (at most 12 words) in the answer or a"
        " quote below it, as whole words after SQuAD's normalisation. Refused is none.",
        _gold_in_answer,
        source="Liu et al. 2023, Lost in the Middle",
    ),
    Metric(
        "gold_in_lead",
        "gold in what leads",
        "answer",
        "The same, of what leads the answer alone, without the quotes.",
        _gold_in_lead,
    ),
    Metric(
        "direct_f1",
        "F1 of what leads",
        "answer",
        "F1 of what leads the answer against the gold answers (at most 12 words) over answerable"
        " questions, the better of two: as it stands, and without function words and words that the"
        " question has, which a sentence restates. Refused is 0.",
        _direct_f1,
        source=_SQUAD,
    ),
    Metric(
        "items_in_answer",
        "items in the answer",
        "answer",
        "Mean share of a question's items (of a list, of both sides of a comparison) that stand in"
        " the answer, as whole words after SQuAD's normalisation. Refused is none.",
        _items,
    ),
    Metric(
        "exact",
        "exact match",
        "answer",
        "Share of all questions whose answer is a gold answer, both normalised (lower case, no"
        " punctuation, no articles). Of an unanswerable one: that it was refused.",
        _exact,
        source=_SQUAD,
    ),
    Metric(
        "f1",
        "F1",
        "answer",
        "Mean over all questions of 2 P R / (P + R) of the normalised words shared with a gold"
        " answer, the best over gold answers. Of an unanswerable one: 1 if it was refused.",
        _f1,
        source=_SQUAD,
    ),
    Metric(
        "exact_answerable",
        "exact match, answerable",
        "answer",
        "Exact match over answerable questions alone (HasAns_exact).",
        lambda case: _exact(case) if case.question.answerable else None,
        source=_SQUAD,
    ),
    Metric(
        "f1_answerable",
        "F1, answerable",
        "answer",
        "F1 over answerable questions alone (HasAns_f1).",
        lambda case: _f1(case) if case.question.answerable else None,
        source=_SQUAD,
    ),
    Metric(
        "span_exact",
        "exact match of marked words",
        "answer",
        "Exact match of the words that the reader marks in the first sentence, answered or not.",
        _span_exact,
        source=_SQUAD,
    ),
    Metric(
        "span_f1",
        "F1 of marked words",
        "answer",
        "F1 of the words that the reader marks in the first sentence, answered or not.",
        _span_f1,
        source=_SQUAD,
    ),
    Metric(
        "rouge_l",
        "ROUGE-L of long answers",
        "answer",
        "Mean F1 of the longest common subsequence of words, the best over gold answers, where all"
        " of them have more than 12 words. Refused is 0.",
        _rouge_l,
        source="Lin 2004, ROUGE",
    ),
    Metric(
        "median_words",
        "words of an answer",
        "answer",
        "Median number of words of what was answered.",
        _words,
        median,
        better="",
        unit="words",
    ),
    Metric(
        "composed",
        "phrased by the model",
        "answer",
        "Share of answered answerable questions whose answer the language model phrased.",
        _composed,
        better="",
    ),
    Metric(
        "gold_in_composed",
        "gold in phrased answers",
        "answer",
        "Share of the phrased answers with a gold answer (at most 12 words) in them.",
        _gold_in_composed,
    ),
)
