"""Measures, verdicts, tables and curves, on cases made by hand."""

import json

import pytest
from predictions import SOURCE, case, question

from assistant.evaluation.case import Case
from assistant.evaluation.judge import judge
from assistant.evaluation.metrics import ALL
from assistant.evaluation.results import Measure, Results
from assistant.evaluation.scoring import score
from assistant.query.rewriter import Turn

LONG = "It was built by Otto Stahn over many years and with the help of several hundred workers."


def measures(*cases: Case) -> dict[str, Measure]:
    return {m.name: m for m in score("run", cases, {}).measures}


def values(*cases: Case) -> dict[str, float | None]:
    return {name: m.value for name, m in measures(*cases).items()}


def unanswerable(**fields: object) -> Case:
    return case(question("u", answerable=False), **fields)  # type: ignore[arg-type]


def test_every_measure_is_defined_in_words_under_a_name_of_its_own() -> None:
    assert len({m.name for m in ALL}) == len(ALL)
    assert all(m.definition.endswith(".") and m.title for m in ALL)
    assert all((m.of is None) != (m.joint is None) for m in ALL)


def test_answers_of_a_mixed_set() -> None:
    found = values(
        case(),
        case(answer="It is red. [1]"),
        case(refused=True, confidence=0.3),
        unanswerable(refused=True, confidence=0.1),
        unanswerable(confidence=0.9),
    )
    assert found["right"] == found["gold_in_answer"] == pytest.approx(1 / 3)
    assert found["false_refusals"] == pytest.approx(1 / 3)
    assert found["refused_unanswerable"] == 0.5
    assert found["auroc_confidence"] == pytest.approx((1 + 0.5 + 1 + 0.5 + 1 + 0) / 6)
    assert found["exact"] == pytest.approx(1 / 5)  # the one that was rightly refused
    assert found["f1_answerable"] == pytest.approx((2 * 2 / (4 + 2)) / 3)
    assert found["brier"] == pytest.approx((0.01 + 0.01 + 0.49 + 0.01 + 0.81) / 5)
    assert found["median_words"] == 4


def test_answers_said_with_perhaps_are_held_against_the_others() -> None:
    found = values(
        case(),
        case(answer="It is red. [1]"),
        unanswerable(confidence=0.9),
        case(confidence=0.39),
        unanswerable(confidence=0.2),
        case(refused=True, confidence=0.1),
    )
    assert found["perhaps"] == pytest.approx(2 / 5)
    assert found["right_without_perhaps"] == pytest.approx(1 / 3)
    assert found["right_with_perhaps"] == pytest.approx(1 / 2)
    assert values(unanswerable(refused=True))["perhaps"] is None


def test_a_set_without_unanswerable_questions_says_nothing_of_refusing() -> None:
    found = values(case(), case(refused=True))
    for name in ("refused_unanswerable", "auroc_confidence", "ece", "brier"):
        assert found[name] is None
    assert found["false_refusals"] == 0.5


def test_a_set_without_answerable_questions_says_nothing_of_answers() -> None:
    found = values(unanswerable(), unanswerable(refused=True))
    for name in ("right", "gold_in_answer", "f1_answerable", "hit@1", "mrr", "aurc", "ece",
                 "gold_in_first_sentence", "false_refusals", "citation_precision"):  # fmt: skip
        assert found[name] is None, name
    assert found["refused_unanswerable"] == found["exact"] == 0.5


def test_gold_answers_of_punctuation_alone_are_not_measured() -> None:
    found = values(case(question(answers=("...", "?"))))
    for name in ("right", "gold_in_answer", "exact_answerable", "gold_in_passages"):
        assert found[name] is None, name
    assert judge(case(question(answers=("...",))))[0] == "not judged"


def test_an_empty_run_has_no_values() -> None:
    assert {v for k, v in values().items() if k != "invalid_quotes"} == {None}


def test_ranks_of_the_right_passage() -> None:
    gold = question(answers=("Otto Stahn",), passage="Otto Stahn built it in 1896. It is red.")
    other = "The river Spree is long and flows by."
    second = case(gold, passages=(other, "Otto Stahn built it in 1896. It is red. And old."))
    found = values(second)
    assert (found["hit@1"], found["hit@3"], found["mrr"]) == (0, 1, 0.5)
    assert found["ndcg@10"] == pytest.approx(0.6309, abs=1e-4)  # 1 / log2(3)
    nowhere = values(case(gold, passages=(other,)))
    assert (nowhere["hit@5"], nowhere["mrr"], nowhere["ndcg@10"]) == (0, 0, 0)


def test_the_right_passage_is_told_by_evidence_or_by_source_where_no_passage_is_named() -> None:
    marked = question(answers=("x",), evidence=("Otto Stahn built it .",))
    assert case(marked, passages=("a", "Otto Stahn built it. It is red.")).relevant == (False, True)
    sourced = question(answers=("x",), source="bridge.txt")
    assert case(sourced, passages=("a", "b")).relevant == (True, True)
    elsewhere = question(answers=("x",), source="other.txt")
    assert case(elsewhere).relevant == (False,)
    assert case(question(answers=("x",))).relevant is None
    assert SOURCE.endswith("bridge.txt")


def test_citations_against_marked_evidence() -> None:
    marked = question(
        answers=("Otto Stahn",), evidence=("Otto Stahn built it.", "Its builder was Otto Stahn.")
    )
    found = values(case(marked, quotes=("Otto Stahn built it.", "It is red and old.")))
    assert found["citation_precision"] == 0.5
    assert found["citation_recall"] == 0.5
    assert values(case(marked, refused=True))["citation_precision"] is None


