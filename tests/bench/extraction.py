"""How much of a known text is found again in files that other programs made of it.

`uv run python tests/bench/extraction.py` turns the repository's own texts into PDF, HTML, DOCX and
ODT by pandoc, LibreOffice and groff, reads them, and prints for each file the share of the known
words that were found in their order; it ends with 1 if one is below 0.98. What is not installed is
named and left out. Prose is set in two columns as well; a table is not, which groff would print over
the next column. Not read in order as yet: a PDF's table whose cells are several lines high (README).
"""

import re
import shutil
import subprocess
import sys
import tempfile
from difflib import SequenceMatcher
from pathlib import Path

from assistant.documents.parsers import parse

ROOT = Path(__file__).parents[2]
FILES = ROOT / "tests" / "documents" / "files"
TEXTS = (*sorted((ROOT / "seeds").iterdir()), ROOT / "README.md", FILES / "known.md")
LEAST = 0.98
# A longer text would only take time: the comparison is quadratic.
MAX_CHARS = 9_000


def run(command: str, **given: bytes) -> bytes:
    return subprocess.run(
        command, shell=True, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **given
    ).stdout


def shortened(path: Path, place: Path) -> Path:
    """The beginning of a text, up to the end of a paragraph, as Markdown."""
    text = path.read_text(encoding="utf-8")
    if len(text) > MAX_CHARS:
        text = text[: text.rindex("\n\n", 0, MAX_CHARS)] + "\n"
    target = place / f"{path.stem}.md"
    target.write_text(text, encoding="utf-8")
    return target


def made(source: Path) -> list[Path]:
    """The files made of a Markdown text."""
    found = []
    for suffix in ("docx", "html", "odt"):
        target = source.with_suffix(f".{suffix}")
        run(f"pandoc '{source}' -s --metadata title='{source.stem}' -o '{target}'")
        found.append(target)
    if shutil.which("soffice"):
        run(f"soffice --headless --convert-to pdf --outdir '{source.parent}' '{found[0]}'")
        found.append(source.with_suffix(".pdf"))
    is_prose = not re.search(r"^(?:\||```)", source.read_text(encoding="utf-8"), re.MULTILINE)
    if is_prose and shutil.which("groff") and shutil.which("ps2pdf"):
        target = source.with_suffix(".columns.pdf")
        roff = run(f"pandoc '{source}' -t ms --wrap=none")
        run(
            f"groff -k -t -Tps -ms -mpdfmark -r HY=1 -P-pa4 | ps2pdf - '{target}'",
            input=b".2C\n" + roff,
        )
        found.append(target)
    return found


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def recovered(known: list[str], found: list[str]) -> float:
    """The share of the known words that were found, in their order."""
    same = SequenceMatcher(None, known, found, autojunk=False).get_matching_blocks()
    return sum(block.size for block in same) / len(known)


def main() -> int:
    missing = [name for name in ("pandoc", "soffice", "groff", "ps2pdf") if not shutil.which(name)]
    if missing:
        print(f"not installed: {', '.join(missing)}")
    if "pandoc" in missing:
        return 0
    shares = []
    with tempfile.TemporaryDirectory() as place:
        for text in TEXTS:
            source = shortened(text, Path(place))
            known = words(run(f"pandoc '{source}' -t plain --wrap=none").decode())
            for file in made(source):
                document, _ = parse(file, file.read_bytes())
                shares.append(recovered(known, words(document.text)))
                print(f"{shares[-1]:.4f}  {len(known):5} words  {file.name}", flush=True)
    print(f"{len(shares)} files, at least {min(shares):.4f}")
    return 0 if min(shares) >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
