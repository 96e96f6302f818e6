"""The command that fits the evidence models, on a question set small enough to do it for real."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import AssistantError
from assistant.lab.training import plan, question_set
from assistant.lab.training.evidence import calibrated, fit
from assistant.lab.training.squad import read, sample
from assistant.retrieval.features import FEATURES
from assistant.retrieval.reranker import SIGNALS, of_words, probability

SUBJECTS = {
    "bridges": [("The Oberbaum Bridge was built by Otto Stahn in 1896.", "Who built the Oberbaum Bridge?", "Otto Stahn"), ("The Golden Gate Bridge opened to the public in May 1937.", "When did the Golden Gate Bridge open?", "May 1937")],
    "animals": [("The zyzzyva is a weevil that lives in South America.", "Where does the zyzzyva live?", "South America"), ("Wombats sleep about sixteen hours a day in their burrows.", "How long do wombats sleep?", "sixteen hours")],
}  # fmt: skip


def write(folder: Path, name: str) -> Path:
    padding = " Nothing else is known of it. Many visitors come in summer, and some in winter."
    paragraphs = [
        {
            "context": text + padding,
            "qas": [
                {
                    "question": question,
                    "answers": [{"text": answer, "answer_start": text.index(answer)}],
                },
                {"question": "Which colour is it?", "is_impossible": True, "answers": []},
            ],
        }
        for text, question, answer in SUBJECTS[name]
    ]
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"data": [{"title": name, "paragraphs": paragraphs}]}))
    return path


def test_a_fitted_model_has_all_its_weights_and_its_figures(tmp_path: Path) -> None:
    model = fit([write(tmp_path, name) for name in SUBJECTS], 10, 0.05, None)
    plain = model["plain"]
    assert isinstance(plain, dict)
    assert set(plain["evidence"]["weights"]) == set(FEATURES)
    assert set(plain["confidence"]["weights"]) == set(SIGNALS)
    assert set(plain["figures_held_out"]) == set(SUBJECTS)
    assert plain["figures_held_out"]["bridges"]["first"] == 1
    assert "with_reader" not in model
    words = model["words"]
    assert isinstance(words, dict)
    assert set(words["evidence"]["weights"]) == set(of_words(FEATURES)) < set(FEATURES)
    assert set(words["confidence"]["weights"]) == set(of_words(SIGNALS)) < set(SIGNALS)


def test_a_question_set_is_read_with_its_documents(tmp_path: Path) -> None:
    documents = tmp_path / "house" / "documents"
    documents.mkdir(parents=True)
    (documents / "heating.yaml").write_text("boiler:\n  daily_minutes: 45\n  colour: grey\n")
    (documents / "rules.txt").write_text(
        "Dogs are welcome in the yard.\n\nThe gate shuts at ten.\n"
    )
    rows = [
        {"question": "how many minutes a day", "answers": ["45"], "source": "heating.yaml", "evidence": ["daily_minutes: 45"]},
        {"question": "when does the gate shut", "answers": ["ten"], "source": "rules.txt", "evidence": ["The gate shuts at ten."]},
        {"question": "who has the key of the gate", "answerable": False, "source": "rules.txt"},
    ]  # fmt: skip
    path = tmp_path / "house" / "questions.jsonl"
    path.write_text("".join(json.dumps({"id": f"q{n}"} | r) + "\n" for n, r in enumerate(rows)))
    heating, rules = question_set.read(path)
    assert (heating.title, [q.answers for q in heating.questions]) == ("heating.yaml", [("45",)])
    assert [q.answers for q in rules.questions] == [("ten",), ()]
    plain = fit([path, write(tmp_path, "bridges")], 10, 0.05, None)["plain"]
    assert isinstance(plain, dict)
    assert plain["figures_held_out"]["house"]["first"] == 1
    path.write_text(json.dumps({"id": "q", "question": "who?", "source": "gone.txt"}) + "\n")
    with pytest.raises(AssistantError, match="no document or no evidence"):
        question_set.read(path)


def test_the_shipped_question_set_has_evidence_in_its_documents() -> None:
    articles = question_set.read(plan.EVERYDAY)
    asked = [(a, q) for a in articles for q in a.questions]
    assert len(asked) > 300
    assert 0.25 < sum(not q.answers for _, q in asked) / len(asked) < 0.5
    for article, question in asked:
        assert article.file is not None
        words = set(re.findall(r"\w+", article.file.read_text("utf-8").casefold()))
        assert set(re.findall(r"\w+", question.paragraph.casefold())) <= words, question


def test_confidence_is_calibrated_for_a_mix_of_thirds() -> None:
    """Whatever the numbers of each kind: each third weighs the same."""
    rng = np.random.default_rng(1)
    odds = {
        "inside": rng.normal(2, 1, 900),
        "outside": rng.normal(-4, 1, 300),
        "impossible": rng.normal(1, 1, 100),
        "near": rng.normal(0, 1, 50),
    }
    scale, error = calibrated([odds])
    assert error < 0.06
    likely = np.array([probability(scale.slope * z + scale.intercept) for z in odds["inside"]])
    near = np.array([probability(scale.slope * z + scale.intercept) for z in odds["impossible"]])
    assert np.median(likely) > 0.5 > np.median(near)


def test_only_answerable_questions_are_drawn_and_always_the_same(tmp_path: Path) -> None:
    articles = read(write(tmp_path, "bridges"))
    drawn = sample(articles, 10, 1)
    assert {q.question for q in drawn} == {question for _, question, _ in SUBJECTS["bridges"]}
    assert drawn == sample(articles, 10, 1)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"data": [{}]}'])
def test_a_file_of_another_shape_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(AssistantError, match="SQuAD"):
        read(path)
