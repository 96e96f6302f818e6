"""Kills the program at named steps and at random moments, and looks at what is left.

`uv run python tests/faults/kills.py --kills 200 --seed 1` prints each step with how often it was
killed there, and ends with 1 if anything was lost, doubled, half-visible or would not open.

Each round changes a folder of documents (one added, edited, renamed and removed), starts an
operation in a child process, ends that with SIGKILL, and compares what is left with a plain
dictionary: before anything is repaired, each document must be whole, as it was or as it is now;
after the next sync, the library must hold just what the folder holds, in both stores.
"""

import argparse
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

OLD_SCHEMA = Path(__file__).parents[1] / "library" / "old" / "schema_1.sql"
# Named steps: the class and method in which the process is killed, before or after it ran.
STEPS = {
    "sync": (
        "Catalogue.put Catalogue.rename Catalogue.remove Catalogue.touch Catalogue.mark_embedded "
        "Catalogue.clear_stale_vectors Catalogue.scrub Catalogue.remove_roots ChromaVectors.put "
        "ChromaVectors.remove OnnxEmbedder.embed Sandbox.parse"
    ),
    "add": "Catalogue.put Catalogue.add_root ChromaVectors.put Catalogue.mark_embedded",
    "remove": "Catalogue.remove ChromaVectors.remove Catalogue.clear_stale_vectors Catalogue.scrub",
    "reindex": (
        "ChromaVectors.reset Catalogue.mark_all_waiting ChromaVectors.put Catalogue.mark_embedded"
    ),
    "migrate": "Database._back_up Database.copy_to Database._run",
    "session": "Sessions._append",
}
# How many statements, and hundredths of a second, an operation has at least: kills fall in there.
REACH = {
    "sync": (120, 150),
    "add": (90, 120),
    "remove": (40, 60),
    "reindex": (25, 120),
    "migrate": (12, 2),
    "session": (0, 30),
}
WORDS = "bridge river tower lamp stone tram harbour clock gauge cable mayor toll arch pier".split()


class Lab:
    """A library that lives through all the kills, and the folder it follows."""

    def __init__(self, home: Path, rng: random.Random) -> None:
        self.home, self.rng = home, rng
        self.documents = home / "documents"
        self.library = home / "library"
        self.documents.mkdir()
        self.counter = 0
        self.removed: set[str] = set()
        for _ in range(8):
            self.add_file()

    def text(self) -> str:
        self.counter += 1
        sentences = [
            f"The {self.rng.choice(WORDS)} {self.counter} stands by the {self.rng.choice(WORDS)}."
            for _ in range(self.rng.randint(1, 40))
        ]
        return " ".join(sentences) + "\n\n" + f"It is number {self.counter} of all.\n"

    def add_file(self) -> Path:
        suffix = self.rng.choice([".txt", ".txt", ".md", ".csv"])
        path = self.documents / f"f{self.counter}{suffix}"
        path.write_text(self.text(), encoding="utf-8")
        return path

    def change(self) -> None:
        """One file more, one edited, one renamed, one gone, one only touched."""
        files = sorted(self.documents.iterdir())
        self.rng.shuffle(files)
        edited, renamed, gone, touched = files[:4]
        edited.write_text(self.text(), encoding="utf-8")
        renamed.rename(self.documents / f"r{self.counter}{renamed.suffix}")
        gone.unlink()
        os.utime(touched)
        for _ in range(2 if len(files) < 8 else 1):
            self.add_file()


def opened(lab: Lab) -> Any:
    from assistant.engines import catalog
    from assistant.engines.embedder import OnnxEmbedder
    from assistant.library.library import Library
    from assistant.library.vectors import ChromaVectors

    embedder = OnnxEmbedder(catalog.embedder(), threads=1)
    return Library(lab.library, ChromaVectors(lab.library / "vectors"), embedder)


def operate(lab: Lab, operation: str) -> None:
    """What is killed."""
    if operation == "session":
        return append_turns(lab)
    if operation == "migrate":
        from assistant.library.database import Database

        Database(lab.home / "old").close()
        return None
    library = opened(lab)
    if operation == "add":
        list(library.add([str(lab.documents)]))
    elif operation == "remove":
        victims = sorted(d.source for d in library.sources())[:3]
        list(library.remove(victims)[1])
    elif operation == "reindex":
        shutil.rmtree(lab.library / "vectors")
        library.close()
        library = opened(lab)
        (lab.library / "vectors").mkdir(exist_ok=True)
        (lab.library / "vectors" / "chroma.sqlite3").write_bytes(b"cut")
        list(library.finish())
    else:
        list(library.sync())
    return None


