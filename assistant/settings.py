"""The settings: one schema behind the file settings.toml, the environment, flags and screens.

A flag goes before the environment, the environment before the file, the file before the default.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_origin, get_type_hints

from assistant import paths, settings_file
from assistant.errors import SettingsError

Value = str | int | float | bool | tuple[str, ...]
Origin = Literal["default", "file", "environment"]


def _setting(key: str, default: Value, text: str, **limits: Any) -> Any:
    return field(default=default, metadata={"key": key, "text": text, **limits})


@dataclass(frozen=True)
class Settings:
    """Every setting with its default; keys, texts and limits are in the fields' metadata."""

    llm_model: str = _setting(
        "llm.model",
        "",
        'The language model: a name of `assistant models list`, the path of a GGUF file, "none" '
        "for quotes alone, or a model's name at llm.url. Empty for the embedded one.",
    )
    llm_url: str = _setting(
        "llm.url",
        "",
        "The base of an OpenAI-compatible endpoint, such as http://127.0.0.1:8080/v1. Questions "
        "and quotes of your documents are sent there, and nowhere else.",
    )
    llm_key_env: str = _setting(
        "llm.key_env",
        "ASSISTANT_LLM_KEY",
        "The environment variable that holds the endpoint's key; the key itself is never saved.",
    )
    llm_timeout_s: float = _setting(
        "llm.timeout_s",
        60.0,
        "How long to wait for the endpoint to send anything, in seconds.",
        least=0.1,
    )
    llm_threads: int = _setting(
        "llm.threads", 0, "Threads of the local model; 0 for the measured or physical cores."
    )
    llm_context_tokens: int = _setting(
        "llm.context_tokens", 0, "The local model's context in tokens; 0 for its catalogue entry."
    )
    llm_gpu_layers: str = _setting(
        "llm.gpu_layers",
        "auto",
        "How many of the local model's layers a GPU computes: a number, or auto for as many as fit "
        "where llama.cpp was built with Metal, CUDA or Vulkan.",
        number_or=("auto",),
        least=0,
        most=9999,
    )
    llm_adapter: str = _setting(
        "llm.adapter",
        "",
        "A LoRA adapter for the local model, a GGUF file. Empty for the one that was made for the "
        'model, if there is one; "none" for none.',
    )
    llm_answering: str = _setting(
        "llm.answering",
        "",
        "What the model writes: nothing (quote), a sentence around the words that were found "
        "(phrase), or an answer from excerpts (compose). Empty for what was measured.",
        choices=("", "auto", "quote", "phrase", "compose"),
    )
    answering_max_tokens: int = _setting(
        "answering.max_tokens",
        0,
        "The longest answer the model may write, in tokens; 0 for what suits the model's size.",
        least=0,
        most=4096,
    )
    answering_temperature: float = _setting(
        "answering.temperature",
        0.0,
        "How freely the model chooses its words; 0 always takes the likeliest.",
        least=0,
        most=2,
    )
    answering_unsupported: str = _setting(
        "answering.unsupported",
        "mark",
        "What is done with a statement that the documents do not support: mark it, or drop it.",
        choices=("mark", "drop"),
    )
    embedder_model: str = _setting(
        "embedder.model",
        "",
        "The embedder: a name of the catalogue or a folder with an ONNX model and its tokenizer.",
    )
    reader_model: str = _setting(
        "reader.model",
        "",
        'The evidence reader: a folder with reader.onnx and tokenizer.json, or "none".',
    )
    store_url: str = _setting(
        "store.url",
        "",
        "A Chroma server for the vectors, such as http://127.0.0.1:8000; texts stay here. Empty "
        "for the library's own folder.",
    )
    pull_hub: str = _setting(
        "pull.hub", "https://huggingface.co", "The hub that `assistant models pull` asks first."
    )
    pull_mirrors: tuple[str, ...] = _setting(
        "pull.mirrors", (), "Other hubs with the same paths, asked in turn when one fails."
    )
    pull_timeout_s: float = _setting(
        "pull.timeout_s",
        30.0,
        "How long to wait for a download that has stalled, in seconds.",
        least=0.1,
    )
    log_file: bool = _setting(
        "log.file",
        False,
        "Keep a log in ASSISTANT_HOME/log: what was done, how long it took, what went wrong, and "
        "what the language model's process prints; none of your texts.",
    )
    log_texts: bool = _setting(
        "log.texts",
        False,
        "Questions, answers and paths in the log, too, where one is kept or shown.",
    )
    serve_host: str = _setting("serve.host", "127.0.0.1", "Where `assistant serve` listens.")
    serve_port: int = _setting(
        "serve.port", 8765, "The port of `assistant serve`.", least=0, most=65535
    )


