"""The installed package: built as `uv tool install .` and `pipx install .` build it, then run."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
DATA = ("models", "prompts", "seeds")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, as an installer lays it into site-packages."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def tracked(kind: str) -> set[str]:
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", kind],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("not a git checkout: what belongs to the project cannot be told")
    return set(done.stdout.split())


def test_the_wheel_holds_the_data_and_nothing_that_was_dropped_beside_it(installed: Path) -> None:
    """No weights of the person's own, say: models/ is where they may put them."""
    data = installed / "assistant" / "data"
    for kind in DATA:
        found = {str(p.relative_to(data)) for p in (data / kind).rglob("*") if p.is_file()}
        assert found == tracked(kind)
    assert not list(installed.rglob("*.pyc"))
    assert (installed / "assistant" / "library" / "schema.sql").is_file()
    assert (installed / "assistant" / "tui" / "chat.tcss").is_file()
    report = installed / "assistant" / "evaluation" / "report"
    assert {p.name for p in report.iterdir() if p.suffix != ".py"} == {
        "page.html", "parts.html", "page.css", "page.js",
    }  # fmt: skip


def test_the_installed_program_answers_from_its_own_data(
    installed: Path, tmp_path: Path, home: Path
) -> None:
    """From an empty folder, with an empty home, and no checkout to fall back on."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "ask", "--model", "none", "When did Ban visit Libya?"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "October 2014" in done.stdout
    assert str(installed / "assistant" / "data" / "seeds") in done.stdout
    assert (home / "libraries" / "default").is_dir()
