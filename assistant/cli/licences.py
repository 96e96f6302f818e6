"""`assistant doctor --licences`: every dependency and every file of weights, with its licence."""

import re
from importlib import metadata
from pathlib import Path
from typing import Any

from assistant import settings
from assistant.cli import output
from assistant.engines import catalog, models, records
from assistant.printable import safe_line

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MOST_CHARS = 60


def show(*, as_json: bool) -> None:
    """Print the list, dependencies first."""
    parts = _packages("assistant") + _weights()
    if as_json:
        output.say_json(parts, indent=1)
        return
    for part in parts:
        output.say(
            safe_line(f"{part['name']:<32}{part['version']:<14}{part['licence']}").rstrip()
            + (f"\n    sha256 {part['sha256']}" if part["sha256"] else "")
        )


def _packages(root: str) -> list[dict[str, Any]]:
    """The distributions that `root` needs and that are installed, with all that they need."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [root]
    while waiting:
        name = _plain(waiting.pop())
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another system, or an extra that is not installed
        needed = [r for r in found[name].requires or () if "extra ==" not in r or name == root]
        waiting += [match[0] for r in needed if (match := _NAME.match(r))]
    return [
        {
            "kind": "package",
            "name": name,
            "version": found[name].version,
            "licence": _licence(found[name]),
            "sha256": "",
        }
        for name in sorted(found)
    ]


def _licence(package: metadata.Distribution) -> str:
    """The licence that the package names: an expression, classifiers, or the first line of a
    licence."""
    about: Any = package.metadata
    if expression := about.get("License-Expression"):
        return str(expression)
    classifiers = [c for c in about.get_all("Classifier") or () if c.startswith("License ::")]
    if classifiers:
        return ", ".join(c.rpartition(" :: ")[2] for c in classifiers)
    said = str(about.get("License") or "").strip().partition("\n")[0]
    return said[:_MOST_CHARS] or "not stated"


def _weights() -> list[dict[str, Any]]:
    parts = []
    for entry in (catalog.embedder(), catalog.reader()):
        if entry is not None:
            parts.append(_part(entry.title, entry.licence, entry.weights.sha256))
    for adapter in catalog.adapters():
        parts.append(_part(adapter.title, adapter.licence, adapter.weights.sha256))
    for item in models.listed(settings.load()):
        if item.path is not None:
            parts.append(_part(item.name, item.licence or "not stated", _sha256(item.path, item)))
    return parts


def _sha256(path: Path, item: models.Listed) -> str:
    if item.name in catalog.llm_names():
        known = catalog.llm(item.name).weights
        return known.sha256 if known else ""
    record = records.pulled(path.name)
    return record.sha256 if record else ""


def _part(name: str, licence: str, sha256: str) -> dict[str, Any]:
    return {"kind": "weights", "name": name, "version": "", "licence": licence, "sha256": sha256}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