def test_quotes_that_are_not_verbatim_are_counted() -> None:
    found = values(case(quotes=("a", "b"), quotes_valid=[True, False]))
    assert (found["quotes_valid"], found["invalid_quotes"]) == (0.5, 1)


def test_long_answers_are_right_by_evidence_or_by_rouge() -> None:
    gold = question(answers=(LONG,), evidence=("Otto Stahn built it.",))
    found = values(case(gold))
    assert found["right"] == 1
    assert found["gold_in_answer"] is None
    assert found["rouge_l"] == pytest.approx(2 * 2 / (17 + 4))  # "otto stahn"
    apart = question(answers=(LONG,))
    assert judge(case(apart, answer=f"{LONG} [1]"))[0] == "right"
    assert judge(case(apart))[0] == "wrong"


def test_a_follow_up_is_held_against_its_standalone_version() -> None:
    asked = question(history=("Who?",), standalone="Who built the bridge?", answers=("Otto Stahn",))
    same = {"status": "answered", "answer": "x", "citations": [{"source": SOURCE, "span": [0, 20]}]}
    other = {
        "status": "answered",
        "answer": "x",
        "citations": [{"source": SOURCE, "span": [30, 40]}],
    }
    refused = {"status": "not_found", "answer": "", "citations": []}
    for alone, wanted in ((same, 1), (other, 0), (refused, 0), (None, None)):
        assert values(case(asked, standalone=alone))["followups_as_standalone"] == wanted
    assert values(case(asked, standalone=refused, refused=True))["followups_as_standalone"] == 1
    assert values(case(asked))["followups_right"] == 1


def test_verdicts_say_why() -> None:
    assert judge(case()) == (
        "right",
        "The answer has the gold answer \u201cOtto Stahn\u201d in it.",
    )
    wrong = case(answer="It is red.", evidence=("It is red.", "Otto Stahn built it."))
    assert judge(wrong) == (
        "wrong",
        "No gold answer is in the answer; sentence 2 of the evidence has it.",
    )
    lost = case(answer="It is red.", evidence=("It is red.",), passages=("It is red.",))
    assert judge(lost)[1].endswith("no passage that was found has it.")
    verdict, why = judge(case(refused=True, confidence=0.31))
    assert (verdict, "0.31" in why, "sentence 1" in why) == ("false refusal", True, True)
    assert judge(unanswerable())[0] == "overclaim"
    assert judge(unanswerable(refused=True))[0] == "refused"
    assert judge(case(question()))[0] == "not judged"


def test_tables_count_the_questions_of_each_kind_and_document() -> None:
    who = question(answers=("Otto Stahn",), source="a.txt")
    when = question(question="When was it built?", answers=("1896",), source="b.txt")
    given = question(answers=("x",), kind="list")
    by_kind, by_document = score("run", [case(who), case(who), case(when), case(given)], {}).tables
    assert {row.label: row.count for row in by_kind.rows} == {"who": 2, "when": 1, "list": 1}
    assert by_kind.rows[0].values[by_kind.measures.index("right")] == 1
    assert {row.label: row.count for row in by_document.rows} == {
        "a.txt": 2,
        "b.txt": 1,
        "\u2013": 1,
    }


def test_curves_end_at_the_whole_set() -> None:
    curves = score(
        "run",
        [
            case(),
            case(answer="No. [1]", confidence=0.5),
            unanswerable(confidence=0.05, refused=True),
        ],
        {},
    ).curves
    assert [p.coverage for p in curves.risk_coverage] == pytest.approx([1 / 3, 2 / 3, 1])
    assert [p.risk for p in curves.risk_coverage] == pytest.approx([0, 1 / 2, 2 / 3])
    assert sum(b.count for b in curves.reliability) == 3
    assert (curves.reliability[0].count, curves.reliability[0].observed) == (1, 0)
    assert curves.latency[-1].total_ms == 2
    assert curves.coverage == pytest.approx(2 / 3)


def test_a_line_of_ask_is_scored_as_far_as_it_tells() -> None:
    one = case()
    bare = Case(one.question, {k: v for k, v in one.line.items() if k != "evaluation"})
    found = values(bare)
    assert found["right"] == 1
    for name in ("gold_in_first_sentence", "quotes_valid", "memory_mb"):
        assert found[name] is None


def test_the_result_is_plain_json() -> None:
    result: Results = score(
        "run", [case(question(answers=("b",), history=(Turn("b", "c"),)))], {"format": 1}
    )
    again = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert again["measures"]["right"]["count"] == 1
    assert again["questions"][0]["verdict"] == "wrong"
    assert again["questions"][0]["history"] == ["b"]


def test_what_leads_is_held_against_the_gold_without_what_it_restates() -> None:
    asked = question(question="Who built the bridge?", answers=("Otto Stahn",))
    said = case(asked, answer="The bridge was built by Otto Stahn. [1]")
    assert values(said)["direct_f1"] == 1
    more = case(asked, answer="Otto Stahn of Berlin built the bridge. [1]")
    assert values(more)["direct_f1"] == pytest.approx(2 * (2 / 3) / (2 / 3 + 1))
    below = case(asked, answer="1896 [1]", quotes=("Otto Stahn built it in 1896.",))
    found = values(below)
    assert (found["gold_in_answer"], found["gold_in_lead"], found["direct_f1"]) == (1, 0, 0)
    assert values(case(asked, refused=True))["direct_f1"] == 0
