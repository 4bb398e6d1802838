"""`incentive regions`: imports the official codes."""

from pathlib import Path

import click
from flask import current_app

from incentive.core import clock
from incentive.core.db import transaction
from incentive.regions import files, service
from incentive.regions.domain import Row


@click.group("regions")
def commands() -> None:
    """Keep the territory tree."""


@commands.command("import")
@click.argument(
    "file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--official", is_flag=True, help="Import the list of Yunnan that comes along.")
@click.pass_context
def import_regions(context: click.Context, *, file: Path | None, official: bool) -> None:
    """Import regions from FILE: CSV with code,level,parent_code,name; .xz and .gz too.

    Rows that cannot be taken are listed by line with their code, and the rest goes in;
    the exit code is then 1. Importing again changes nothing.
    """
    if official == (file is not None):
        raise click.UsageError("Name a FILE, or say --official.")
    rows: list[Row] = files.read_file(file) if file is not None else files.official()
    today = clock.local_day(clock.now(), current_app.config["SETTINGS"].timezone)
    with transaction():
        report = service.import_official(rows, today)
    for refusal in report.refused:
        click.echo(f"line {refusal.line}: {refusal.fault} {refusal.code}".rstrip(), err=True)
    click.echo(
        f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged,"
        f" {len(report.refused)} refused."
    )
    if report.refused:
        context.exit(1)
