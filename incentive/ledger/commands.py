"""`incentive ledger`: prove the books."""

import click
from rich.console import Console
from rich.table import Table

from incentive.core.db import jurisdiction, transaction
from incentive.ledger import checks


@click.group("ledger")
def commands() -> None:
    """Prove the books."""


@commands.command()
def check() -> None:
    """Run every check; print what is wrong, and exit with 1 if anything is."""
    console = Console()
    with transaction():
        findings = list(checks.run())
    for finding in findings:
        table = Table(title=f"Wrong: {finding.check}", title_justify="left")
        for name in finding.rows[0]:
            table.add_column(name)
        for row in finding.rows:
            table.add_row(*(str(value) for value in row.values()))
        console.print(table)
    if findings:
        console.print(f"ledger {jurisdiction()}: {len(findings)} checks failed")
        raise SystemExit(1)
    console.print(f"ledger {jurisdiction()}: clean, {len(checks.names())} checks")
