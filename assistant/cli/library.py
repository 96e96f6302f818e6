"""`assistant add`, `sync`, `remove` and `sources`."""

import argparse
import os

from assistant import formatting
from assistant.assistant import Assistant
from assistant.cli import output
from assistant.cli.progress import Outcome, watch
from assistant.library.document_store import DocumentRecord
from assistant.library.indexer import printable_path
from assistant.library.library import DEFAULT_LIBRARY, Library
from assistant.library.pages import Page
from assistant.library.unread import counted
from assistant.printable import safe_line

DONE, FAILED = 0, 2


def run_add(options: argparse.Namespace) -> int:
    """Index files and folders; 2 if any of them could not be read."""
    give_way()
    with Assistant(options.library, options.model, create=True) as assistant:
        assistant.start_loading(llm=False)
        outcome = watch(assistant.library.add(options.paths, wait=not options.no_wait))
        _tell_summary(outcome, assistant)
        if options.watch:
            _follow(assistant)
    return FAILED if outcome.failed else DONE


def run_sync(options: argparse.Namespace) -> int:
    """Bring the library in step with what was added; 2 if a file could not be read."""
    give_way()
    reindex: bool = options.reindex
    with Assistant(
        options.library, options.model, keep_embedder=not reindex, create=False
    ) as assistant:
        library = assistant.library
        if not library.document_store.roots():
            output.tell("Nothing was added yet. Add documents with `assistant add PATH`.")
            return DONE
        wait = not options.no_wait
        events = library.sync(wait=wait, refresh=options.refresh)
        outcome = watch(library.reindex(wait=wait) if reindex else events)
        _tell_summary(outcome, assistant)
        if options.watch:
            _follow(assistant)
    return FAILED if outcome.failed else DONE


def _follow(assistant: Assistant) -> None:
    """Sync whenever something changes, until Ctrl-C."""
    output.tell("Watching for changes; Ctrl-C ends it.")
    try:
        watch(assistant.library.watch())
    except KeyboardInterrupt:
        output.tell("No longer watching.")


def give_way() -> None:
    """Let what a person waits for go first: the machine is theirs."""
    if hasattr(os, "nice"):
        os.nice(5)


def run_remove(options: argparse.Namespace) -> int:
    """Forget documents."""
    with Assistant(options.library, options.model, create=False) as assistant:
        sources, events = assistant.library.remove(options.sources, wait=not options.no_wait)
        watch(events)
        for source in sources:
            output.tell(f"Removed {safe_line(source)}")
    return DONE


def run_sources(options: argparse.Namespace) -> int:
    """List the documents of the library, or what its folders hold besides."""
    with Assistant(options.library, options.model, create=False) as assistant:
        if options.skipped:
            return _list_unread(assistant.library, as_json=options.json)
        documents = assistant.library.sources()
        pages = {page.source: page for page in assistant.library.pages.all()}
        skipped = assistant.library.document_store.skipped()
    if options.json:
        output.say_json([_as_json(d, pages.get(d.source)) for d in documents], indent=1)
        return DONE
    for d in documents:
        state = _state(d)
        output.say(
            f"{safe_line(d.source)}  {formatting.size(d.bytes)}, "
            + formatting.count(d.passages, "passage")
            + (f" ({state})" if state else "")
        )
        if page := pages.get(d.source):
            output.say(f"    {safe_line(formatting.origin(page.address, page.day))}")
    for source, (_, why) in skipped.items():
        output.tell(f"Left out: {safe_line(source)}  {why}")
    if not documents:
        output.tell("The library is empty. Add documents with `assistant add PATH`.")
    return DONE


def _list_unread(library: Library, *, as_json: bool) -> int:
    """List what the folders hold and the library does not, with the reason."""
    found = library.unread()
    if as_json:
        rows = [
            {"source": printable_path(f.source), "kind": f.kind, "reason": f.reason} for f in found
        ]
        output.say_json(rows, indent=1)
        return DONE
    for file in found:
        output.say(f"{safe_line(printable_path(file.source))}  {file.reason}")
    if not found:
        output.tell("Nothing in the folders that were added is left out.")
    return DONE


def _tell_summary(outcome: Outcome, assistant: Assistant) -> None:
    library = assistant.library
    output.tell(_summary(outcome, len(library.sources())))
    if outcome.unread:
        where = "" if library.name == DEFAULT_LIBRARY else f" --library {library.name}"
        output.tell(
            f"Not read: {counted(f.kind for f in outcome.unread)};"
            f" `assistant sources --skipped{where}` lists them."
        )


def _summary(outcome: Outcome, total: int) -> str:
    rate = f", {outcome.embedded / outcome.seconds:,.0f} passages/s" if outcome.embedded else ""
    return (
        f"{outcome.sentence()} in {outcome.seconds:.1f} s{rate}."
        f" The library holds {formatting.count(total, 'document')}."
    )


def _state(document: DocumentRecord) -> str:
    """A document's state with its remedy; "" if all is well."""
    state = formatting.state(document)
    if state == "ready":
        return ""
    remedy = formatting.REMEDIES.get(state)
    return "; ".join(filter(None, [formatting.state_in_words(document), remedy]))


def _as_json(d: DocumentRecord, page: Page | None) -> dict[str, object]:
    return {
        "source": d.source,
        "title": d.title,
        "sha256": d.sha256,
        "bytes": d.bytes,
        "parser": d.parser,
        "note": d.note,
        "added_at": d.added_at,
        "passages": d.passages,
        "embedded": d.embedded,
        "exists": os.path.exists(d.source),
        "address": page.address if page else None,
        "fetched_at": page.fetched_at if page else None,
    }
