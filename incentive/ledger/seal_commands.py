"""Below `incentive ledger`: seal the books, and show the keys that sign."""

import click

from incentive.core.db import transaction
from incentive.ledger import notes, seal_keys, sealer


@click.command()
def seal() -> None:
    """Seal all that can be sealed now, and sign a checkpoint if there is something new."""
    sealed, note = sealer.seal_all(lambda so_far: click.echo(f"sealed {so_far} …"))
    click.echo(f"sealed {sealed} rows")
    click.echo(note or "nothing new to sign", nl=not note)


@click.command()
@click.option("--plain", is_flag=True, help="The verifier keys alone, a line each, as a file.")
def keys(*, plain: bool) -> None:
    """List the keys that sign checkpoints or ever did, the latest first, to give to verifiers."""
    with transaction():
        found = seal_keys.all_keys()
    for key in found:
        line = notes.verifier_key(key.name, key.public_key)
        if plain:
            click.echo(line)
            continue
        until = f"{key.retires_at:%Y-%m-%d %H:%M}Z" if key.retires_at else "-"
        click.echo(f"{key.id}  from {key.created_at:%Y-%m-%d %H:%M}Z  until {until}  {line}")
    if not found:
        click.echo("no key yet: the first checkpoint makes one", err=plain)
