"""Below `incentive ledger`: export the sealed books, and verify exports anywhere."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import click

from incentive.core import clock
from incentive.core.db import snapshot
from incentive.ledger import exporting, notes
from incentive.ledger.verifier import words
from incentive.ledger.verifier.proofs import Wrong

DIGITS_MAX: Final = 18  # of a bigint


class Size(click.ParamType[int]):
    """How many rows come before: a number, or a file with a checkpoint of so many."""

    name = "SEQ|CHECKPOINT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number.

        Raises:
            UsageError: it is neither.
        """
        if isinstance(value, int) or (value.isdecimal() and len(value) <= DIGITS_MAX):
            return int(value)
        try:
            return notes.read(Path(value).read_text(encoding="utf-8"))[0].size
        except (OSError, UnicodeDecodeError, notes.BadNote):
            self.fail(f"{value!r} is neither a number nor a file with a checkpoint", param, ctx)


@click.command()
@click.option("--from", "first", type=Size(), default=0, help="The first row (default: 0).")
@click.option(
    "--to", "last", type=Size(), help="Up to the checkpoint of so many rows, or the next."
)
@click.option(
    "--personal", is_flag=True, help="Open whose accounts these are, and who acted and why."
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, writable=True))
def export(*, first: int, last: int | None, personal: bool, file: Path) -> None:
    """Write the sealed books to FILE, for anyone to verify."""
    # Under another name until it is whole, so that no half of one lies about.
    with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as part:
        try:
            with snapshot():
                rows = exporting.span(first, last)
                exporting.export(rows, part, clock.now(), personal=personal)
            part.flush()
            Path(part.name).replace(file)
        except BaseException:
            Path(part.name).unlink()
            raise
    click.echo(f"rows {rows.first} to {rows.last - 1} are in {file}, {file.stat().st_size:,} bytes")


_key = click.option(
    "--key",
    "keys",
    multiple=True,
    required=True,
    metavar="PUB",
    help="A verifier key, or a file with some or with one in PEM; may be given again.",
)


@click.command()
@_key
@click.option(
    "--since",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A checkpoint kept from earlier, of which this must be the continuation.",
)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True)
)
def verify(*, keys: tuple[str, ...], since: Path | None, files: tuple[Path, ...]) -> None:
    """Prove exports, each beginning where the one before ended; exit with 1 if they are wrong.

    Needs no database: only the files and the public key.
    """
    _say(words.verify(files, keys, since))


@click.command("verify-receipt")
@_key
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def verify_receipt(*, keys: tuple[str, ...], file: Path) -> None:
    """Prove a receipt: its JSON, or the text of its QR code; exit with 1 if it is wrong.

    Needs no database: only the file and the public key.
    """
    _say(words.verify_receipt(file, keys))


def _say(lines: Iterator[str]) -> None:
    try:
        for line in lines:
            click.echo(line)
    except (Wrong, OSError) as wrong:
        click.echo(f"NOT PROVED: {wrong}", err=True)
        raise SystemExit(1) from None
