"""What a browser needs to recompute the sealed books: leaves, and the tree over those before them."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from incentive.core.db import session
from incentive.desk.errors import LeavesOutOfRange
from incentive.desk.reach import reach_of
from incentive.ledger import merkle, seal_queries
from incentive.ledger.merkle import Run
from incentive.people.caller import Caller

LEAVES_MAX: Final = 1000
_LEAVES: Final = text(
    "SELECT l.seq, l.kind, l.ref, l.hash, b.leaf FROM ledger_sealed(:start, :stop) l"
    " LEFT JOIN ledger_leaves(:start, :stop) b ON b.seq = l.seq AND :whole ORDER BY l.seq"
)


@dataclass(frozen=True, slots=True)
class LeafView:
    """A leaf: what it is of, its hash as sealed, and its bytes as the rows give them now.

    Only who audits the whole gets the bytes: they tell amounts of everywhere.
    """

    seq: int
    kind: str
    ref: int
    hash: bytes
    leaf: bytes | None


def leaves(caller: Caller, start: int, stop: int) -> list[LeafView]:
    """Return the leaves from `start` up to, not including, `stop`.

    Raises:
        OutOfScope: the caller audits nothing.
        LeavesOutOfRange: there are not so many, or it is more than a thousand at once.
    """
    reach = reach_of(caller)
    size = seal_queries.tree_size()
    if not start < stop <= min(size, start + LEAVES_MAX):
        raise LeavesOutOfRange(size, LEAVES_MAX)
    wanted = {"start": start, "stop": stop, "whole": reach.whole}
    rows = session().execute(_LEAVES, wanted)
    return [LeafView(row.seq, _text(row.kind), row.ref, row.hash, row.leaf) for row in rows]


def peaks(caller: Caller, size: int) -> list[bytes]:
    """Return the hashes of the full subtrees that the first `size` leaves consist of, the largest first.

    Raises:
        OutOfScope: the caller audits nothing.
        LeavesOutOfRange: there are not so many.
    """
    reach_of(caller)
    known = seal_queries.tree_size()
    if size > known:
        raise LeavesOutOfRange(known, LEAVES_MAX)
    nodes = list(merkle.nodes_of(Run(0, size)))
    found = seal_queries.read_nodes(nodes) if nodes else {}
    return [found[node] for node in nodes]


def _text(kind: str | bytes) -> str:
    # psycopg gives PostgreSQL's one-byte "char" as bytes.
    return kind.decode() if isinstance(kind, bytes) else kind
