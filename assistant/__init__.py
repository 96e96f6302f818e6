"""A question-answering assistant for a person's own documents: offline, quoted, checked.

from assistant import Assistant
with Assistant("notes") as notes:
    notes.add("~/notes")
    print(notes.ask("Who ordered the march?").text)
"""

TYPE_CHECKING = False  # typing is not imported for it: this is read before anything can be caught
if TYPE_CHECKING:
    from assistant.answering.answer import Answer, Citation
    from assistant.assistant import Added, Assistant
    from assistant.async_assistant import AsyncAssistant
    from assistant.errors import (
        AssistantError,
        EngineError,
        LibraryError,
        QuestionError,
        SettingsError,
        WeightsError,
    )
    from assistant.query.turn import Turn

__version__ = "0.1.0"
__all__ = [
    "Added",
    "Answer",
    "Assistant",
    "AssistantError",
    "AsyncAssistant",
    "Citation",
    "EngineError",
    "LibraryError",
    "QuestionError",
    "SettingsError",
    "Turn",
    "WeightsError",
    "__version__",
]
_MODULES = {
    "Added": "assistant.assistant",
    "Answer": "assistant.answering.answer",
    "Assistant": "assistant.assistant",
    "AsyncAssistant": "assistant.async_assistant",
    "Citation": "assistant.answering.answer",
    "Turn": "assistant.query.turn",
}


def __getattr__(name: str) -> object:
    # On first use: importing the package must stay light (`assistant --help` takes 30 ms).
    if name in __all__:
        from importlib import import_module

        return getattr(import_module(_MODULES.get(name, "assistant.errors")), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
