"""`incentive demo`: made-up data, and a walk through the whole chain."""

import sys

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from incentive.core import clock
from incentive.demo import loading, people


@click.group("demo")
def commands() -> None:
    """Fill a jurisdiction with made-up data, or walk the whole chain through a server."""


@commands.command()
def load() -> None:
    """Fill the jurisdiction with Kunming's streets and made-up people; again changes nothing."""
    steps = list(loading.steps(clock.now()))
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(steps))
        for name, step in steps:
            progress.update(task, description=name)
            step()
            progress.advance(task)
    table = Table(title="Sign in as", title_justify="left")
    for column in ("role", "phone", "password", "look at"):
        table.add_column(column, overflow="fold")
    for human in people.listed():
        table.add_row(human.role, human.phone, people.PASSWORD, human.look_at)
    Console(width=None if sys.stdout.isatty() else 110).print(table)
