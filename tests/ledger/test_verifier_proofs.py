"""Published answers of RFC 6962/9162 trees, and proofs made from the RFC's own definitions."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from incentive.ledger.verifier.proofs import (
    Tree,
    Wrong,
    check_consistency,
    inclusion_root,
    leaf_hash,
    open_checkpoint,
    read_keys,
)
from tests.ledger import exported as sealed
from tests.ledger.vectors import CONSISTENCY, INCLUSION, LEAVES, ROOTS, unhex

HASHES = [leaf_hash(leaf) for leaf in LEAVES]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size):
    at_once, one_by_one = Tree(), Tree()
    at_once.extend(HASHES[:size])
    for each in HASHES[:size]:
        one_by_one.extend([each])
    assert at_once.root().hex() == one_by_one.root().hex() == ROOTS[size]


@pytest.mark.parametrize(("seq", "size"), INCLUSION)
def test_published_inclusion_proofs_hold(seq, size):
    proof = unhex(INCLUSION[seq, size])
    assert inclusion_root(HASHES[seq], seq, size, proof).hex() == ROOTS[size]
    assert sealed.inclusion(HASHES[:size], seq) == proof


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_published_consistency_proofs_hold(first, second):
    proof = unhex(CONSISTENCY[first, second])
    roots = unhex([ROOTS[first], ROOTS[second]])
    check_consistency(first, roots[0], second, roots[1], proof)
    assert sealed.consistency(HASHES[:second], first) == proof


def test_every_proof_of_every_small_tree_holds_and_no_other_does():
    hashes = [leaf_hash(b"%d" % n) for n in range(21)]
    roots = [sealed.root(hashes[:size]) for size in range(22)]
    for size in range(1, 22):
        for seq in range(size):
            proof = sealed.inclusion(hashes[:size], seq)
            assert inclusion_root(hashes[seq], seq, size, proof) == roots[size]
            for wrong in ([*proof, hashes[0]], proof[1:], [hashes[20], *proof[1:]]):
                assert wrong == proof or not included(hashes[seq], seq, size, wrong, roots)
            assert not included(hashes[seq], size, size, proof, roots)
        for first in range(1, size + 1):
            proof = sealed.consistency(hashes[:size], first)
            check_consistency(first, roots[first], size, roots[size], proof)
            for wrong in ([*proof, hashes[0]], proof[1:], [hashes[20], *proof[1:]]):
                if wrong != proof:
                    with pytest.raises(Wrong):
                        check_consistency(first, roots[first], size, roots[size], wrong)
            with pytest.raises(Wrong):
                check_consistency(first, roots[first - 1], size, roots[size], proof)


def included(leaf, seq, size, proof, roots):
    try:
        return inclusion_root(leaf, seq, size, proof) == roots[size]
    except Wrong:
        return False


@pytest.mark.parametrize("start", range(21))
def test_a_tree_goes_on_from_the_frontier_of_any_beginning(start):
    hashes = [leaf_hash(b"%d" % n) for n in range(21)]
    tree = Tree(start, sealed.frontier(hashes[:start]))
    assert tree.root() == sealed.root(hashes[:start])
    tree.extend(hashes[start:])
    assert (tree.size, tree.root()) == (21, sealed.root(hashes))


def test_a_frontier_of_another_size_is_refused():
    with pytest.raises(Wrong, match="3 rows have 2 full subtrees"):
        Tree(3, [bytes(32)])


KEYS = read_keys(sealed.verifier_key())


def test_a_checkpoint_says_what_was_signed():
    found = open_checkpoint(sealed.note(7, bytes(32)), KEYS)
    assert (found.origin, found.size, found.root, found.at) == (
        sealed.ORIGIN, 7, bytes(32), sealed.T0,
    )  # fmt: skip


def test_a_key_in_pem_verifies_too():
    pem = sealed.KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert open_checkpoint(sealed.note(7, bytes(32)), read_keys(pem.decode())).size == 7


def test_a_checkpoint_signed_by_the_old_key_and_the_new_is_known_to_both():
    note = sealed.note(7, bytes(32), keys=(sealed.KEY, sealed.OTHER_KEY))
    for key in (sealed.KEY, sealed.OTHER_KEY):
        assert open_checkpoint(note, read_keys(sealed.verifier_key(key))).size == 7


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (sealed.note(7, bytes(32), keys=(sealed.OTHER_KEY,)), "not signed by the key given"),
        (
            sealed.note(7, bytes(32), origin="another.town/ledger"),
            "of another ledger, another.town",
        ),
        (sealed.note(7, bytes(32), origin="another.town/ledger", name=sealed.ORIGIN), "of another"),
        (sealed.note(7, bytes(32)).replace("\n7\n", "\n8\n"), "signature .* is false"),
        (sealed.note(7, bytes(32)).replace("\n7\n", "\n07\n"), "no checkpoint"),
        (sealed.note(7, bytes(32)).replace("Z\n", "Z\nmore\n"), "no checkpoint"),
        (sealed.note(7, bytes(32)) + "\n", "no checkpoint"),
        (sealed.note(7, bytes(32)).rstrip("\n"), "no checkpoint"),
        (sealed.note(7, bytes(32), keys=()), "no checkpoint"),
        ("", "no checkpoint"),
    ],
)
def test_what_is_no_checkpoint_of_this_ledger_is_refused_with_the_reason(note, reason):
    with pytest.raises(Wrong, match=reason):
        open_checkpoint(note, KEYS)


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PUBLIC KEY-----\nnothing\n-----END PUBLIC KEY-----\n",
        "name+00000000+AAAA",
        sealed.verifier_key().replace("ledger", "lodger"),
        sealed.verifier_key()[:-4],
        "plain words",
    ],
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(Wrong):
        read_keys(text)
