"""A library that lives through all the kills, and what is done to it meanwhile."""

import dataclasses
import hashlib
import os
import random
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from killing import finished, in_child

OLD_SCHEMA = Path(__file__).parents[2] / "assistant" / "library" / "schema_1.sql"
WORDS = "bridge river tower lamp stone tram harbour clock gauge cable mayor toll arch pier".split()
# What is made of a library while its process is killed, and the exported file.
COPY, EXPORT = "copy", "export.library"
# What is pulled, of bytes that differ from place to place.
WEIGHTS = random.Random(1).randbytes(2_000_000)


class Lab:
    """A library that lives through all the kills, and the folder it follows."""

    def __init__(self, home: Path, rng: random.Random) -> None:
        self.home, self.rng = home, rng
        self.documents = home / "documents"
        self.library = home / "library"
        self.documents.mkdir()
        self.counter = 0
        self.other_embedder = False
        self.hub = ""
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


def opened(lab: Lab, folder: Path | None = None) -> Any:
    """The library, with the embedder that it is meant to have now."""
    from assistant.engines import catalog
    from assistant.engines.embedder import OnnxEmbedder
    from assistant.library.chroma import LocalChromaStore
    from assistant.library.library import Library

    entry = catalog.embedder()
    if lab.other_embedder:  # the same weights give other vectors
        entry = dataclasses.replace(entry, name="other", pooling="cls")
    place = folder or lab.library
    return Library(place, LocalChromaStore(place / "vectors"), OnnxEmbedder(entry, threads=1))


def prepare(lab: Lab, operation: str) -> None:
    """What must be there before an operation is killed; not killed itself."""
    lab.change()
    (lab.home / "acknowledged").write_text("")
    shutil.rmtree(lab.home / "libraries", ignore_errors=True)
    (lab.home / "libraries").mkdir()
    if operation == "migrate":
        old_library(lab.home / "old")
    elif operation == "token":
        (lab.home / "serve-token").unlink(missing_ok=True)
    elif operation == "pull":
        shutil.rmtree(lab.home / "models", ignore_errors=True)
        (lab.home / "models").mkdir()
        lab.hub = lab.hub or hub()
    elif operation == "import":
        assert finished(in_child(lambda: operate(lab, "export"))) == 0
    elif operation == "reindex":
        lab.other_embedder = not lab.other_embedder


def operate(lab: Lab, operation: str) -> None:
    """What is killed."""
    from assistant.library import transfer

    if operation in SMALL:
        SMALL[operation](lab)
    elif operation == "migrate":
        from assistant.library.sqlite import Database

        Database(lab.home / "old").close()
    elif operation == "import":
        transfer.import_library(lab.home / EXPORT, COPY)
        list(opened(lab, lab.home / "libraries" / COPY).finish())
    elif operation == "rebuild":
        rebuild(lab)
    else:
        library = opened(lab)
        if operation == "add":
            list(library.add([str(lab.documents)]))
        elif operation == "remove":
            victims = sorted(d.source for d in library.sources())[:3]
            list(library.remove(victims)[1])
        elif operation == "export":
            transfer.export_library(library, lab.home / EXPORT)
        elif operation == "copy":
            transfer.copy_library(library, COPY)
        else:
            list(getattr(library, operation)())


def calibrate(lab: Lab) -> None:
    """Write calibrations one over the other; the file tells which is the last that stands."""
    from assistant.library.settings import LibrarySettings

    own = LibrarySettings(opened(lab).document_store)
    with (lab.home / "acknowledged").open("w", buffering=1) as told:
        for number in range(40):
            own.keep_calibration(f"{number} " + "x" * 5_000)
            told.write(f"{number}\n")


def change_settings(lab: Lab) -> None:
    from assistant import settings

    with (lab.home / "acknowledged").open("w", buffering=1) as told:
        for number in range(1, 40):
            settings.save("llm.threads", number)
            settings.save("answering.max_tokens", number)
            told.write(f"{number}\n")


def make_token(lab: Lab) -> None:
    from assistant.server.admission import kept_token

    (lab.home / "acknowledged").write_text(f"{kept_token()[0]}\n")


