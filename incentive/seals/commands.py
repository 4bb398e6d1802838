"""`incentive ledger` as a whole: the ledger's own commands, and those that leave a record."""

from datetime import timedelta

import click

from incentive.audit import service as audit
from incentive.core import clock
from incentive.core.db import transaction
from incentive.ledger import notes, seal_keys
from incentive.ledger.commands import commands

__all__ = ["commands"]


@commands.command("rotate-key")
@click.option(
    "--overlap-days",
    type=click.IntRange(0, 3650),
    default=seal_keys.OVERLAP.days,
    show_default=True,
    help="For so long the present key signs beside the new one.",
)
def rotate_key(*, overlap_days: int) -> None:
    """Make a new key for checkpoints; the public half of the old one is kept."""
    with transaction():
        known = seal_keys.all_keys()
        key = seal_keys.rotate(clock.now(), timedelta(days=overlap_days))
        audit.record(
            "seal_key.rotate",
            actor=audit.CLI,
            subject=f"seal_key:{key.id}",
            before={"key": known[0].id} if known else None,
            after={"key": key.id, "overlap_days": overlap_days},
        )
    click.echo(f"key {key.id} signs from now on: {notes.verifier_key(key.name, key.public_key)}")
