"""`assistant doctor`: checks a library, the models and the machine, and repairs on request."""

import argparse
import sys
from collections.abc import Iterator

from assistant import paths
from assistant.assistant import Assistant
from assistant.cli import output
from assistant.engines import catalog, weights
from assistant.errors import AssistantError, LibraryError
from assistant.language.printable import safe_line
from assistant.library.doctor import Finding, examine, examine_catalogue, repair, salvage
from assistant.library.library import DEFAULT_LIBRARY, exists

HEALTHY, PROBLEMS = 0, 1


def run_doctor(options: argparse.Namespace) -> int:
    """Check everything; 1 if there is a problem that was not repaired."""
    if options.library != DEFAULT_LIBRARY and not exists(options.library):
        raise LibraryError(f"There is no library named {options.library!r}.", "")
    if options.repair:
        _repair(options)
    findings = list(_examine(options))
    if options.json:
        output.say_json([vars(f) for f in findings], indent=1)
    else:
        for finding in findings:
            output.say(_line(finding))
    if any(f.repair for f in findings) and not options.repair:
        output.tell("`assistant doctor --repair` does what stands in brackets.")
    return PROBLEMS if any(f.state == "problem" for f in findings) else HEALTHY


def _line(finding: Finding) -> str:
    what = f" ({finding.repair})" if finding.repair else ""
    return f"{finding.state:<8} {finding.check:<10} {safe_line(finding.text)}{what}"


def _examine(options: argparse.Namespace) -> Iterator[Finding]:
    folder = paths.library_folder(options.library)
    catalogue = examine_catalogue(folder)
    yield catalogue
    if catalogue.state == "ok":
        with Assistant(options.library, "none") as assistant:
            yield from examine(assistant.library)
    yield from _models()
    encoding = getattr(sys.stdout, "encoding", "") or ""
    if encoding.lower().replace("-", "") != "utf8":
        text = f"It writes {encoding or 'nothing'}, not UTF-8: some letters cannot be shown."
        yield Finding("terminal", "note", text)


def _models() -> Iterator[Finding]:
    for name, entry in (("embedder", catalog.embedder()), ("model", catalog.llm())):
        try:
            if entry.weights is not None:
                weights.verified(entry.weights)
            yield Finding(name, "ok", f"{entry.title} is as it should be.")
        except AssistantError as error:
            yield Finding(name, "problem", str(error))


def _repair(options: argparse.Namespace) -> None:
    folder = paths.library_folder(options.library)
    if examine_catalogue(folder).state == "problem":
        saved, lost = salvage(folder)
        output.tell(
            f"The catalogue was damaged: {output.counted(saved, 'document')} saved"
            + (f", {lost} lost" if lost else "")
            + f". The damaged file is kept in {folder}."
        )
    with Assistant(options.library, "none") as assistant:
        repair(assistant.library)
