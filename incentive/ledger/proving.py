"""Proofs from the sealed tree: that a transaction is in it, and that it only grew."""

from collections.abc import Sequence

from incentive.ledger import merkle, seal_queries
from incentive.ledger.seal_errors import NoSuchTree, NotSealedYet
from incentive.ledger.seal_models import CheckpointRow


def inclusion(transaction_id: int, tree_size: int) -> tuple[int, list[bytes]]:
    """Return a transaction's leaf number and the hashes from it to the root of `tree_size` leaves.

    Raises:
        NotSealedYet: the transaction has no leaf among these.
        NoSuchTree: there are fewer leaves than that.
    """
    seq = seal_queries.leaf_of_transaction(transaction_id)
    _known(tree_size)
    if seq is None or seq >= tree_size:
        raise NotSealedYet(tree_size)
    return seq, merkle.inclusion_proof(seq, tree_size, seal_queries.read_nodes)


def consistency(first: int, second: int) -> list[bytes]:
    """Return the hashes that prove the tree of `first` leaves to begin that of `second`.

    Raises:
        NoSuchTree: `first` is not from 1 to `second`, or there are fewer leaves than `second`.
    """
    _known(second)
    if not 0 < first <= second:
        raise NoSuchTree(second)
    return merkle.consistency_proof(first, second, seal_queries.read_nodes)


def checkpoint_last() -> CheckpointRow | None:
    """Return the latest checkpoint, the one of most leaves."""
    return seal_queries.last_checkpoint()


def checkpoint_at(tree_size: int) -> CheckpointRow | None:
    """Return the checkpoint of just `tree_size` leaves, if one was signed."""
    return seal_queries.checkpoint_at(tree_size)


def checkpoint_covering(seq: int) -> CheckpointRow | None:
    """Return the earliest checkpoint that has the leaf `seq`."""
    return seal_queries.checkpoint_covering(seq)


def owners_of(transaction_id: int) -> Sequence[str]:
    """Return whose accounts the transaction moved."""
    return sorted(seal_queries.owners_of(transaction_id))


def _known(tree_size: int) -> None:
    size = seal_queries.tree_size()
    if not 0 < tree_size <= size:
        raise NoSuchTree(size)
