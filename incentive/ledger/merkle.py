"""The Merkle tree of RFC 9162, section 2.1: hashes, roots, and what proofs are made of.

Pure: whoever asks for a proof gives a reader of nodes. A node is a full subtree, named by its
level (0: a leaf) and its position among those of its level, from the left. Every part of a tree
that a root or a proof speaks of is a run of leaves [start, stop), and a run is a few nodes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from struct import Struct
from typing import Final, NamedTuple

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"
_PAIR: Final = Struct(f"{2 * HASH_BYTES}s")


class Node(NamedTuple):
    """A full subtree of 2 ** `level` leaves, the `position`-th of its level from 0."""

    level: int
    position: int


class Run(NamedTuple):
    """The leaves from `start` up to, not including, `stop`."""

    start: int
    stop: int


ReadNodes = Callable[[Sequence[Node]], Mapping[Node, bytes]]


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf's bytes."""
    return sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two others."""
    return sha256(_NODE + left + right).digest()


def parents(hashes: bytes) -> bytes:
    """Return the nodes above `hashes`, both as hashes one after the other; a last odd one has none."""
    whole = memoryview(hashes)[: len(hashes) // _PAIR.size * _PAIR.size]
    return b"".join([sha256(_NODE + pair).digest() for (pair,) in _PAIR.iter_unpack(whole)])


def root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    tree = CompactRange()
    for each in hashes:
        tree.append(each)
    return tree.root()


class CompactRange:
    """A tree that grows to the right and remembers only its full subtrees, the largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []

    @property
    def full(self) -> tuple[bytes, ...]:
        """The hashes of the full subtrees, the largest first."""
        return tuple(self._full)

    def append(self, hash_: bytes) -> None:
        """Add one leaf's hash, or, all along, one of subtrees of the same size."""
        self._full.append(hash_)
        self.size += 1
        for _ in range((self.size & -self.size).bit_length() - 1):
            right = self._full.pop()
            self._full.append(node_hash(self._full.pop(), right))

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        return fold(self._full)


def fold(full: Sequence[bytes]) -> bytes:
    """Return the hash over neighbouring full subtrees, the largest first."""
    if not full:
        return EMPTY_ROOT
    result = full[-1]
    for left in reversed(full[:-1]):
        result = node_hash(left, result)
    return result


def nodes_of(run: Run) -> Iterator[Node]:
    """Yield the full subtrees of `run`, the largest first. It starts where such a run can start."""
    at, left = run.start, run.stop - run.start
    while left:
        level = left.bit_length() - 1
        yield Node(level, at >> level)
        at += 1 << level
        left -= 1 << level


def root_at(size: int, read: ReadNodes) -> bytes:
    """Return the root of the tree's first `size` leaves."""
    return _hashes([Run(0, size)], read)[0]


def inclusion_proof(index: int, size: int, read: ReadNodes) -> list[bytes]:
    """Return the hashes that lead from leaf `index` to the root of the first `size` leaves.

    Raises:
        ValueError: there is no such leaf among them.
    """
    if not 0 <= index < size:
        raise ValueError(f"Leaf {index} is not among the first {size}.")
    return _hashes(_beside(index, Run(0, size)), read)


def consistency_proof(first: int, second: int, read: ReadNodes) -> list[bytes]:
    """Return the hashes that prove the first `first` leaves to begin the first `second`.

    Raises:
        ValueError: `first` is not from 1 to `second`.
    """
    if not 0 < first <= second:
        raise ValueError(f"A tree of {first} does not begin one of {second}.")
    if first == second:
        return []
    runs = _beside(first - 1, Run(0, second), until=first)
    return _hashes(runs, read)


def _beside(index: int, whole: Run, until: int | None = None) -> list[Run]:
    """Return the runs beside the way from the root to leaf `index`, the lowest first.

    With `until` the way ends at the subtree that stops there, which the reader of the proof
    knows if it is the whole first tree, and is else given as well.
    """
    start, stop = whole
    beside: list[Run] = []
    while stop - start > 1 and stop != until:
        middle = start + (1 << (stop - start - 1).bit_length() - 1)
        if index < middle:
            beside.append(Run(middle, stop))
            stop = middle
        else:
            beside.append(Run(start, middle))
            start = middle
    if until is not None and start > whole.start:
        beside.append(Run(start, stop))
    return beside[::-1]


def _hashes(runs: Sequence[Run], read: ReadNodes) -> list[bytes]:
    """Return the hash over each run, reading all nodes at once."""
    parts = [list(nodes_of(run)) for run in runs]
    known = read([node for part in parts for node in part])
    return [fold([known[node] for node in part]) for part in parts]
