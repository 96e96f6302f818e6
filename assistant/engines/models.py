"""Which language models there are, and which one a name, a path or a URL stands for."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from assistant import paths, settings
from assistant.engines import catalog, gguf, records, weights
from assistant.engines.gguf import GgufInfo
from assistant.errors import WeightsError
from assistant.settings import Settings

NO_MODEL = "none"
_OWN_CONTEXT_TOKENS = 4096
# Two cores read 40 to 80 tokens a second with a model of 1.5B weights: excerpts cost seconds there.
_OWN_EXCERPT_TOKENS = 160
_ENDPOINT_EXCERPT_TOKENS = 768


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible endpoint: `url` its base, `key` from the environment, "" for none."""

    url: str
    model: str
    key: str
    timeout_s: float

    def __repr__(self) -> str:
        # A key must not get into a traceback or a log.
        return f"Endpoint({self.url!r}, {self.model!r})"


@dataclass(frozen=True)
class Chosen:
    """The model to answer with: its entry, and either the file or the endpoint that has it."""

    entry: catalog.LlmEntry
    path: Path | None = None
    endpoint: Endpoint | None = None


@dataclass(frozen=True)
class Listed:
    """A model as `assistant models list` shows it. `path` is None where it is not here yet.

    `info` is None with `problem` saying why, or for a model that is not here. `is_own` tells the
    files that the person put there or pulled, which may be removed. `used_tokens` is the context
    that it answers with; the file's own, in `info`, is what it could.
    """

    name: str
    title: str
    path: Path | None
    info: GgufInfo | None
    problem: str
    licence: str
    bytes: int
    is_own: bool
    used_tokens: int = 0

    @property
    def context(self) -> str:
        """The context that it answers with, and what it could: "2,048 of 8,192"; "" if unknown."""
        most = self.info.context_tokens if self.info else 0
        used = f"{self.used_tokens:,}" if self.used_tokens else ""
        return f"{used} of {most:,}" if used and most > self.used_tokens else used


def is_url(reference: str) -> bool:
    """Tell whether a reference to a model is a URL: of an endpoint, or of a file."""
    return reference.startswith(("http://", "https://"))


def find(reference: str | None, settings: Settings) -> Chosen:
    """The model that `reference` (a flag; None: the settings) stands for. Raises WeightsError.

    A URL is an endpoint, its fragment the name of the model there: http://host/v1#qwen3. With
    llm.url set, a name that is no model of this machine is one of the endpoint's.
    """
    wanted = settings.llm_model if reference is None else reference
    if is_url(wanted):
        base, _, model = wanted.partition("#")
        return _at_endpoint(base, model, settings)
    if reference is None and settings.llm_url:
        return _at_endpoint(settings.llm_url, wanted, settings)
    if (path := _file(wanted)) is not None:
        return _own_file(path)
    if wanted.endswith(".gguf"):
        raise WeightsError(f"There is no model file {wanted}.", "Check the path.")
    if settings.llm_url and wanted and wanted not in catalog.llm_names():
        return _at_endpoint(settings.llm_url, wanted, settings)
    entry = catalog.llm(wanted or None)
    assert entry.weights is not None
    return Chosen(entry, weights.verified(entry.weights))


def listed(settings: Settings) -> list[Listed]:
    """The catalogue's models, then the .gguf files in the folders of models, by name."""
    found = [_from_catalogue(catalog.llm(name), settings) for name in catalog.llm_names()]
    taken = {item.path for item in found}
    for folder in weights.model_folders():
        for path in sorted(folder.glob("*.gguf")):
            if path not in taken:
                found.append(_dropped(path, settings))
    return found


def context_tokens(entry: catalog.LlmEntry, path: Path, settings: Settings) -> int:
    """The context of a model's file in tokens: as set, else as measured here, else its entry's."""
    tuned = records.tuned(weights.sha256(path))
    return settings.llm_context_tokens or (tuned.context_tokens if tuned else entry.context_tokens)


def named(name: str, settings: Settings) -> Listed:
    """The listed model of that name, or the one whose path it is. Raises WeightsError."""
    for item in listed(settings):
        if item.name == name:
            return item
    path = _file(name)
    if path is None:
        raise WeightsError(f"There is no model named {name!r}.", "See `assistant models list`.")
    return _dropped(path, settings)


