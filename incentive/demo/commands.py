"""`incentive demo`: made-up data, and a walk through the whole chain."""

import sys

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.table import Table

from incentive.core import clock
from incentive.demo import loading, people
from incentive.demo.walk.errors import Away, Broken
from incentive.demo.walk.server import Server
from incentive.demo.walk.stage import Stage
from incentive.demo.walk.walking import walk as walk_chain


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


@commands.command()
@click.option(
    "--people", type=click.IntRange(1, 5000), default=20, show_default=True, help="Volunteers."
)
@click.option("--server", default="http://127.0.0.1:8000", show_default=True, help="Its address.")
@click.option("--jurisdiction", help="Whose books (default: the server's own).")
@click.option("--patience", default=120.0, show_default=True, help="Seconds for the settlement.")
def walk(people: int, server: str, jurisdiction: str | None, patience: float) -> None:
    """Play the whole chain over HTTP on a server with demo data: sign up, scan, earn, redeem, audit."""
    console, err, bar = Console(), Console(stderr=True), Progress.get_default_columns()
    columns = (*bar[:2], MofNCompleteColumn(), TimeElapsedColumn())
    shown = Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
    with shown as progress:
        stage, host = Stage(progress), Server(server, jurisdiction)
        try:
            host.wait_until_ready(err.print)
            line = walk_chain(host, stage, people, patience)
        except Broken as broken:
            progress.stop()
            if isinstance(broken, Away) and not stage.done:
                raise click.ClickException(
                    f"No server answers at {server}. Start one with `incentive up --demo`,"
                    " or name its address with --server."
                ) from None
            if stage.done:
                stage.show(console)
            raise click.ClickException(f"chain broken at “{stage.present}”: {broken}") from None
        finally:
            host.close()
    stage.show(console)
    click.echo(line)
