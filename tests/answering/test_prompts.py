"""Templates: each placeholder must be filled, and every change shows in the hash."""

from pathlib import Path

import pytest

from assistant.answering import prompts
from assistant.errors import TemplateError


def write(folder: Path, user: str, system: str = "Be brief.") -> Path:
    (folder / "x.system.txt").write_text(system)
    (folder / "x.user.txt").write_text(user)
    return folder


def test_the_shipped_prompt_is_filled() -> None:
    system, user = prompts.load("compose").messages(
        evidence="THE TEXT", question="THE QUESTION $x", earlier=""
    )
    assert system.role == "system"
    assert "THE TEXT" in user.content
    assert "THE QUESTION $x" in user.content


@pytest.mark.parametrize(
    "user", ["$question", "$evidence $question $more", "$evidence $question $ 5"]
)
def test_a_template_that_does_not_fit_is_an_error(tmp_path: Path, user: str) -> None:
    with pytest.raises(TemplateError):
        prompts.load("x", write(tmp_path, user)).messages(evidence="a", question="b")


def test_a_missing_template_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="cannot be read"):
        prompts.load("x", tmp_path)


def test_the_hash_tells_templates_apart(tmp_path: Path) -> None:
    first = prompts.load("x", write(tmp_path, "$question"))
    assert prompts.load("x", tmp_path).hash == first.hash
    assert prompts.load("x", write(tmp_path, "$question!")).hash != first.hash
    assert prompts.load("x", write(tmp_path, "$question", "Be long.")).hash != first.hash


def test_a_persons_own_template_goes_before_the_shipped_one(home: Path) -> None:
    shipped = prompts.load("compose")
    own = home / "prompts" / "compose.system.txt"
    own.parent.mkdir()
    own.write_text("Answer like a pirate.")
    mine = prompts.load("compose")
    assert mine.system == "Answer like a pirate."
    assert mine.user.template == shipped.user.template
    assert mine.hash != shipped.hash
    (own.parent / "compose.user.txt").write_text("$qestion")
    with pytest.raises(TemplateError, match=r"Correct .*compose\.user\.txt, or remove it"):
        prompts.load("compose").messages(question="Who?", evidence="", earlier="")
