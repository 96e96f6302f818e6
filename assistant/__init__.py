"""A question-answering assistant for a person's own documents: offline, quoted, checked.

from assistant import Assistant
with Assistant("notes") as notes:
    notes.add("~/notes")
    print(notes.ask("Who ordered the march?").text)
"""

TYPE_CHECKING = False  # typing is not imported for it: this is read before anything can be caught
if TYPE_CHECKING:
    from assistant.api import Added, Assistant, AsyncAssistant

__version__ = "0.1.0"
__all__ = ["Added", "Assistant", "AsyncAssistant", "__version__"]


def __getattr__(name: str) -> object:
    # On first use: importing the package must stay light (`assistant --help` takes 30 ms).
    if name in {"Added", "Assistant", "AsyncAssistant"}:
        from importlib import import_module

        return getattr(import_module("assistant.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
