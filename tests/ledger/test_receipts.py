"""Receipts prove a transaction offline; whatever is changed in one is found."""

import json
import os
import re
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentive.ledger.export_format import Owner
from incentive.ledger.receipt_format import Receipt, _base45
from incentive.ledger.verifier.proofs import Wrong, read_keys
from incentive.ledger.verifier.receipts import read_receipt, unpack
from tests.ledger import exported
from tests.ledger.exported import Account

KEYS = read_keys(exported.verifier_key())
BOOKS = exported.books()
PERSON = Account(2, "person:2", 1)


def receipt(seq=1, size=9, **changes):
    proof = exported.inclusion(BOOKS.hashes(size), seq)
    owners = [Owner("person:3", Account(3, "", 1).salt)]
    leaf, opening = BOOKS.leaves[seq], BOOKS.openings[seq]
    made = Receipt(seq + 1, seq, leaf, proof, BOOKS.notes[size], owners, opening)
    return replace(made, **changes)


def refusal(text, keys=KEYS):
    with pytest.raises(Wrong) as refused:
        read_receipt(text, keys)
    return str(refused.value)


def test_a_receipt_proves_its_transaction_and_says_what_it_moved():
    found = read_receipt(receipt().json().decode(), KEYS)
    assert (found.seq, found.transaction, found.kind, found.checkpoint.size) == (1, 2, "award", 9)
    assert [(e.owner, e.amount, e.purpose, e.balance) for e in found.entries] == [
        ("", -15, "issuance", None),
        ("person:3", 15, "available", 15),
    ]
    assert found.posted_at == exported.T0
    assert found.memo == ("person:worker", "")


def test_its_code_says_the_same():
    made = receipt()
    assert unpack(made.code()) == made.json()
    assert read_receipt(f"{made.code()}\n", KEYS) == read_receipt(made.json().decode(), KEYS)


def test_every_size_and_place_has_its_receipt():
    for size in BOOKS.notes:
        for seq in range(size):
            if seq != 5:
                made = receipt(seq, size, owners=[])
                assert read_receipt(made.json().decode(), KEYS).seq == seq


def test_without_openings_it_proves_as_much_and_names_nobody():
    found = read_receipt(receipt(owners=[], memo=b"").json().decode(), KEYS)
    assert ({entry.owner for entry in found.entries}, found.memo) == ({""}, None)


OTHER = read_keys(exported.verifier_key(exported.OTHER_KEY))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"seq": 2}, "not in the tree of the checkpoint, or was changed"),
        ({"seq": 9}, "the inclusion proof is too"),
        ({"leaf": BOOKS.leaves[2]}, "not in the tree of the checkpoint, or was changed"),
        ({"proof": []}, "proof is too short"),
        ({"checkpoint": BOOKS.notes[4]}, "proof is too long"),
        ({"checkpoint": BOOKS.notes[9].replace("\n9\n", "\n8\n")}, "signature .* is false"),
        ({"checkpoint": "nothing"}, "no checkpoint"),
        ({"owners": [Owner("person:9", b"salt")]}, "no account .* is committed to the owner"),
        ({"memo": exported.memo_opening(reason="another")}, "who acted and why is not what was"),
        ({"leaf": BOOKS.leaves[5], "seq": 5, "proof": exported.inclusion(BOOKS.hashes(), 5),
          "owners": []}, "no transaction of version 1"),
    ],
)  # fmt: skip
def test_what_does_not_hold_together_is_refused_with_the_reason(changes, what):
    assert re.search(what, refusal(replace(receipt(), **changes).json().decode()))


def test_a_wrong_key_and_another_jurisdiction_are_refused():
    assert "not signed by the key given" in refusal(receipt().json().decode(), OTHER)
    theirs = read_keys(exported.verifier_key(exported.OTHER_KEY, "incentive.test/other"))
    assert "of another ledger" in refusal(receipt().json().decode(), theirs)


@given(st.data())
def test_a_change_anywhere_in_the_json_is_found_or_says_the_same(data):
    text = receipt().json()
    at = data.draw(st.integers(0, len(text) - 1))
    changed = bytearray(text)
    changed[at] ^= data.draw(st.integers(1, 255))
    try:
        found = read_receipt(changed.decode("latin-1"), KEYS)
    except Wrong:
        return
    assert found == read_receipt(text.decode(), KEYS)


@given(st.data())
def test_a_change_anywhere_in_the_code_is_found(data):
    code = receipt().code()
    at = data.draw(st.integers(0, len(code) - 1))
    letter = data.draw(st.sampled_from("0A $:Zé"))
    changed = code[:at] + letter + code[at + 1 :]
    if changed != code:
        refusal(changed)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "IR1:", "IR1:A", "IR1:::::", "[" * 100_000, "null"]
)
def test_what_is_no_receipt_is_refused(text):
    assert "no receipt" in refusal(text)


def test_a_code_that_swells_is_refused():
    bomb = "IR1:" + _base45(zlib.compress(b"0" * 10_000_000, 9))
    assert "cut short, or too long" in refusal(bomb)


def test_fields_of_another_kind_are_refused():
    given = json.loads(receipt().json())
    for name in given:
        assert "just the fields" in refusal(json.dumps(given | {name: None}))
    assert "version 1" in refusal(json.dumps(given | {"version": 2}))
    assert "an owner has" in refusal(json.dumps(given | {"owners": [{"owner": "x"}]}))


def test_the_code_of_a_receipt_among_ten_million_rows_fits_well_into_a_qr_code():
    made = replace(
        receipt(),
        seq=8_765_432,
        leaf=BOOKS.leaves[4] + os.urandom(60),
        proof=[os.urandom(32) for _ in range(24)],
        checkpoint=exported.note(
            9_876_543, os.urandom(32), origin="incentive/default/0123456789ab"
        ),
        owners=[Owner("person:0193f5c8-1111-7222-8333-444455556666", os.urandom(16))] * 2,
        memo=exported.memo_opening("person:0193f5c8-1111-7222-8333-444455556666", "补记三月的服务"),
    )
    packed = zlib.compress(made.json(), 9)
    # A code of level L holds 2,953 bytes, or 4,296 of its own letters.
    assert len(packed) < 1_800
    assert len(made.code()) == 4 + len(packed) // 2 * 3 + len(packed) % 2 * 2