def _from_catalogue(entry: catalog.LlmEntry, settings: Settings) -> Listed:
    assert entry.weights is not None
    where: Path | None = None
    info, problem = None, ""
    try:
        where = weights.locate(entry.weights)
        info = gguf.read(where)
    except WeightsError as error:
        problem = error.message if where else ""
    is_own = where is not None and not entry.weights.package
    size = info.bytes if info else entry.weights.bytes
    used = entry.context_tokens
    if info is not None and where is not None:
        used = context_tokens(entry, where, settings)
    return Listed(entry.name, entry.title, where, info, problem, entry.licence, size, is_own, used)


def _dropped(path: Path, settings: Settings) -> Listed:
    try:
        info = gguf.read(path)
    except WeightsError as error:
        size = path.stat().st_size
        return Listed(path.stem, path.stem, path, None, error.message, "", size, True)
    used = 0 if info.problem else context_tokens(_own_file(path).entry, path, settings)
    return Listed(
        path.stem, info.name, path, info, info.problem, info.licence, info.bytes, True, used
    )


def _file(reference: str) -> Path | None:
    """The .gguf file that a path, or a name in the folders of models, stands for."""
    places = [Path(reference).expanduser()]
    if reference and not {"/", os.sep} & set(reference):
        places += [folder / f"{reference}.gguf" for folder in weights.model_folders()]
    return next((p.absolute() for p in places if p.suffix == ".gguf" and p.is_file()), None)


def _own_file(path: Path) -> Chosen:
    for name in catalog.llm_names():
        entry = catalog.llm(name)
        assert entry.weights is not None
        if path.name == entry.weights.file and path.stat().st_size == entry.weights.bytes:
            return Chosen(entry, path)
    info = gguf.read(path)
    if info.problem:
        raise WeightsError(f"{path} cannot answer questions. {info.problem}", "Choose another.")
    context = min(_OWN_CONTEXT_TOKENS, info.context_tokens or _OWN_CONTEXT_TOKENS)
    entry = _unknown(path.stem, info.name, context, info.licence, info.parameters)
    return Chosen(entry, path)


def _at_endpoint(url: str, model: str, settings: Settings) -> Chosen:
    base = url.rstrip("/")
    parts = urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise WeightsError(
            f"{url!r} is not the URL of an endpoint.", "It looks like http://127.0.0.1:8080/v1."
        )
    if parts.username or parts.password:
        raise WeightsError(
            "The URL of the endpoint holds a password, which would be recorded.",
            f"Put the key into the environment variable {settings.llm_key_env}.",
        )
    key = os.environ.get(settings.llm_key_env, "") if settings.llm_key_env else ""
    endpoint = Endpoint(base, model, key, settings.llm_timeout_s)
    entry = _unknown(model or parts.netloc, model or parts.netloc, _OWN_CONTEXT_TOKENS, "")
    return Chosen(entry, endpoint=endpoint)


def _unknown(
    name: str, title: str, context_tokens: int, licence: str, parameters: int | None = None
) -> catalog.LlmEntry:
    """The entry of a model that the catalogue does not know: asked freely, unless it is tiny."""
    entry = replace(
        catalog.llm(),
        name=name,
        title=title,
        weights=None,
        context_tokens=context_tokens,
        excerpt_tokens=_OWN_EXCERPT_TOKENS if parameters else _ENDPOINT_EXCERPT_TOKENS,
        licence=licence,
        parameters=parameters,
    )
    return replace(entry, answering="phrase" if entry.size_class == "tiny" else "compose")


def remember(reference: str) -> None:
    """Let a model answer at the next start, too: a name, a file, an endpoint's URL, "none", or ""
    for the embedded one. Raises SettingsError.
    """
    url, _, model = reference.partition("#") if is_url(reference) else ("", "", reference)
    for key, value in (("llm.model", model), ("llm.url", url)):
        settings.save(key, value or None)


def own_folder() -> Path:
    """The person's own folder of models."""
    return paths.home() / "models"
