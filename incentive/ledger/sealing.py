"""Sealing: rows get their leaves, the tree grows, and a signed checkpoint says how far.

Beside the writers, never in their way. Every step starts from what the tables hold, so that a
sealer may die anywhere and the next one goes on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from incentive.ledger import merkle, notes, seal_keys, seal_queries
from incentive.ledger.merkle import HASH_BYTES, Node
from incentive.ledger.seal_models import CheckpointRow
from incentive.ledger.seal_queries import TILE_LEVELS

BATCH: Final = 50_000
# From so many on it is worth while to make leaves in several sessions.
LARGE: Final = 5_000
# From so many new leaves on the tree grows while others are made.
WORTH_GROWING: Final = 4_096
HELD_BACK_AFTER: Final = timedelta(minutes=1)
_TILE: Final = 1 << TILE_LEVELS


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Rows wait since `since` because a transaction of the process `pid` is still running.

    `pid` is `None` for one that was prepared and left; what else is known of it may be too.
    """

    since: datetime
    pid: int | None
    state: str | None
    application: str | None
    running_since: datetime | None


def number(limit: int | None = None) -> int:
    """Number up to `limit` (BATCH) transactions and as many lines of the audit log; return how many."""
    seal_queries.leave_disk_to_checkpoint()
    return seal_queries.number(limit or BATCH)


def make_leaves() -> int:
    """Make the leaves of some numbered rows that nobody else is at; 0: there are none left.

    Each call is a transaction's work. Several sessions may do so side by side.
    """
    return seal_queries.seal()


def seal_batch(limit: int = BATCH) -> int:
    """Seal up to `limit` rows of each kind, and whatever an earlier sealer left; return how many."""
    seal_queries.number(limit)
    total = 0
    while made := seal_queries.seal():
        total += made
    grow()
    return total


def grow() -> int:
    """Keep the hash of every subtree that has become full; return how many leaves there are."""
    seal_queries.lock_tree()
    size, kept = seal_queries.kept_nodes()
    level, count = 0, size
    for known in kept:
        above, full = level + TILE_LEVELS, count // _TILE
        if full > known:
            hashes = seal_queries.hashes(level, known * _TILE, full * _TILE)
            for _ in range(TILE_LEVELS):
                hashes = merkle.parents(hashes)
            seal_queries.keep_nodes(
                {
                    Node(above, known + n): hashes[n * HASH_BYTES : (n + 1) * HASH_BYTES]
                    for n in range(full - known)
                }
            )
        level, count = above, full
    return size


def grow_ahead() -> None:
    """Do so before a checkpoint is due."""
    seal_queries.leave_disk_to_checkpoint()
    grow()


def checkpoint(at: datetime) -> CheckpointRow | None:
    """Sign a checkpoint if there are leaves that none covers; return it, else `None`.

    Raises:
        SealKeyUnreadable: the key was wrapped with another secret than the installation's.
    """
    size, last = grow(), seal_queries.last_checkpoint()
    if size == (last.tree_size if last else 0):
        return None
    # A clock that was set back does not make the log go back.
    second = (max(at, last.at) if last else at).replace(microsecond=0)
    signers = seal_keys.signers(second)
    root = merkle.root_at(size, seal_queries.read_nodes)
    note = notes.sign(notes.Checkpoint(signers[0].name, size, root, second), signers)
    seal_queries.add_checkpoint(size, root, second, signers[0].key_id.hex(), note)
    return seal_queries.last_checkpoint()


def held_back(at: datetime) -> HeldBack | None:
    """Return what has held rows back for more than a minute, if anything has."""
    row = seal_queries.waiting()
    if row is None or at - row.since < HELD_BACK_AFTER:
        return None
    return HeldBack(row.since, row.pid, row.state, row.application, row.running_since)
