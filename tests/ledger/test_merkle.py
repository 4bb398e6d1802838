"""The tree against the published vectors of RFC 6962 and 9162, and against a plain recursion."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentive.ledger import merkle
from incentive.ledger.merkle import Node, Run

# The eight leaves of Certificate Transparency's reference tests, with roots by size and proofs.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}


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