def append_turns(lab: Lab) -> None:
    from assistant.conversation.sessions import SavedTurn, Sessions

    sessions = Sessions(lab.home / "sessions")
    session = sessions.start("First?", "default")
    with (lab.home / "acknowledged").open("w", buffering=1) as told:
        for number in range(60):
            sessions.append(session.id, SavedTurn(f"{number}?", "now", {"answer": "x" * 900}, {}))
            told.write(f"{session.id} {number}\n")


# Ways to end a child.


def kill_at(step: str, after: bool, nth: int) -> None:
    """Let this process die at the nth call of a method."""
    import assistant.conversation.sessions
    import assistant.documents.isolation
    import assistant.engines.embedder
    import assistant.library.catalogue
    import assistant.library.vectors

    modules = (
        assistant.library.catalogue, assistant.library.vectors, assistant.engines.embedder,
        assistant.documents.isolation, assistant.library.database, assistant.conversation.sessions,
    )  # fmt: skip
    owner, method = step.split(".")
    kind = next(getattr(m, owner) for m in modules if hasattr(m, owner))
    real = getattr(kind, method)
    calls = 0

    def dies(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*given, **named)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(kind, method, dies)


def kill_at_statement(nth: int) -> None:
    """Let this process die before its nth SQL statement."""
    from assistant.library.database import Database

    prepare = Database._prepare

    def traced(self: Any) -> None:
        seen = 0

        def count(_: str) -> None:
            nonlocal seen
            seen += 1
            if seen == nth:
                os.kill(os.getpid(), signal.SIGKILL)

        self._connection.set_trace_callback(count)
        prepare(self)

    Database._prepare = traced  # type: ignore[method-assign]


def in_child(work: Callable[[], object]) -> int:
    """Run in a forked process; its wait status."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return pid


def finished(pid: int) -> int:
    return os.waitpid(pid, 0)[1]


# What must be true.


def check_whole(lab: Lab) -> None:
    """Right after the kill: every document is whole and the catalogue sound."""
    from assistant.library.database import FILE
    from assistant.library.verify import verify_catalogue

    if not (lab.library / FILE).exists():
        return
    problems = verify_catalogue(lab.library)
    assert not problems, problems
    library = opened(lab)
    for record in library.sources():
        expected = passages_of(Path(record.source), library.catalogue.text(record.source))
        assert stored(library, record.id) == expected, f"{record.source} is half there"
    library.close()


def check_recovered(lab: Lab) -> None:
    """After the next sync: both stores hold just what the folder holds."""
    library = opened(lab)
    list(library.add([str(lab.documents)]))
    list(library.sync())
    there = {str(path) for path in lab.documents.iterdir()}
    assert {d.source for d in library.sources()} == there, "documents differ"
    for record in library.sources():
        text = Path(record.source).read_text(encoding="utf-8")
        if not record.source.endswith(".csv"):
            assert library.catalogue.text(record.source) == text, f"{record.source} is old"
        assert stored(library, record.id) == passages_of(
            Path(record.source), library.catalogue.text(record.source)
        )
    ids = set(library.catalogue.embedded())
    assert library.catalogue.waiting_count() == 0
    assert not library.catalogue.stale_vectors()
    assert library.vectors.ids() == ids, "vectors differ"
    assert len(ids) == library.catalogue.passage_count()
    assert len(library.vectors.nearest(library.embedder.embed(["bridge"])[0], 5)) == min(
        5, len(ids)
    )
    library.close()
    check_whole(lab)


def check_session(lab: Lab) -> None:
    from assistant.conversation.sessions import Sessions

    told = (lab.home / "acknowledged").read_text().split("\n")
    complete = [line.split() for line in told[:-1]]
    if complete:
        _, turns = Sessions(lab.home / "sessions").load(complete[-1][0])
        assert [t.question for t in turns][: len(complete)] == [f"{n}?" for _, n in complete]
        assert len(turns) <= len(complete) + 1


def check_migrated(lab: Lab) -> None:
    from assistant.library.catalogue import Catalogue

    catalogue = Catalogue(lab.home / "old")
    assert [p.text for p in catalogue.passages([1, 2, 3]).values()] == ["one", "two", "three"]
    assert len(catalogue.roots()) == 3
    catalogue.close()


def passages_of(path: Path, text: str) -> list[str]:
    """The passages that a stored text must have."""
    from assistant.documents.registry import parse
    from assistant.library.passages import split

    data = text.encode()
    if path.suffix == ".csv":  # what is stored is what was read of it, not the file
        path = path.with_suffix(".txt")
    document, _ = parse(path, data)
    found = [document.text[p.start : p.end] for p in split(document)]
    return sorted(" ".join(found).split()) if path.suffix == ".txt" else found


def stored(library: Any, document_id: int) -> list[str]:
    rows = library.catalogue._rows(
        'SELECT substr(d.text, p.start + 1, p."end" - p.start), d.source FROM passages p'
        " JOIN documents d ON d.id = p.document_id WHERE d.id = ? ORDER BY p.start",
        (document_id,),
    )
    found = [str(text) for text, _ in rows]
    plain = rows and not str(rows[0][1]).endswith(".md")
    return sorted(" ".join(found).split()) if plain else found


def old_library(folder: Path) -> None:
    """A catalogue of the first version with three documents."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    raw = sqlite3.connect(folder / "catalogue.sqlite3")
    raw.executescript(OLD_SCHEMA.read_text(encoding="utf-8"))
    for number, text in enumerate(("one", "two", "three"), start=1):
        raw.execute(
            "INSERT INTO documents VALUES (?, ?, 'a', ?, 'x', 3, 1, 'text', '', 'now')",
            (number, f"/nowhere/{number}.txt", text),
        )
        raw.execute(
            "INSERT INTO passages VALUES (?, ?, 0, ?, 1, 1, NULL, '[]', '[[0, 3]]', 0)",
            (number, number, len(text)),
        )
    raw.execute("PRAGMA user_version = 1")
    raw.commit()
    raw.close()