@dataclass(frozen=True)
class Setting:
    """One entry of the schema. `kind` is str, int, float, bool or tuple (of texts).

    A text with `number_or` is one of these words or a whole number within the limits.
    """

    key: str
    name: str
    kind: type
    default: Value
    text: str
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    number_or: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"ASSISTANT_{self.name.upper()}"

    def shown(self, value: Value) -> str:
        """The value as a person writes it, and as `parsed` takes it."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, tuple):
            return ", ".join(value)
        return f"{value:g}" if isinstance(value, float) else str(value)

    @property
    def is_limited(self) -> bool:
        """Tell if not every value of its kind is allowed."""
        return bool(self.choices) or self.least is not None or self.most is not None

    def limits(self) -> str:
        """The condition that it must meet, as a sentence."""
        if self.choices:
            return f"One of {', '.join(map(repr, self.choices))}."
        separated = ", separated by commas" if self.kind is tuple else ""
        limits = self._range()
        return f"It is {self._kind()}{separated}{', ' + limits if limits else ''}."

    def checked(self, value: Any, where: str) -> Value:
        """The value if it is of the right kind. Raises SettingsError, naming `where`."""
        value = self._converted(value)
        texts = value if isinstance(value, tuple) else ()
        given: Any = type(value)
        if given is not self.kind or not all(isinstance(text, str) for text in texts):
            raise SettingsError(f"{where}: {self.key} must be {self._kind()}.", self.text)
        if self.choices and value not in self.choices:
            known = ", ".join(repr(c) for c in self.choices)
            raise SettingsError(f"{where}: {self.key} must be one of {known}.", self.text)
        number = self._number(value, where)
        low, high = self.least, self.most
        if (low is not None and number < low) or (high is not None and number > high):
            raise SettingsError(f"{where}: {self.key} must be {self._range()}.", self.text)
        result: Value = value
        return result

    def _number(self, value: Any, where: str) -> Any:
        """The number that the limits are for; one of the words has none to exceed."""
        if not self.number_or:
            return value
        if value in self.number_or:
            return self.least
        if value.isascii() and value.isdigit():
            return int(value)
        raise SettingsError(f"{where}: {self.key} must be {self._kind()}.", self.text)

    def _converted(self, value: Any) -> Any:
        """The value as its kind, where a file's way of writing it is as good."""
        if self.kind is float and type(value) is int:
            return float(value)
        if self.kind is tuple and isinstance(value, list | tuple):
            return tuple(value)
        return str(value) if self.number_or and type(value) is int else value

    def _kind(self) -> str:
        return " or ".join(
            [*map(repr, self.number_or), _KINDS[int if self.number_or else self.kind]]
        )

    def _range(self) -> str:
        least = [] if self.least is None else [f"at least {self.least:g}"]
        most = [] if self.most is None else [f"at most {self.most:g}"]
        return " and ".join([*least, *most])

    def parsed(self, text: str, where: str) -> Value:
        """The value that a text of the environment or of a command line stands for."""
        value: Any = text
        if self.kind is bool:
            value = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
            value = value.get(text.strip().lower(), text)
        elif self.kind is tuple:
            value = tuple(part.strip() for part in text.split(",") if part.strip())
        elif self.kind is not str:
            try:
                value = self.kind(text)
            except ValueError:
                value = text
        return self.checked(value, where)


# Keys of the chat by the id of their binding.
_KEYS = "chat.keys."
_KINDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    tuple: "a list of texts",
}


def schema() -> tuple[Setting, ...]:
    """All settings, in the order in which they are shown."""
    kinds: dict[str, Any] = get_type_hints(Settings)
    made = []
    for item in fields(Settings):
        assert item.default is not MISSING
        about: dict[str, Any] = dict(item.metadata)
        kind: Any = get_origin(kinds[item.name]) or kinds[item.name]
        made.append(
            Setting(about.pop("key"), item.name, kind, item.default, about.pop("text"), **about)
        )
    return tuple(made)


def setting(key: str) -> Setting:
    """The entry of a key such as llm.url. Raises SettingsError."""
    for known in schema():
        if known.key == key:
            return known
    raise SettingsError(f"There is no setting {key!r}.", _nearest(key))


def file() -> Path:
    """The file of settings."""
    return paths.home() / "settings.toml"


def load() -> Settings:
    """The settings in force. Raises SettingsError, naming file and line or the variable."""
    values: dict[str, Any] = {s.name: value for s, value, _ in in_force()}
    return Settings(**values)


def in_force() -> list[tuple[Setting, Value, Origin]]:
    """Each setting with its value and where that comes from. Raises SettingsError."""
    written = _from_file(file())
    found: list[tuple[Setting, Value, Origin]] = []
    for known in schema():
        if (text := os.environ.get(known.variable)) is not None:
            found.append((known, known.parsed(text, known.variable), "environment"))
        elif known.key in written:
            found.append((known, written[known.key], "file"))
        else:
            found.append((known, known.default, "default"))
    return found


def save(key: str, value: Value | None) -> None:
    """Write a setting to the file, or take it out (None). Raises SettingsError."""
    known = setting(key)
    if value is not None:
        value = known.checked(value, "The value")
    _from_file(file())  # a file with a mistake in it is not made worse
    settings_file.change(file(), key, value)


def _from_file(path: Path) -> dict[str, Value]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read ({error}).", "Correct or remove it.") from error
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{path}: {error}.", "Correct this line, or remove the file.") from None
    known = {s.key: s for s in schema()}
    values: dict[str, Value] = {}
    for key, value in _flat(tables):
        where = f"{path}, line {settings_file.line_of(text, key)}"
        if key == "chat.theme" or key.startswith(_KEYS):  # the chat's own, read by it
            if not isinstance(value, str):
                raise SettingsError(f"{where}: {key} must be a text.", 'As in "chat.why" = "f9".')
            continue
        if key not in known:
            raise SettingsError(f"{where}: there is no setting {key!r}.", _nearest(key))
        values[key] = known[key].checked(value, where)
    return values


def _flat(tables: Mapping[str, Any]) -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for name, value in tables.items():
        if isinstance(value, dict) and value:
            flat += [(f"{name}.{key}", inner) for key, inner in _flat(value)]
        elif not isinstance(value, dict):
            flat.append((name, value))
    return flat


def _nearest(key: str) -> str:
    near = get_close_matches(key, [s.key for s in schema()], n=1)
    return f"Did you mean {near[0]}?" if near else "See `assistant config`."
