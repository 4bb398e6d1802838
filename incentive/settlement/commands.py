"""`incentive settlement`: pay what is due now, and see what could not be paid."""

from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from incentive.core import clock
from incentive.core.db import transaction
from incentive.settlement import jobs, setting_aside
from incentive.settlement.rulebook.commands import commands as rules


@click.group("settlement")
def commands() -> None:
    """Pay what is due, and see what could not be paid."""


commands.add_command(rules)


@commands.command()
def run() -> None:
    """Settle every verified record now."""
    click.echo(f"settled {jobs.settle_all()} service records")


@commands.command()
def failures() -> None:
    """List the records that were set aside, the oldest first (up to 100)."""
    with transaction():
        found = setting_aside.listing(None, cursor=None, limit=100)
    table = Table("record", "volunteer", "day", "code", "message", "attempts", "next try")
    for item in found.items:
        failure = item["failure"]
        table.add_row(
            str(failure.service_record_id),
            item["volunteer_number"],
            str(failure.day),
            failure.code,
            failure.message,
            str(failure.attempts),
            f"{failure.retry_at:%Y-%m-%d %H:%M}",
        )
    Console().print(table if found.items else "nothing is set aside")


@commands.command()
@click.argument("record_id", type=click.UUID)
def retry(record_id: UUID) -> None:
    """Let the next run try RECORD_ID again."""
    with transaction():
        setting_aside.retry(record_id, None, clock.now())
    click.echo("it will be tried with the next run")
