"""The tree against the published vectors of RFC 6962 and 9162, and against a plain recursion."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentive.ledger import merkle
from incentive.ledger.merkle import Node, Run
from tests.ledger.vectors import CONSISTENCY, INCLUSION, LEAVES, ROOTS


def mth(leaves):
    """RFC 9162, 2.1.1, to the letter."""
    if len(leaves) <= 1:
        return sha256(b"\x00" + leaves[0]).digest() if leaves else sha256(b"").digest()
    k = split(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def path(m, leaves):
    """RFC 9162, 2.1.3.1, to the letter."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def proof(m, leaves, *, whole=True):
    """RFC 9162, 2.1.4.1, to the letter."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*proof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*proof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def reader(leaves):
    def read(wanted):
        return {
            Node(level, at): mth(leaves[at << level : (at + 1) << level]) for level, at in wanted
        }

    return read


@st.composite
def trees(draw):
    size = draw(st.integers(1, 90))
    return [bytes([n]) for n in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size):
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES[:size]]
    assert merkle.root(hashes).hex() == ROOTS[size]
    if size:
        assert merkle.root_at(size, reader(LEAVES)).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index, size):
    found = merkle.inclusion_proof(index, size, reader(LEAVES))
    assert [each.hex() for each in found] == INCLUSION[index, size]


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(first, second):
    found = merkle.consistency_proof(first, second, reader(LEAVES))
    assert [each.hex() for each in found] == CONSISTENCY[first, second]


@given(trees(), st.data())
def test_an_inclusion_proof_is_what_the_recursion_says(leaves, data):
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    assert merkle.inclusion_proof(index, size, reader(leaves)) == path(index, leaves[:size])


@given(trees(), st.data())
def test_a_consistency_proof_is_what_the_recursion_says(leaves, data):
    second = data.draw(st.integers(1, len(leaves)))
    first = data.draw(st.integers(1, second))
    assert merkle.consistency_proof(first, second, reader(leaves)) == proof(first, leaves[:second])


@given(trees())
def test_a_tree_that_grows_has_the_root_of_each_size(leaves):
    tree = merkle.CompactRange()
    for size, leaf in enumerate(leaves, 1):
        tree.append(merkle.leaf_hash(leaf))
        assert tree.root() == mth(leaves[:size])


@given(st.integers(1, 5000))
def test_a_tree_is_made_of_few_nodes(size):
    nodes = list(merkle.nodes_of(Run(0, size)))
    assert len(nodes) == size.bit_count()
    assert sum(1 << node.level for node in nodes) == size


def test_parents_of_an_odd_number_leave_the_last_alone():
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES[:5]]
    assert merkle.parents(b"".join(hashes)) == (
        merkle.node_hash(*hashes[:2]) + merkle.node_hash(*hashes[2:4])
    )


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_a_leaf_outside_the_tree_has_no_proof(index, size):
    with pytest.raises(ValueError, match="not among"):
        merkle.inclusion_proof(index, size, reader(LEAVES))


@pytest.mark.parametrize(("first", "second"), [(0, 5), (6, 5), (-1, 2)])
def test_only_a_tree_that_came_before_has_a_consistency_proof(first, second):
    with pytest.raises(ValueError, match="does not begin"):
        merkle.consistency_proof(first, second, reader(LEAVES))
