"""`incentive ledger`: seal the books and prove them."""

import click
from rich.console import Console
from rich.table import Table

from incentive.core import clock
from incentive.core.db import jurisdiction, transaction
from incentive.ledger import checks, jobs, reconciliation
from incentive.ledger.proof_commands import export, verify, verify_receipt
from incentive.ledger.run_models import CheckResult
from incentive.ledger.seal_commands import keys, seal


@click.group("ledger")
def commands() -> None:
    """Seal the books and prove them."""


for _command in (seal, keys, export, verify, verify_receipt):
    commands.add_command(_command)


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


def _verdict(result: CheckResult) -> str:
    if result.clean:
        return "agrees"
    if result.error:
        return f"not made: {result.error}"
    return f"{result.rows_found:,} rows wrong" if result.rows_found else "the figures differ"


@commands.command()
def reconcile() -> None:
    """Compare the books now and keep the result, as every night; exit with 1 on any difference."""
    console = Console()
    with transaction():
        asked = reconciliation.ask("command", clock.now())
    jobs.reconcile()
    with transaction():
        _, run = reconciliation.request(asked.id)
        results = reconciliation.results(asked.id)
    if run is None:
        raise click.ClickException("the books are being compared by a worker; ask again shortly")
    table = Table("what must hold", "figures", "", title=f"Comparison {run.id}")
    for result in results:
        figures = "\n".join(f"{total:>10,} {name}" for name, total in result.figures)
        table.add_row(result.name, figures, _verdict(result))
    console.print(table)
    console.print(f"ledger {jurisdiction()}: {run.checks} checks, {run.failed} failed")
    if run.failed:
        raise SystemExit(1)
