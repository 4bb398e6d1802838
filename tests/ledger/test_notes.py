import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incentive.ledger import notes
from incentive.ledger.notes import BadNote, Checkpoint, Signer

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SAID = Checkpoint("incentive/default/0a1b", 7, b"r" * 32, NOON)
ONE, OTHER = (
    Signer("incentive/default/0a1b", Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)))
    for n in (1, 2)
)
# From the signed-note format's own description: a key that signs for a public server.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETERS_SIGNATURE = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)


def public(signer):
    return {signer.key_id: signer.key.public_key().public_bytes_raw()}


def test_a_note_is_four_lines_a_gap_and_a_line_for_each_key():
    note = notes.sign(SAID, [ONE, OTHER])
    text, _, signatures = note.partition("\n\n")
    assert text.split("\n") == [
        "incentive/default/0a1b",
        "7",
        base64.b64encode(b"r" * 32).decode(),
        "2026-11-24T12:00:00Z",
    ]
    lines = signatures.splitlines()
    assert [line.split(" ")[:2] for line in lines] == [["—", "incentive/default/0a1b"]] * 2
    assert base64.b64decode(lines[0].split(" ")[2])[:4] == ONE.key_id


def test_what_was_signed_is_read_back_by_either_key():
    note = notes.sign(SAID, [ONE, OTHER])
    for keys in (public(ONE), public(OTHER), public(ONE) | public(OTHER)):
        assert notes.verify(note, keys) == SAID


def test_a_key_is_named_as_the_format_says():
    name, key_id, encoded = PETER.split("+", 2)
    raw = base64.b64decode(encoded)
    assert notes.key_id(name, raw[1:]).hex() == key_id
    assert notes.verifier_key(name, raw[1:]) == PETER
    assert base64.b64decode(PETERS_SIGNATURE)[:4].hex() == key_id


@pytest.mark.parametrize(
    ("old", "new"),
    [("\n7\n", "\n8\n"), ("12:00:00Z", "12:00:01Z"), ("0a1b\n7", "0a1c\n7"), ("cnJy", "cnJz")],
)
def test_a_changed_text_is_found(old, new):
    note = notes.sign(SAID, [ONE])
    assert old in note
    with pytest.raises(BadNote, match="false"):
        notes.verify(note.replace(old, new, 1), public(ONE))


def test_one_false_signature_spoils_a_good_one():
    mixed = notes.sign(SAID, [ONE]) + OTHER.line("another text\n")
    with pytest.raises(BadNote, match=OTHER.key_id.hex()):
        notes.verify(mixed, public(ONE) | public(OTHER))


def test_nobody_elses_signature_counts():
    with pytest.raises(BadNote, match="known keys"):
        notes.verify(notes.sign(SAID, [OTHER]), public(ONE))


@pytest.mark.parametrize(
    "note",
    [
        "",
        "no signatures\n",
        "a\n1\n!!\nnever\n\n— a AAAA\n",
        "a\n1\nAAAA\n2026-11-24T12:00:00Z\n\n- a AAAA\n",
        "a\n01\nAAAA\n2026-11-24T12:00:00Z\n\n— a AAAA\n",
        "a\n1\nAAAA\n2026-11-24 12:00\n\n— a AAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(note):
    with pytest.raises(BadNote):
        notes.verify(note, public(ONE))
