"""Runs packages' commands inside the application, on the instance that they name."""

import functools
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from incentive.app import create_app
from incentive.config import Settings
from incentive.core.db import use_jurisdiction
from incentive.core.errors import IncentiveError
from incentive.embedded.directory import default_data
from incentive.embedded.errors import StartError
from incentive.embedded.instance import running_environ

# These speak to a server over HTTP, or read a file, and need no database of their own.
_OUTSIDE: Final = frozenset({"walk", "verify", "verify-receipt"})


def data_option() -> click.Option:
    """Return the option by which a command finds a running instance."""
    return click.Option(
        ["--data"],
        type=click.Path(path_type=Path, file_okay=False),
        help="Data directory of a running `incentive up` (default: var, or INCENTIVE_DATA).",
    )


def environment(data: Path | None) -> Mapping[str, str]:
    """Return the variables to work with: the environment's, or the instance's on `data`.

    Raises:
        StartError: there are none.
    """
    if data is None and os.environ.get("INCENTIVE_DATABASE_URL"):
        return os.environ
    folder = data if data is not None else default_data(os.environ)
    found = running_environ(folder)
    if found is None:
        raise StartError(
            f"No instance runs on {folder}, and INCENTIVE_DATABASE_URL is not set: "
            f"start `incentive up`, or name its directory with --data DIR."
        )
    return {**os.environ, **found}


def run_in_app(command: click.Command) -> None:
    """Have `command`, and all below it, run within the application."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            run_in_app(below)
        return
    # click may ask for the same command more than once.
    known = any(parameter.name == "data" for parameter in command.params)
    if known or command.callback is None or command.name in _OUTSIDE:
        return
    command.params += [
        data_option(),
        click.Option(["--jurisdiction"], help="Whose books (default: the deployment's own)."),
    ]
    command.callback = _within(command.callback)


def _within(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def run(*args: Any, data: Path | None, jurisdiction: str | None, **kwargs: Any) -> Any:
        settings = Settings.from_environment(environment(data))
        app = create_app(settings)
        try:
            with app.app_context(), use_jurisdiction(jurisdiction or settings.default_jurisdiction):
                return callback(*args, **kwargs)
        except IncentiveError as error:
            raise click.ClickException(str(error)) from error

    return run
