"""A click group that imports a command's module when the command is called."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command is: the attribute `commands` of `module`.

    `in_app` runs it inside the application's context, on the instance that `--data` names.
    """

    module: str
    help: str
    in_app: bool = False
    hidden: bool = False


class LazyGroup(click.Group):
    """The top of the command line. Its own help imports nothing."""

    def __init__(self, name: str, *, places: Mapping[str, Place], **options: Any) -> None:
        super().__init__(name, **options)
        self._places = places

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names in the order in which they are written down."""
        return list(self._places)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command `cmd_name`; None if there is no such one."""
        place = self._places.get(cmd_name)
        if place is None:
            return None
        command: click.Command = importlib.import_module(place.module).commands
        if place.in_app:
            importlib.import_module("incentive.cli.application").run_in_app(command)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from what is known without importing them."""
        with formatter.section("Commands"):
            shown = [(n, place.help) for n, place in self._places.items() if not place.hidden]
            formatter.write_dl(shown)
