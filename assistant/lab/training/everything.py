"""Makes all of the project's own weights from the training data and puts them into models/."""

import argparse
import re
import shutil
from pathlib import Path

from assistant import paths
from assistant.engines.weights import sha256
from assistant.errors import AssistantError
from assistant.lab.training import adapter, evidence, plan, reader
from assistant.lab.training.reader_measure import reader_at

_READER = Path("evidence-reader/reader.onnx")
_ADAPTER = Path("answer-adapter/adapter.gguf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    reader.add_arguments(parser)
    parser.add_argument("--minutes", type=float, default=60, help="for the adapter, at most")


def command(options: argparse.Namespace) -> int:
    """Train reader and adapter, fit the evidence; returns the exit status.

    Goes on where it was stopped: a stage that is over is left alone.
    """
    folder = options.out
    options.out = folder / "reader"
    reader.command(options)
    install(options.out / "reader.onnx", _READER)
    files = plan.evidence_files(options.data)
    trained = reader_at(paths.shipped("models") / _READER)
    evidence.write(evidence.fit(files, plan.QUESTIONS_A_FILE, plan.OUTSIDE_REFUSED, trained))
    options.out, options.base = folder / "adapter", None
    adapter.command(options)
    install(options.out / "adapter.gguf", _ADAPTER)
    return 0


def install(made: Path, place: Path) -> None:
    """Copy weights to their `place` in models/, and their size and sha256 into the catalogue.

    Raises AssistantError if the catalogue does not name the place.
    """
    models = paths.shipped("models")
    (models / place).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made, models / place)
    catalog = models / "catalog.toml"
    entry = re.compile(
        rf'(file = "{re.escape(place.as_posix())}"\nsha256 = ")[0-9a-f]*("\nbytes = )\d+'
    )
    size = made.stat().st_size
    text, count = entry.subn(rf"\g<1>{sha256(made)}\g<2>{size}", catalog.read_text("utf-8"))
    if count != 1:
        raise AssistantError(f"The catalogue has no entry for {place}.", f"Add one to {catalog}.")
    catalog.write_text(text, encoding="utf-8")
