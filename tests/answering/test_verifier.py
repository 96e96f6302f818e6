"""What a draft may say: nothing that its evidence does not."""

from collections.abc import Sequence

import pytest
from fakes import evidence

from assistant.answering.verifier import Verifier, statements
from assistant.query.question import Question
from assistant.retrieval.evidence import Evidence
from assistant.retrieval.reader import SupportScores
from assistant.wiring import shipped_reader

GHARYAN = evidence(
    "Forces loyal to Hifter took control of Gharyan, 50 kilometers (31 miles) from Tripoli, without major clashes on Wednesday."
)
KILLED = evidence("Two people, a resident and a militiaman, were killed near Gharyan.")
NATO = evidence(
    "The NATO-supported uprising toppled and later killed longtime dictator Moammar Gadhafi."
)


def support(statement: str, question: str, *quotes: Evidence) -> str:
    """The support that words alone tell."""
    return Verifier().check(statement, Question(question), quotes).support


def test_words_of_the_evidence_in_its_order_are_exact() -> None:
    assert (
        support("50 kilometers (31 miles) from Tripoli", "How far is Gharyan?", GHARYAN) == "exact"
    )
    assert support("a resident and a militiaman", "Who was killed?", GHARYAN, KILLED) == "exact"


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("Gharyan is 31 miles from Tripoli.", "How far is Gharyan from Tripoli?"),
        ("Hifter's forces took control of Gharyan.", "Who took Gharyan?"),
        ("On Wednesday, forces loyal to Hifter took control of Gharyan.", "When was it taken?"),
    ],
)
def test_a_rewording_within_the_evidence_is_supported(statement: str, question: str) -> None:
    assert support(statement, question, GHARYAN) == "supported"


@pytest.mark.parametrize(
    ("statement", "question", "why"),
    [
        ("Gharyan is 13 miles from Tripoli.", "How far is Gharyan from Tripoli?", "another number"),
        ("Sarraj's forces took control of Gharyan.", "Who took Gharyan?", "another name"),
        ("Hifter's forces took control of Gharyan on Thursday.", "When?", "another day"),
        (
            "Forces loyal to Hifter never took control of Gharyan.",
            "Who took Gharyan?",
            "a negation",
        ),
        ("Hifter's forces destroyed Gharyan.", "What did the forces do?", "another deed"),
        ("Gharyan was taken.", "Was Gharyan taken?", "nothing new"),
    ],
)
def test_what_the_evidence_does_not_say_is_unsupported(
    statement: str, question: str, why: str
) -> None:
    assert support(statement, question, GHARYAN) == "unsupported", why


def test_the_verdict_names_its_evidence_and_its_reason() -> None:
    verifier = Verifier()
    verdict = verifier.check(
        "A resident and a militiaman were killed.", Question("Who died?"), [GHARYAN, KILLED]
    )
    assert (verdict.support, verdict.evidence) == ("supported", 1)
    assert "'seven'" in verifier.check("There were seven.", Question("How many?"), [KILLED]).reason


def test_markup_and_markers_of_the_draft_are_taken_off() -> None:
    assert statements("**Two** people [3]. They were `killed`.") == [
        "Two people.",
        "They were killed.",
    ]
    assert statements("") == []


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("Hifter's forces took control of Gharyan of Gharyan.", "a word twice"),
        ("Who took control of Gharyan?", "the question"),
    ],
)
def test_what_repeats_itself_or_the_question_is_unsupported(statement: str, why: str) -> None:
    assert support(statement, "Who took control of Gharyan?", GHARYAN) == "unsupported", why


class Judge:
    """Says of each pair what a test chooses: supported, contradicted."""

    def __init__(self, supported: float, contradicted: float) -> None:
        self._scores = SupportScores(supported, contradicted)
        self.pairs: list[tuple[str, str]] = []

    def support(self, pairs: Sequence[tuple[str, str]]) -> list[SupportScores]:
        self.pairs += pairs
        return [self._scores] * len(pairs)


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ((0.9, 0.05), "supported"),
        ((0.4, 0.1), "partly"),
        ((0.1, 0.85), "contradicted"),
        ((0.1, 0.1), "unsupported"),
    ],
)
def test_the_model_judges_what_the_rules_let_pass(scores: tuple[float, float], told: str) -> None:
    said = "Hifter's troops hold the town."
    judge = Judge(*scores)
    check = Verifier(judge).check(said, Question("Who holds the town?"), [GHARYAN])
    assert check.support == told
    assert all(statement == said for statement, _ in judge.pairs)
    # A number that stands nowhere fails whatever the model says.
    made_up = "Hifter's troops took 4,000 towns."
    assert Verifier(judge).check(made_up, Question("Who?"), [GHARYAN]).support == "unsupported"


def test_yes_or_no_is_said_where_all_that_speak_of_it_agree() -> None:
    permit = evidence("Divers need a permit from the harbour office.")
    none = evidence("Anglers need no permit.")
    asked = evidence("Do divers need a permit?")
    yes = Verifier(Judge(0.9, 0.0))
    assert yes.decide(Question("Do divers need a permit?"), [permit]) == ("yes", permit)
    assert yes.decide(Question("Do anglers need a permit?"), [none]) == ("no", none)
    assert yes.decide(Question("Do people need a permit?"), [permit, none]) is None
    assert yes.decide(Question("Do divers need a permit?"), [asked]) is None
    assert Verifier(Judge(0.0, 0.9)).decide(Question("May I swim?"), [permit]) == ("no", permit)
    assert Verifier(Judge(0.3, 0.3)).decide(Question("May I swim?"), [permit]) is None
    assert Verifier().decide(Question("Do divers need a permit?"), [permit]) is None


def test_the_shipped_model_tells_a_true_statement_from_another() -> None:
    reader = shipped_reader()
    assert reader is not None
    model = reader.statement_reader()
    assert model is not None
    verifier = Verifier(model)
    true = "Gharyan is 31 miles from Tripoli."
    assert verifier.check(true, Question("How far is Gharyan?"), [GHARYAN]).stands
    false = "Gharyan was not taken by Hifter's forces."
    assert not verifier.check(false, Question("Was Gharyan taken?"), [GHARYAN]).stands
    for odd in ("x", "word " * 5_000, "\u6771\u4eac\u306f\u9996\u90fd\u3067\u3059", "", "\x00"):
        assert verifier.check(odd, Question("What?"), [GHARYAN]).support in {
            "unsupported",
            "partly",
        }
