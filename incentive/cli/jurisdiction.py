"""`incentive jurisdiction`: opens and lists jurisdictions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from incentive.app import create_app
from incentive.cli.application import environment
from incentive.config import Settings
from incentive.core.db import engine, sqlalchemy_url, transaction, use_jurisdiction
from incentive.core.schema import create_jurisdiction
from incentive.people import acts

_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Data directory of a running `incentive up` (default: var, or INCENTIVE_DATA).",
)


@click.group("jurisdiction")
def commands() -> None:
    """Open and list jurisdictions."""


@commands.command("create")
@click.argument("code")
@click.argument("name")
@click.option("--host", help="Requests to this host name are this jurisdiction's.")
@_data
def create(*, code: str, name: str, host: str | None, data: Path | None) -> None:
    """Open the books of jurisdiction CODE, called NAME. Again changes only name and host."""
    settings = Settings.from_environment(environment(data))
    try:
        before = create_jurisdiction(settings.admin_database_url, code, name, host)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    _record(settings, code, before, {"name": name, "host": host})
    click.echo(f"Jurisdiction {code} is open.")


@commands.command("list")
@_data
def list_all(*, data: Path | None) -> None:
    """List code, name and host of every jurisdiction."""
    settings = Settings.from_environment(environment(data))
    administrator = sa.create_engine(
        sqlalchemy_url(settings.admin_database_url), poolclass=sa.NullPool
    )
    with administrator.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT code, name, host FROM public.jurisdictions ORDER BY code")
        )
        for row in rows:
            click.echo("\t".join(str(field or "") for field in row))


def _record(
    settings: Settings,
    code: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
) -> None:
    """Record in the jurisdiction's own books that it was opened, or is called otherwise."""
    subject = f"jurisdiction:{code}"
    with create_app(settings).app_context():
        with use_jurisdiction(code), transaction():
            acts.record(None, "jurisdiction.open", subject=subject, before=before, after=after)
        engine().dispose()
