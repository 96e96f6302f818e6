"""Exports hold every answer with its citations, for people and for programs."""

import json

from assistant.sessions import SavedTurn, Session
from assistant.transcript import as_json, as_markdown, file_name

SESSION = Session("20260102-030405-abc123", "Who came?", "default", "2026-01-02T03:04:05+00:00")
ANSWER = {
    "version": 1,
    "question": "And when?",
    "standalone_question": "And when (who came)?",
    "status": "answered",
    "answer": "In October 2014. [1]",
    "confidence": 0.93,
    "citations": [
        {
            "marker": 1,
            "source": "/docs/a_b.txt",
            "lines": [3, 4],
            "page": 2,
            "quote": "He came\nin *October* <b>2014</b>.",
        }
    ],
}
TURN = SavedTurn("And when?", "2026-01-02T03:04:05+00:00", ANSWER, {})


def test_markdown_holds_question_answer_quote_and_place() -> None:
    text = as_markdown(SESSION, [TURN])
    assert text.startswith("# Who came?\n")
    assert "## And when?" in text
    assert "*Understood as: And when (who came)?*" in text
    assert "In October 2014. \\[1\\]" in text
    assert "> He came\n> in \\*October\\* \\<b\\>2014\\</b\\>." in text
    assert "/docs/a\\_b.txt, lines 3\u20134, page 2" in text


def test_json_holds_the_answers_of_the_contract() -> None:
    value = json.loads(as_json(SESSION, [TURN]))
    assert value["title"] == "Who came?"
    assert value["turns"][0]["answer"] == ANSWER


def test_the_name_of_the_file_is_made_of_the_title() -> None:
    assert file_name(SESSION, ".md") == "who-came.md"
    assert file_name(Session("id1", "../../\u202e", "l", "t"), ".md") == "id1.md"