def rounds(rng: random.Random, slim: bool) -> Iterator[tuple[str, str, int]]:
    """Every named step before and after, then statements and moments at random, without end."""
    named = [
        (operation, f"{step} {when}", 1)
        for operation, steps in STEPS.items()
        for step in steps.split()
        for when in ("before", "after")
    ]
    yield from rng.sample(named, 6) if slim else named
    while True:
        operation = rng.choice(["sync", "sync", "sync", *STEPS])
        kind = "moment" if operation == "session" else rng.choice(["statement", "moment"])
        yield operation, kind, rng.randint(1, REACH[operation][kind == "moment"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    # Imported once and forked: nothing of them is opened before.
    import chromadb  # noqa: F401
    import onnxruntime  # noqa: F401

    import assistant.library.transfer  # noqa: F401

    tally: Counter[str] = Counter()
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ASSISTANT_HOME"] = folder
        lab = Lab(Path(folder), rng)
        assert finished(in_child(lambda: check_recovered(lab))) == 0
        ended = 0
        for number, (operation, step, nth) in enumerate(rounds(rng, options.kills < 100)):
            if ended >= options.kills:
                break
            killed, problem = one_round(lab, operation, step, nth, rng)
            ended += killed
            name = f"{operation}: {step}"
            tally[f"{name} {'killed' if killed else 'not reached'}"] += 1
            if problem:
                failures.append(f"round {number}, {name} {nth}: {problem}")
    for name, count in sorted(tally.items()):
        print(f"{count:5}  {name}")
    print(f"{ended} killed, {ended - len(failures)} survived, seed {options.seed}")
    print("\n".join(failures))
    return 1 if failures else 0


def one_round(
    lab: Lab, operation: str, step: str, nth: int, rng: random.Random
) -> tuple[bool, str]:
    lab.change()
    if operation == "migrate":
        old_library(lab.home / "old")
    (lab.home / "acknowledged").write_text("")

    def work() -> None:
        if step == "statement":
            kill_at_statement(nth)
        elif step != "moment":
            kill_at(step.split(maxsplit=1)[0], step.endswith("after"), nth)
        operate(lab, operation)

    pid = in_child(work)
    if step == "moment":
        time.sleep(nth / 100)
        os.kill(pid, signal.SIGKILL)
    status = finished(pid)
    killed = os.WIFSIGNALED(status)
    if not killed and status:
        return killed, "the operation failed"
    checks: list[Callable[[], object]] = [lambda: check_whole(lab), lambda: check_recovered(lab)]
    if operation == "session":
        checks = [lambda: check_session(lab)]
    elif operation == "migrate":
        checks = [lambda: check_migrated(lab)]
    for number, check in enumerate(checks):
        if finished(in_child(check)):
            return killed, ("right after the kill", "after recovery")[number]
    return killed, ""


if __name__ == "__main__":
    sys.exit(main())
