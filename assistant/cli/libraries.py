"""`assistant libraries`: what there is, copies, exports and settings."""

import argparse
from collections.abc import Callable
from pathlib import Path

from assistant import formatting, paths, settings
from assistant.assistant import Assistant
from assistant.cli import output
from assistant.cli.progress import watch
from assistant.engines import catalog
from assistant.errors import LibraryError
from assistant.library.chroma_server import RemoteChromaStore
from assistant.library.document_store import DocumentStore
from assistant.library.library import exists, names
from assistant.library.settings import KNOWN, LibrarySettings
from assistant.printable import safe_line
from assistant.wiring import open_vector_store

DONE = 0


def run_libraries(options: argparse.Namespace) -> int:
    """Do what the first word says; without one, list the libraries."""
    words: list[str] = options.words
    action, rest = (words[0], words[1:]) if words else ("list", [])
    run = _ACTIONS.get(action)
    if run is None:
        raise LibraryError(f"{action!r} is nothing to do.", f"Try: {', '.join(_ACTIONS)}.")
    run(options, rest)
    return DONE


def _list(options: argparse.Namespace, rest: list[str]) -> None:
    _expect(rest, 0, "list")
    rows = []
    for name in names():
        catalogue = DocumentStore(paths.library_folder(name))
        rows.append(
            {
                "name": name,
                "documents": len(catalogue.states()),
                "passages": catalogue.passage_count(),
                "settings": {k: v for k, v in LibrarySettings(catalogue).all().items() if v},
            }
        )
        catalogue.close()
    if options.json:
        output.say_json(rows, indent=1)
        return
    for row in rows:
        settings = "".join(f"; {k}: {v}" for k, v in row["settings"].items())  # type: ignore[attr-defined]
        output.say(
            f"{row['name']}  {formatting.count(int(str(row['documents'])), 'document')}, "
            f"{formatting.count(int(str(row['passages'])), 'passage')}{safe_line(settings)}"
        )
    if not rows:
        output.tell("There is no library yet. Add documents with `assistant add PATH`.")


def _copy(_: argparse.Namespace, rest: list[str]) -> None:
    from assistant.library.transfer import copy_library

    name, new = _expect(rest, 2, "copy NAME NEW")
    with Assistant(name, create=False) as assistant:
        copy_library(assistant.library, new)
    with Assistant(new, create=False) as assistant:
        watch(assistant.library.finish())
    output.tell(f"{new} is a copy of {name}.")


def _rename(_: argparse.Namespace, rest: list[str]) -> None:
    from assistant.library.transfer import rename_library

    name, new = _expect(rest, 2, "rename NAME NEW")
    rename_library(name, new)
    output.tell(f"{name} is called {new} now.")


def _delete(options: argparse.Namespace, rest: list[str]) -> None:
    from assistant.library.transfer import delete_library

    (name,) = _expect(rest, 1, "delete NAME --yes")
    if not options.yes:
        raise LibraryError(
            f"The library {name} would be deleted for good; the files that were added stay.",
            f"Say `assistant libraries delete {name} --yes`.",
        )
    kept = _forget_collection(name)
    delete_library(name)
    output.tell(f"{name} is deleted.{kept}")


def _forget_collection(name: str) -> str:
    """Delete a library's vectors on a server; a sentence if they stay there."""
    store = open_vector_store(paths.library_folder(name), settings.load().store_url)
    if isinstance(store, RemoteChromaStore) and exists(name):
        try:
            store.delete()
        except LibraryError as error:
            return f" Its collection {store.collection_name} stays on the server: {error.message}"
    return ""


def _export(_: argparse.Namespace, rest: list[str]) -> None:
    from assistant.library.transfer import export_library

    name, file = _expect(rest, 2, "export NAME FILE")
    with Assistant(name, create=False) as assistant:
        manifest = export_library(assistant.library, Path(file).expanduser().absolute())
    output.tell(f"{file} holds {formatting.count(manifest['documents'], 'document')} of {name}.")


def _import(_: argparse.Namespace, rest: list[str]) -> None:
    from assistant.library.transfer import import_library

    file, name = _expect(rest, 2, "import FILE NAME")
    dimensions = {n: catalog.embedder(n).dimension for n in catalog.embedder_names()}
    manifest = import_library(Path(file).expanduser().absolute(), name, dimensions)
    with Assistant(name, create=False) as assistant:
        watch(assistant.library.finish())
    output.tell(
        f"{name} holds {formatting.count(manifest['documents'], 'document')}; all was verified."
    )
    if manifest["left_out"]:
        output.tell(
            f"It was answered by {safe_line(manifest['left_out'])}, which is not taken over: say"
            f" `assistant libraries set model NAME --library {name}` if you trust that."
        )


def _set(options: argparse.Namespace, rest: list[str]) -> None:
    if len(rest) < 2:
        known = "; ".join(f"{key}: {text}" for key, text in KNOWN.items())
        raise LibraryError("Give the name of a setting and its value.", f"There are {known}.")
    with Assistant(options.library, create=False) as assistant:
        assistant.library.settings.set(rest[0], " ".join(rest[1:]))


def _expect(rest: list[str], number: int, usage: str) -> list[str]:
    if len(rest) != number:
        raise LibraryError("That is not complete.", f"Say `assistant libraries {usage}`.")
    return rest


_ACTIONS: dict[str, Callable[[argparse.Namespace, list[str]], None]] = {
    "list": _list,
    "copy": _copy,
    "rename": _rename,
    "delete": _delete,
    "export": _export,
    "import": _import,
    "set": _set,
}