def pull(lab: Lab) -> None:
    from assistant.engines.download import Wanted, download

    wanted = Wanted(f"{lab.hub}/m.gguf", hashlib.sha256(WEIGHTS).hexdigest(), len(WEIGHTS))
    for _ in download(wanted, lab.home / "models" / "m.gguf", timeout_s=5, wait_s=0.01):
        pass


def hub() -> str:
    """The address of a server of one file, which it sends slowly and from any place on."""

    class Here(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            start = int(found[1]) if found else 0
            self.send_response(206 if start else 200)
            if start:
                size = len(WEIGHTS)
                self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
            self.send_header("Content-Length", str(len(WEIGHTS) - start))
            self.end_headers()
            with suppress(OSError):
                for at in range(start, len(WEIGHTS), 200_000):
                    self.wfile.write(WEIGHTS[at : at + 200_000])
                    time.sleep(0.01)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Here)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def rebuild(lab: Lab) -> None:
    """Lose the vectors, and make them anew from the catalogue."""
    shutil.rmtree(lab.library / "vectors")
    opened(lab).close()
    (lab.library / "vectors").mkdir(exist_ok=True)
    (lab.library / "vectors" / "chroma.sqlite3").write_bytes(b"cut")
    list(opened(lab).finish())


def append_turns(lab: Lab) -> None:
    from assistant.sessions import SavedTurn, Sessions

    sessions = Sessions(lab.home / "sessions")
    session = sessions.start("First?", "default")
    with (lab.home / "acknowledged").open("w", buffering=1) as told:
        for number in range(60):
            sessions.append(session.id, SavedTurn(f"{number}?", "now", {"answer": "x" * 900}, {}))
            told.write(f"{session.id} {number}\n")


def rename_session(lab: Lab) -> None:
    """Give a conversation one title after the other, while turns are added to it."""
    from assistant.sessions import SavedTurn, Sessions

    shutil.rmtree(lab.home / "sessions", ignore_errors=True)
    sessions = Sessions(lab.home / "sessions")
    session = sessions.start("Title 0", "default")
    with (lab.home / "acknowledged").open("w", buffering=1) as told:
        for number in range(1, 60):
            sessions.append(session.id, SavedTurn(f"{number}?", "now", {"answer": "x" * 900}, {}))
            sessions.rename(session.id, f"Title {number}")
            told.write(f"{session.id} {number}\n")


def mark_answers(lab: Lab) -> None:
    """Say of one answer after the other that it was right."""
    from assistant.answering.answer import Answer, Timings, Usage
    from assistant.evaluation import feedback

    (lab.home / "marked").mkdir(exist_ok=True)
    feedback.path_of(lab.home / "marked").unlink(missing_ok=True)
    nothing: tuple[tuple[()], tuple[()], tuple[()]] = ((), (), ())
    with (lab.home / "acknowledged").open("w", buffering=1) as told:
        for number in range(1, 60):
            asked = (f"Who built bridge {number}?",) * 2
            time = Timings(0, 0, 0, None)
            answer = Answer(
                *asked, "not_found", "", 0, 0, *nothing, "quote", None, {}, {}, Usage(), time
            )
            feedback.mark(lab.home / "marked", answer, right=True)
            told.write(f"{number}\n")


def check_statements(lab: Lab) -> None:
    """Hold statements against the library, as `assistant check` does."""
    from assistant.answering.checker import Checker
    from assistant.answering.verifier import Verifier
    from assistant.retrieval.reranker import shipped_models

    library = opened(lab)
    checker = Checker(library, shipped_models(), Verifier(None))
    for number in range(lab.counter):
        list(checker.text(f"It is number {number} of all. The lamp {number} stands by the pier."))


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


SMALL: Mapping[str, Callable[[Lab], None]] = {
    "session": append_turns,
    "rename": rename_session,
    "feedback": mark_answers,
    "check": check_statements,
    "calibrate": calibrate,
    "settings": change_settings,
    "token": make_token,
    "pull": pull,
}
