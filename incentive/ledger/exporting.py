"""Exports of the sealed books, for whoever wants to verify them elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from incentive.core.db import jurisdiction
from incentive.ledger import export_queries, merkle, notes, proving, seal_keys, seal_queries
from incentive.ledger.export_errors import NoSuchExport, NothingSealed
from incentive.ledger.export_format import OPENING, Header, Opening, Owner, Row, write
from incentive.ledger.merkle import Run

CHECKPOINTS_MAX: Final = 1_000
_SPOOLED: Final = 1 << 22
_NOTHING: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Span:
    """The sealed rows [first, last); there is a checkpoint of `last` rows."""

    first: int
    last: int


def span(first: int, last: int | None) -> Span:
    """Return the rows from `first` to the first checkpoint of `last` rows or more, or to the end.

    Raises:
        NothingSealed: there is no checkpoint yet.
        NoSuchExport: no row lies between the two.
    """
    newest = proving.checkpoint_last()
    if newest is None:
        raise NothingSealed
    until = newest if last is None or last < 1 else proving.checkpoint_covering(last - 1)
    if until is None or not 0 <= first < until.tree_size:
        raise NoSuchExport(newest.tree_size)
    return Span(first, until.tree_size)


def export(rows: Span, file: IO[bytes], at: datetime, *, personal: bool) -> None:
    """Write `rows` to `file` in constant memory, whatever has become of them since sealing.

    Only a `personal` export opens which accounts are whose and, row by row, who acted and why.
    """
    first, last = rows.first, rows.last
    newest, _ = notes.read(export_queries.notes(last, last, 1)[0])
    with SpooledTemporaryFile(_SPOOLED) as before:
        openings = _spool(rows, before)
        known = export_queries.notes(first, last, CHECKPOINTS_MAX)
        write(
            file,
            Header(
                origin=newest.origin,
                jurisdiction=jurisdiction(),
                made_at=at.isoformat(timespec="seconds"),
                first=first,
                last=last,
                frontier=_frontier(first),
                openings=openings,
                checkpoints=known,
                consistency=_consistency(first or notes.read(known[0])[0].size, last),
                keys=_keys(),
            ),
            _unspool(before),
            _rows(rows, personal=personal),
            (
                Owner(owner, bytes(salt))
                for owner, salt in export_queries.owners(first, last, persons=personal)
            ),
        )


def _rows(rows: Span, *, personal: bool) -> Iterator[Row]:
    for _seq, kind, ref, hash_, leaf, opening in export_queries.rows(
        rows.first, rows.last, opened=personal
    ):
        yield Row(kind or "?", ref or 0, hash_ or _NOTHING, leaf, opening or b"")


def _frontier(size: int) -> list[bytes]:
    parts = list(merkle.nodes_of(Run(0, size)))
    try:
        known = seal_queries.read_nodes(parts)
    except LookupError:
        # Leaves are missing. The verifier will say so, and the export must come about.
        return [_NOTHING] * len(parts)
    return [known[part] for part in parts]


def _keys() -> list[str]:
    every = seal_keys.all_keys()
    return [notes.verifier_key(key.name, key.public_key) for key in every]


def _consistency(first: int, last: int) -> tuple[int, list[bytes]] | None:
    try:
        return first, proving.consistency(first, last)
    except LookupError:
        return None


# How many there are stands before the openings, and is known after them.
def _spool(rows: Span, file: IO[bytes]) -> int:
    count = 0
    if rows.first:
        for each in export_queries.openings(rows.first, rows.last):
            file.write(OPENING.pack(*each))
            count += 1
    file.seek(0)
    return count


def _unspool(file: IO[bytes]) -> Iterator[Opening]:
    while piece := file.read(OPENING.size):
        yield Opening(*OPENING.unpack(piece))
