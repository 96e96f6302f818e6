"""The table of commands names functions that are there."""

from collections.abc import Iterable, Iterator

import pytest

from assistant.cli.commands import COMMANDS, Command
from assistant.cli.main import function


def all_of(commands: Iterable[Command]) -> Iterator[Command]:
    for command in commands:
        yield command
        yield from all_of((*command.actions, *command.words))


@pytest.mark.parametrize("name", sorted({command.run for command in all_of(COMMANDS)}))
def test_every_command_runs_a_function_that_is_there(name: str) -> None:
    assert callable(function(name))
