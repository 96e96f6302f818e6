"""`assistant config`: shows and changes settings, all from one schema."""

import argparse

from assistant import settings
from assistant.cli import output
from assistant.errors import SettingsError
from assistant.printable import safe_line

DONE = 0


def run_config(options: argparse.Namespace) -> int:
    """Show all settings or one, set or unset one, or say where the file is."""
    if options.action == "path":
        output.say(str(settings.file()))
    elif options.action == "show":
        _show(options.json)
    elif options.key is None:
        raise SettingsError("Which setting?", "See `assistant config`.")
    elif options.action == "get":
        wanted = settings.setting(options.key)
        value = next(v for s, v, _ in settings.in_force() if s == wanted)
        output.say(wanted.shown(value))
    elif options.action == "unset":
        settings.save(options.key, None)
    elif options.value is None:
        raise SettingsError(f"Which value for {options.key}?", settings.setting(options.key).text)
    else:
        known = settings.setting(options.key)
        settings.save(options.key, known.parsed(options.value, "The value"))
    return DONE


def _show(as_json: bool) -> None:
    found = settings.in_force()
    if as_json:
        output.say_json(
            [
                {
                    "key": s.key,
                    "value": list(v) if isinstance(v, tuple) else v,
                    "from": origin,
                    "variable": s.variable,
                    "text": s.text,
                    "allowed": s.limits(),
                }
                for s, v, origin in found
            ],
            indent=1,
        )
        return
    for known, value, origin in found:
        where = "" if origin == "default" else f"  (from the {origin})"
        output.say(f"{known.key} = {safe_line(known.shown(value)) or '(empty)'}{where}")
        output.say(f"    {known.text}{f' {known.limits()}' if known.is_limited else ''}")
    output.say(f"\nFile: {settings.file()}. Each can be set by a variable: llm.url by")
    output.say("ASSISTANT_LLM_URL, and so on; a variable takes precedence over the file.")
