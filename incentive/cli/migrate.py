"""`incentive migrate`: the tables of every jurisdiction, brought up to date."""

from pathlib import Path

import click

from incentive.cli.application import environment
from incentive.config import Settings
from incentive.core.keystore.schema import migrate_keys
from incentive.core.schema import migrate


@click.command("migrate")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Data directory of a running `incentive up` (default: var, or INCENTIVE_DATA).",
)
def commands(*, data: Path | None) -> None:
    """Migrate as INCENTIVE_ADMIN_DATABASE_URL. Safe to repeat, and to resume."""
    settings = Settings.from_environment(environment(data))
    migrate_keys(settings)
    codes = migrate(settings.admin_database_url, settings.default_jurisdiction, settings)
    click.echo(f"Up to date: {', '.join(codes)}")
