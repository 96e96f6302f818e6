"""Which language models can be chosen in the chat, and what is worth knowing of each."""

from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from assistant.tui.backend import NO_MODEL


@dataclass(frozen=True)
class Model:
    """A model to choose: `name` is what it is opened by; `missing` why it cannot be, or ""."""

    name: str
    title: str
    bytes: int = 0
    context_tokens: int = 0
    licence: str = ""
    place: str = ""
    missing: str = ""


QUOTES_ONLY = Model(
    NO_MODEL, "Quotes only", place="no language model: each answer is the sentence that was found"
)


def choices(chosen: str | None) -> list[Model]:
    """The catalogue's models, files in the folder of models, `chosen` if it is a file, and none."""
    from assistant.engines import catalog, weights

    found = [_known(name) for name in catalog.llm_names()]
    files = [p for folder in weights.model_folders() for p in sorted(folder.glob("*.gguf"))]
    if chosen and chosen.endswith(".gguf"):
        files.append(Path(chosen).expanduser())
    for path in files:
        model = _file(path)
        if all(model.title != other.title for other in found):
            found.append(model)
    return [*found, QUOTES_ONLY]


def _known(name: str) -> Model:
    from assistant.engines import catalog, weights

    entry = catalog.llm(name)
    missing = ""
    try:
        if entry.weights is not None:
            weights.locate(entry.weights)
    except AssistantError as error:
        missing = str(error)
    size = entry.weights.bytes if entry.weights is not None else 0
    place = "comes with the assistant"
    if entry.hub_file:
        place = f"`assistant models pull {name}` fetches it"
    return Model(name, entry.title, size, entry.context_tokens, entry.licence, place, missing)


def _file(path: Path) -> Model:
    from assistant.engines import models as engines
    from assistant.settings import Settings

    try:
        entry = engines.find(str(path), Settings()).entry
        size = path.stat().st_size
    except (AssistantError, OSError) as error:
        return Model(str(path), path.stem, place=str(path), missing=str(error))
    return Model(str(path), entry.title, size, entry.context_tokens, entry.licence, str(path))
