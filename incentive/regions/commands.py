"""`incentive regions`: imports the official codes."""

from pathlib import Path

import click
from flask import current_app

from incentive.audit import service as audit
from incentive.core import clock
from incentive.core.db import transaction
from incentive.regions import files, service, words
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
    """Import regions from FILE: CSV in UTF-8 or GB18030; .xz and .gz too.

    \b
    The first line names the columns, in any order:
      code         digits of the national code, from the province down
      level        what the row is, with as many digits in its code:
                   province 2, city 4, county 6, street 9, community 12
      parent_code  code of the level above; empty for a province
      name         up to 100 characters

    Rows that cannot be taken are listed by line, with what is wrong, and the rest goes in;
    the exit code is then 1. Importing again changes nothing.
    """  # noqa: D301 - \b keeps click from filling the table's lines
    if official == (file is not None):
        raise click.UsageError("Name a FILE, or say --official.")
    rows: list[Row] = files.read_file(file) if file is not None else files.official()
    today = clock.local_day(clock.now(), current_app.config["SETTINGS"].timezone)
    with transaction():
        report = service.import_official(rows, today)
        done = {"new": report.new, "changed": report.changed, "refused": len(report.refused)}
        if report.new or report.changed:
            audit.record("regions.import", actor=audit.CLI, subject="regions", after=done)
    for refusal in report.refused:
        told = f"line {refusal.line}: {refusal.fault} {refusal.code}".rstrip()
        click.echo(f"{told}\n    {words.FAULTS[refusal.fault]}", err=True)
    click.echo(
        f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged,"
        f" {len(report.refused)} refused."
    )
    if report.refused:
        context.exit(1)
