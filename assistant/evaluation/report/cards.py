"""Every question of a run, with its answer, what backs it, the gold and the verdict."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.evaluation.report.words import escaped, figure, file_name, verdict_tag, with_gold
from assistant.evaluation.results import Measure, ScoredQuestion, ShownSentence
from assistant.retrieval.outcome import outcome

# What a person should look at first.
VERDICTS = ("overclaim", "wrong", "false refusal", "not judged", "refused", "right")
MEANINGS = {
    "right": "answerable, and answered right",
    "wrong": "answerable, but answered wrong",
    "false refusal": "answerable, but refused",
    "refused": "unanswerable, and refused",
    "overclaim": "unanswerable, but answered",
    "not judged": "the set does not tell",
}


def anchors(questions: Sequence[ScoredQuestion]) -> dict[str, str]:
    """The anchor of each question on the page, by id."""
    return {question.id: f"q{number}" for number, question in enumerate(questions, start=1)}


def counts(questions: Sequence[ScoredQuestion]) -> Counter[str]:
    """How many questions have each verdict."""
    return Counter(question.verdict for question in questions)


def filter_form(questions: Sequence[ScoredQuestion]) -> str:
    """What to filter and sort by; the script shows it, because without one it does nothing."""
    by_verdict = counts(questions)
    return (
        '<form id="filter" hidden>'
        + _select("verdict", "Verdict", [(v, by_verdict[v]) for v in VERDICTS if by_verdict[v]])
        + _select("kind", "Kind", sorted(Counter(q.kind for q in questions if q.kind).items()))
        + _select("document", "Document", sorted(Counter(_document(q) for q in questions).items()))
        + '<label>Text <input name="text" type="search" autocomplete="off"></label>'
        '<label>Order <select name="order"><option value="number">as in the set</option>'
        '<option value="verdict">worst verdict first</option>'
        '<option value="sure">surest first</option><option value="unsure">least sure first</option>'
        '<option value="slow">slowest first</option></select></label>'
        '<button type="button" id="open">Show all details</button>'
        '<button type="reset">Clear</button>'
        '<output id="shown" aria-live="polite"></output></form>'
    )


def _select(name: str, label: str, values: Iterable[tuple[str, int]]) -> str:
    options = "".join(
        f'<option value="{escaped(value)}">{escaped(value or "not said")} ({count:,})</option>'
        for value, count in values
        if value
    )
    if not options:
        return ""
    return (
        f'<label>{label} <select name="{name}"><option value="">all</option>{options}</select>'
        "</label>"
    )


def cards(questions: Sequence[ScoredQuestion], measures: Sequence[Measure]) -> str:
    """The questions in the order of the set."""
    units = {m.name: (m.title, m.unit) for m in measures}
    ids = anchors(questions)
    return "".join(_card(question, ids[question.id], units) for question in questions)


def _card(question: ScoredQuestion, anchor: str, units: Mapping[str, tuple[str, str]]) -> str:
    answer = question.answer
    confidence = float(answer.get("confidence") or 0)
    total = float((answer.get("timings") or {}).get("total_ms") or 0)
    told = [question.id, question.kind, _document(question), f"confidence {confidence:.2f}"]
    if outcome(confidence, answered=answer.get("status") == "answered") == "perhaps":
        told.append("said with \u201cperhaps\u201d")
    if total:
        told.append(figure(total, "ms"))
    return (
        f'<article id="{anchor}" data-verdict="{question.verdict}"'
        f' data-rank="{VERDICTS.index(question.verdict)}" data-kind="{escaped(question.kind)}"'
        f' data-document="{escaped(_document(question))}" data-confidence="{confidence}"'
        f' data-total="{total}">'
        f"<h3>{escaped(question.question)}</h3>"
        f'<p class="about">{verdict_tag(question.verdict)}'
        f" {' &middot; '.join(escaped(t) for t in told if t)}</p>"
        f"{_history(question)}"
        f'<p class="answer">{with_gold(str(answer.get("answer") or ""), question.answers)}</p>'
        f'{_gold(question)}<p class="why">{escaped(question.why)}</p>'
        f"<details open><summary>Citations and evidence</summary>"
        f"{_marked(question)}{_citations(question)}{_statements(question)}{_evidence(question)}"
        f"{_measures(question, units)}</details></article>"
    )


def _history(question: ScoredQuestion) -> str:
    parts = []
    if question.history:
        turns = " &rarr; ".join(escaped(turn) for turn in question.history)
        parts.append(f'<p class="after">after: {turns}</p>')
    standalone = str(question.answer.get("standalone_question") or "")
    if standalone and standalone != " ".join(question.question.split()):
        parts.append(f'<p class="after">understood as: {escaped(standalone)}</p>')
    return "".join(parts)


def _gold(question: ScoredQuestion) -> str:
    """What the set says of the answer, in one line."""
    told = " &middot; ".join(escaped(answer) for answer in question.answers)
    if not question.answerable:
        told = "the documents do not answer it"
    return f'<p class="gold">gold: {told or "the set gives no answer"}</p>'


def _marked(question: ScoredQuestion) -> str:
    marked = _list(with_gold(s, question.answers) for s in question.gold_evidence)
    return f"<h4>Evidence marked in the set</h4>{marked}" if marked else ""


def _citations(question: ScoredQuestion) -> str:
    items = []
    for citation in question.answer.get("citations") or ():
        quote = with_gold(str(citation.get("quote", "")), question.answers)
        where = _where(citation.get("source", ""), citation.get("lines"), citation.get("page"))
        items.append(f"[{escaped(str(citation.get('marker', '')))}] <q>{quote}</q> {where}")
    return f"<h4>Citations</h4>{_list(items)}" if items else ""


def _statements(question: ScoredQuestion) -> str:
    """How each statement is backed, where that is not simply a quote."""
    given: Sequence[Mapping[str, Any]] = question.answer.get("statements") or ()
    if all(s.get("support") == "exact" for s in given):
        return ""
    return "<h4>Statements</h4>" + _list(
        f"{escaped(str(s.get('text', '')))} {_soft(str(s.get('support')))}" for s in given
    )


def _evidence(question: ScoredQuestion) -> str:
    if not question.evidence:
        return ""
    items = _list((_sentence(s, question.answers) for s in question.evidence), "ol")
    return f"<h4>Evidence found, best first</h4>{items}"


def _sentence(sentence: ShownSentence, answers: Sequence[str]) -> str:
    gold = ' <span class="change better">gold</span>' if sentence.gold else ""
    where = _where(sentence.source, sentence.lines, None)
    return f"{with_gold(sentence.text, answers)}{gold} {where} &middot; {sentence.score:.2f}"


def _measures(question: ScoredQuestion, units: Mapping[str, tuple[str, str]]) -> str:
    told = []
    for name, value in question.measures.items():
        if value is not None:
            title, unit = units.get(name, (name, "share"))
            told.append(f"{escaped(title)} {figure(value, unit)}")
    return f'<p class="from">{" &middot; ".join(told)}</p>' if told else ""


def _where(source: Any, lines: Any, page: Any) -> str:
    name = escaped(file_name(str(source)))
    if lines:
        first, last = lines
        name += f":{first}" if first == last else f":{first}&ndash;{last}"
    if page:
        name += f", page {escaped(str(page))}"
    return f'<span class="from">{name}</span>'


def _soft(text: str) -> str:
    return f'<span class="from">{escaped(text)}</span>'


def _list(items: Iterable[str], element: str = "ul") -> str:
    found = "".join(f"<li>{item}</li>" for item in items)
    return f"<{element}>{found}</{element}>" if found else ""


def _document(question: ScoredQuestion) -> str:
    return file_name(question.document) if question.document else ""
