"""What anybody may ask of the sealed books, and what only some."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from incentive.core.paging import Page, page
from incentive.ledger import notes, proving, seal_keys, seal_queries, sealing
from incentive.ledger.errors import UnknownTransaction
from incentive.ledger.seal_errors import NoSuchCheckpoint
from incentive.ledger.seal_models import CheckpointRow, SealKey
from incentive.people.caller import Caller
from incentive.people.errors import OutOfScope


@dataclass(frozen=True, slots=True)
class KeyView:
    """A public key, when it signs, and itself as the one line that a verifier takes."""

    key: SealKey
    verifier_key: str


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That leaf `seq` is among the first `tree_size`: the hashes from it to their root."""

    transaction_id: int
    seq: int
    tree_size: int
    hashes: Sequence[bytes]
    checkpoint: CheckpointRow | None


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the first `first` leaves begin the first `second`: the hashes that show it."""

    first: int
    second: int
    hashes: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class State:
    """How far the books are sealed, and what holds them back if anything does."""

    tree_size: int
    checkpoint: CheckpointRow | None
    held_back: sealing.HeldBack | None


def checkpoints(cursor: str | None, limit: int) -> Page:
    """Return a page of checkpoints, the latest first."""
    rows = seal_queries.checkpoints()
    key = [CheckpointRow.tree_size]
    return page(rows, key, cursor=cursor, limit=limit, newest_first=True)


def latest() -> CheckpointRow:
    """Return the latest checkpoint.

    Raises:
        NoSuchCheckpoint: there is none.
    """
    found = proving.checkpoint_last()
    if found is None:
        raise NoSuchCheckpoint
    return found


def at_size(tree_size: int) -> CheckpointRow:
    """Return the checkpoint of just `tree_size` leaves.

    Raises:
        NoSuchCheckpoint: none was signed at that size.
    """
    found = proving.checkpoint_at(tree_size)
    if found is None:
        raise NoSuchCheckpoint
    return found


def keys() -> list[KeyView]:
    """Return every key that signs or ever did, the latest first."""
    return [
        KeyView(key, notes.verifier_key(key.name, key.public_key)) for key in seal_keys.all_keys()
    ]


def inclusion(caller: Caller, transaction_id: int, tree_size: int | None) -> Inclusion:
    """Prove that a transaction is among the first `tree_size` leaves (default: those of the latest checkpoint).

    Raises:
        UnknownTransaction: it is not the caller's, and the caller is no auditor; or there is none.
        NotSealedYet: it is not among them.
        NoSuchTree: there are not so many.
        NoSuchCheckpoint: there is no checkpoint.
    """
    owners = proving.owners_of(transaction_id)
    if f"person:{caller.person_id}" not in owners:
        try:
            caller.require_somewhere("ledger.read")
        except OutOfScope:
            raise UnknownTransaction from None
    if not owners:
        raise UnknownTransaction
    size = latest().tree_size if tree_size is None else tree_size
    seq, hashes = proving.inclusion(transaction_id, size)
    return Inclusion(transaction_id, seq, size, hashes, proving.checkpoint_at(size))


def consistency(first: int, second: int) -> Consistency:
    """Prove that one tree begins another.

    Raises:
        NoSuchTree: the sizes are not of two trees, the smaller one first.
    """
    return Consistency(first, second, proving.consistency(first, second))


def state(caller: Caller, at: datetime) -> State:
    """Say how far the books are sealed.

    Raises:
        OutOfScope: the caller is no auditor anywhere.
    """
    caller.require_somewhere("ledger.read")
    return State(seal_queries.tree_size(), proving.checkpoint_last(), sealing.held_back(at))
