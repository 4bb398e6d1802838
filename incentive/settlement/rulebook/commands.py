"""`incentive settlement rules`: what is in force, and what is proposed."""

import json
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.settlement.rulebook import service
from incentive.settlement.rulebook.views import words


@click.group("rules")
def commands() -> None:
    """See the rules in force and those proposed."""


@commands.command("list")
def list_all() -> None:
    """List the rules by the day from which they are in force, and the drafts (up to 100 each)."""
    with transaction():
        versions = service.versions(cursor=None, limit=100).items
        drafts = service.drafts(cursor=None, limit=100).items
    table = Table("from", "state", "rules", "proposed by", "decided by")
    table.add_column("id", no_wrap=True)  # to be copied, and shown by
    for row in versions:
        version = row[0]
        table.add_row(
            str(version.effective_from),
            "approved",
            "\n".join(words(version.document, "en")),
            row.proposer or "",
            row.decider or "",
            str(version.draft_id or ""),
        )
    for row in drafts:
        draft = row[0]
        if draft.state != "approved":
            sentences = "\n".join(words(draft.document, "en"))
            day, decider = str(draft.effective_from), row.decider or ""
            table.add_row(day, draft.state, sentences, row.proposer, decider, str(draft.id))
    Console().print(table)


@commands.command()
@click.argument("draft_id", type=click.UUID)
def show(draft_id: UUID) -> None:
    """Print the draft DRAFT_ID: its document, words and state."""
    try:
        with transaction():
            row = service.draft(draft_id)
    except IncentiveError as error:
        raise click.ClickException(str(error)) from None
    draft = row[0]
    click.echo(f"{draft.state}, from {draft.effective_from}, by {row.proposer}: {draft.reason}")
    for sentence in words(draft.document, "en"):
        click.echo(f"- {sentence}")
    click.echo(json.dumps(draft.document, ensure_ascii=False, indent=2))
