"""A scored run made by hand, with everything in it that a report can show."""

from dataclasses import replace
from typing import Any

from assistant.evaluation.results import (
    ComparedMeasure,
    Comparison,
    Curves,
    Flip,
    LatencyPoint,
    Measure,
    ReliabilityBin,
    Results,
    RiskPoint,
    Row,
    RunTime,
    ScoredQuestion,
    ShownSentence,
    Table,
    Variant,
    Verdict,
)

VERDICTS: tuple[Verdict, ...] = (
    "right", "wrong", "refused", "false refusal", "overclaim", "not judged"
)  # fmt: skip
KINDS = ("who", "when", "why", "yes/no", "")
HARMFUL = (
    "</script><script>window.harmed = true</script><img src=x onerror='window.harmed = true'>"
    "\x1b[31mred\x1b]0;title\x07\u202egnirts\x00 <b>&amp; \"quoted\" 'too'"
)


def question(number: int, **changes: Any) -> ScoredQuestion:
    """The question `number`; verdicts, kinds and documents take turns."""
    verdict = VERDICTS[number % len(VERDICTS)]
    source = f"/docs/part {number % 3}.txt"
    quote = f"Bridge {number} was built in {1500 + number} by Otto Stahn."
    made = ScoredQuestion(
        id=f"id {number}",
        question=f"Who built bridge {number}?",
        kind=KINDS[number % len(KINDS)],
        document=source if number % 7 else "",
        history=("Which bridges are there?",) if number % 5 == 4 else (),
        answerable=verdict not in {"refused", "overclaim"},
        answers=("Otto Stahn", "Stahn") if number % 2 == 0 else (),
        gold_evidence=(quote,) if number % 2 == 0 else (),
        answer={
            "status": "not_found" if "refus" in verdict else "answered",
            "answer": f"{quote} [1]",
            "standalone_question": f"Who built bridge {number}?",
            "confidence": (number * 37 % 101) / 100,
            "statements": [
                {"text": quote, "support": "supported" if number % 2 else "exact", "citations": [1]}
            ],
            "citations": [
                {
                    "marker": 1, "source": source, "title": "Bridges", "page": number % 2 or None,
                    "lines": [number + 1, number + 1], "span": [0, len(quote)], "quote": quote,
                }
            ],
            "passages": [],
            "timings": {"first_token_ms": 100.0 + number, "total_ms": 200.0 + number * 13 % 97},
        },
        evidence=tuple(
            ShownSentence(source, (n + 1, n + 2), f"{quote} Sentence {n}.", 0.9 - n / 10, n == 0)
            for n in range(3)
        ),
        measures={"gold_in_answer": float(number % 2), "first_ms": 100.0 + number, "rouge_l": None},
        verdict=verdict,
        why=f"The reason for {number}.",
    )  # fmt: skip
    return replace(made, **changes)


def measures() -> tuple[Measure, ...]:
    return (
        Measure("gold_in_answer", "gold in the answer", "answer", 0.5, (0.41, 0.59), 100,
                "Share of the questions whose answer holds a gold answer.", "SQuAD 1.1, section 5", "higher", "share"),
        Measure("rouge_l", "ROUGE-L of long answers", "answer", None, None, 0,
                "Longest common subsequence.", "", "higher", "share"),
        Measure("first_ms", "first text", "cost", 1234.5, (1200.0, 1300.0), 100,
                "Median time.", "", "lower", "ms"),
    )  # fmt: skip


def curves() -> Curves:
    return Curves(
        tuple(RiskPoint(n / 100, n / 250, 1 - n / 100) for n in range(1, 101)),
        tuple(
            ReliabilityBin(n / 10, n / 10 + 0.1, 5 * n, n / 10 + 0.05 if n else None, n / 11 if n else None)
            for n in range(10)
        ),
        tuple(LatencyPoint(n / 10, 50.0 * n, 120.0 * n) for n in range(11)),
        0.8,
    )  # fmt: skip


def comparison() -> Comparison:
    def compared(name: str, unit: str, difference: float, change: Any) -> ComparedMeasure:
        return ComparedMeasure(
            name, name, unit, 0.5, 0.5 - difference, difference, (difference - 0.1, difference + 0.1),
            0.012, "McNemar", 90, change,
        )  # fmt: skip

    return Comparison(
        "runs/before",
        (
            compared("gold_in_answer", "share", 0.2, "better"),
            compared("f1", "share", -0.2, "worse"),
            compared("mrr", "share", 0.0, "not distinguishable"),
            ComparedMeasure("rouge_l", "rouge_l", "share", None, None, None, None, None, "", 0, None),
        ),
        (Flip("id 1", "Who built bridge 1?", "right", "wrong", "By Stahn.", HARMFUL),),
        90,
        4,
    )  # fmt: skip


def results(count: int = 30, **changes: Any) -> Results:
    """A run of `count` questions."""
    made = Results(
        version=1,
        name="bridges.jsonl",
        questions=tuple(question(number) for number in range(count)),
        measures=measures(),
        tables=(
            Table("kind", ("gold_in_answer", "first_ms"), (Row("who", 9, (0.5, 99.0)), Row("", 1, (None, None)))),
            Table("document", ("gold_in_answer",), (Row("/docs/part 1.txt", 9, (0.5,)),)),
        ),
        curves=curves(),
        manifest={"model": {"name": "small", "sha256": "ab12"}, "packages": ["a", "b"], "seed": None},
        time=RunTime(100.0, 104.0, 1.04),
        comparison=comparison(),
        variants=(Variant("without reader", measures(), {"model": "none"}, comparison()),),
    )  # fmt: skip
    return replace(made, **changes)
