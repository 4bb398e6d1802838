"""Files that somebody made to deceive or to break the verifier: refused in words, never by a fall."""

import io
import json
import struct
from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from incentive.ledger.export_format import Owner
from incentive.ledger.receipt_format import Receipt
from incentive.ledger.verifier import proofs, rows, words
from incentive.ledger.verifier.exports import MANY, Verifier
from incentive.ledger.verifier.proofs import Wrong, read_keys
from incentive.ledger.verifier.receipts import read_receipt
from tests.ledger import exported
from tests.ledger.exported import T0, Account, Sealed, books

KEYS = read_keys(exported.verifier_key())
BOOKS = books()
WHOLE = BOOKS.export(memos=True)
FIRST, REST = WHOLE.split(b"\n", 1)
HEADER = json.loads(FIRST)


def verify(data, keys=KEYS, since=None):
    return Verifier(keys, since).read(io.BytesIO(data))


def refusal(data, **options):
    with pytest.raises(Wrong) as refused:
        verify(data, **options)
    said = str(refused.value)
    assert said.isprintable(), "a terminal would obey it"
    return said


def attempted(reading):
    """What `reading` returns, or why it refuses."""
    try:
        return reading()
    except Wrong as wrong:
        return str(wrong)


def with_header(**changes):
    """The whole export with another first line, and the sum that then belongs to it."""
    line = json.dumps(HEADER | changes).encode() + b"\n"
    owners = REST[REST.index(b'{"owner"') : REST.rindex(b'{"sha256"')]
    last = json.dumps({"sha256": sha256(line + owners).hexdigest()}).encode() + b"\n"
    return line + REST[: REST.rindex(b'{"sha256"')] + last


def forger(size, text, time="2026-11-24T08:00:00Z"):
    """A note that the forger's own key signs, and which says `text` as its origin."""
    body = f"{text}\n{size}\n{exported.b64(exported.root(BOOKS.hashes(size)))}\n{time}\n"
    mark = exported.key_id(exported.OTHER_KEY, exported.ORIGIN)
    signature = exported.b64(mark + exported.OTHER_KEY.sign(body.encode()))
    return f"{body}\n— {exported.ORIGIN} {signature}\n"


FORGERS = [exported.verifier_key(), exported.verifier_key(exported.OTHER_KEY)]
ODD = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20)
    | st.integers(-(10**40), 10**40) | st.sampled_from(["\ud800", "\x00", "\x1b[2J", "A" * 44]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)  # fmt: skip


@given(st.sampled_from(sorted(HEADER)), ODD, st.integers(0, 3))
def test_whatever_stands_in_the_first_line_it_is_refused_in_words_or_changes_nothing(
    name, odd, place
):
    changed = odd
    if isinstance(HEADER[name], list) and place:
        changed = [*HEADER[name][: place - 1], odd, *HEADER[name][place:]]
    said = attempted(lambda: verify(with_header(**{name: changed})))
    if isinstance(said, str):
        assert said.isprintable()
    else:
        assert (said.checkpoint.size, said.entries) == (9, 16)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"consistency": [[]]}, "the consistency proof is of no checkpoint here"),
        ({"consistency": [4.0]}, "the consistency proof is of no checkpoint here"),
        ({"checkpoints": HEADER["checkpoints"] * MANY}, "more checkpoints or keys"),
        ({"keys": HEADER["keys"] * (MANY + 1)}, "more checkpoints or keys"),
        ({"keys": ["name\ud800+00000000+AAAA"]}, "no Ed25519 verifier key"),
        ({"checkpoints": [HEADER["checkpoints"][-1].replace("test", "\ud800")]}, "no checkpoint"),
        ({"checkpoints": [HEADER["checkpoints"][-1].replace("test", "\x1b[2J")]}, "no checkpoint"),
        ({"checkpoints": [HEADER["checkpoints"][-1] + "— a AAAA\n" * 900]}, "no checkpoint"),
        (
            {
                "keys": FORGERS,
                "checkpoints": [
                    forger(4, exported.ORIGIN, "2026-99-99T08:00:00Z"),
                    HEADER["checkpoints"][-1],
                ],
            },
            "no day or time that there is",
        ),
        (
            {
                "keys": FORGERS,
                "checkpoints": [
                    forger(4, exported.ORIGIN, "２０26-11-24T08:00:00Z"),
                    HEADER["checkpoints"][-1],
                ],
            },
            "no checkpoint",
        ),
    ],
)
def test_a_first_line_made_to_break_the_verifier_is_refused_with_the_reason(changes, what):
    assert what in refusal(with_header(**changes))


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 200_000,
        b'{"from":1' + b"0" * 5_000 + b"}",
        b'{"a":1e400}',
        b"\xff\xfe\x00",
        b"\x00" * 100,
        b"PK\x03\x04" + bytes(100),
        b"\x1f\x8b\x08" + bytes(100),
        FIRST.replace(b'"to":9', b'"to":1' + b"0" * 400),
        FIRST.replace(b'"to":9', b'"to":9e0'),
        FIRST.replace(b"default", b"d\xffult"),
    ],
)
def test_what_is_no_first_line_is_refused(line):
    refusal(line + b"\n" + REST)


def test_a_line_without_an_end_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(rows, "LINE", 1 << 12)
    monkeypatch.setattr(rows, "READ", 1 << 10)
    endless = io.BytesIO(WHOLE[: WHOLE.rindex(b'{"sha256"')] + b" " * (1 << 16))
    with pytest.raises(Wrong, match="no line is so long"):
        Verifier(KEYS).read(endless)
    assert endless.tell() < len(WHOLE) + (1 << 14)


def test_a_row_said_to_be_gigantic_is_not_read():
    at = len(FIRST) + 1
    swollen = WHOLE[:at] + struct.pack(">I", 0xFFFFFFFF) + WHOLE[at + 4 :]
    assert refusal(swollen) == "seq 0: the file is damaged: no row is so long"


# What belongs to another


def test_the_right_key_under_another_name_is_of_another_ledger():
    renamed = read_keys(exported.verifier_key(name="incentive.test/ledger/second"))
    said = refusal(WHOLE, keys=renamed)
    assert "another ledger, incentive.test/ledger/default" in said


def test_the_rows_of_another_history_after_our_own_are_found():
    other = books()
    other.leaves[7] = other.leaves[7].replace(b"record:7", b"record:9")
    mixed = [*BOOKS.rows(0, 6), *other.rows(6, 9)]
    assert refusal(BOOKS.export(rows=mixed)).startswith(
        "rows 6 to 8 do not give the root of its checkpoint of 9 rows"
    )


def test_a_tail_rewritten_and_signed_with_the_stolen_key_is_found_by_what_an_outsider_kept():
    stolen = books()
    for at in (5, 6):
        stolen.leaves[at] = stolen.leaves[at][:-1] + b"!"
    for size in (6, 9):
        stolen.notes[size] = exported.note(size, exported.root(stolen.hashes(size)))
    assert verify(stolen.export()).checkpoints == 3
    assert verify(stolen.export(), since=BOOKS.notes[4]).checkpoints == 3
    for size in (6, 9):
        assert refusal(stolen.export(), since=BOOKS.notes[size]).startswith(
            f"rows 0 to {size - 1} do not give the root of your checkpoint of {size} rows"
        )


# What an exporter says of the time before


def deleted_before_sealing():
    """Books of which the first award was deleted before it was sealed."""
    made = Sealed()
    issuance, person = Account(1, "region:1", 3), Account(2, "person:2", 1)
    for amount in (15, 20):
        made.post((issuance, -amount), (person, amount))
    del made.leaves[0], made.openings[0]
    made.checkpoint(at=T0 + timedelta(days=2))
    return made


def test_whoever_exports_from_the_first_row_on_has_no_opening_balances():
    made = deleted_before_sealing()
    missing = "version 1 of account 2, on which it builds, is missing"
    assert missing in refusal(made.export())
    assert missing in refusal(made.export(openings=[(2, 1, 15, 15)]))


def test_nor_are_they_believed_after_a_file_of_audit_records_alone():
    made = deleted_before_sealing()
    made.leaves.insert(0, exported.audit_leaf(1))
    made.openings.insert(0, b"salted texts")
    made.notes.clear()
    for size in (1, 2):
        made.notes[size] = exported.note(
            size, exported.root(made.hashes(size)), at=T0 + timedelta(days=2)
        )
    verifier = Verifier(KEYS)
    verifier.read(io.BytesIO(made.export(0, 1)))
    with pytest.raises(Wrong, match="version 1 of account 2"):
        verifier.read(io.BytesIO(made.export(1, openings=[(2, 1, 15, 15)])))


def test_exports_that_begin_later_are_proved_one_after_the_other():
    verifier = Verifier(KEYS, BOOKS.notes[4])
    verifier.read(io.BytesIO(BOOKS.export(4, 6, openings=[(2, 2, 35, 20)])))
    found = verifier.read(io.BytesIO(BOOKS.export(6, 9, openings=[
        (2, 3, 25, -10), (3, 2, 35, 20), (4, 1, 10, 10)])))  # fmt: skip
    assert (found.checkpoint.size, found.waiting, verifier.books.whole) == (9, 0, False)


def test_a_second_file_does_not_say_anew_what_the_first_proved():
    verifier = Verifier(KEYS)
    verifier.read(io.BytesIO(BOOKS.export(4, 6, openings=[(2, 2, 35, 20)])))
    found = verifier.read(io.BytesIO(BOOKS.export(6, 9, openings=[
        (2, 3, 99, -10), (3, 2, 35, 20), (4, 1, 99, 10)])))  # fmt: skip
    assert (found.checkpoint.size, found.waiting) == (9, 0)


# What was signed, and is of no time


@pytest.mark.parametrize("microseconds", [(1 << 63) - 1, -(1 << 63)])
def test_a_row_of_a_time_that_no_calendar_has_breaks_nothing(microseconds):
    made = Sealed()
    leaf = bytearray(exported.transaction_leaf(9, [
        (Account(1, "region:1", 3), -5, -1, -1), (Account(2, "person:2", 1), 5, 10, 2),
    ]))  # fmt: skip
    leaf[18:26] = microseconds.to_bytes(8, "big", signed=True)
    made.add(bytes(leaf))
    made.checkpoint()
    if microseconds > 0:
        assert verify(made.export()).waiting == 1
    else:
        assert "is missing" in refusal(made.export())
    proof = Receipt(9, 0, bytes(leaf), [], made.notes[1], [], b"")
    with pytest.raises(Wrong, match="a time is outside of the calendar"):
        read_receipt(proof.json().decode(), KEYS)


# Keys and texts


@pytest.mark.parametrize(
    "private", [ec.generate_private_key(ec.SECP256R1()), x25519.X25519PrivateKey.generate()]
)
def test_a_key_of_another_kind_is_refused(private):
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(Wrong, match="not an Ed25519 public key"):
        read_keys(pem.decode())


def test_a_key_of_an_unheard_of_kind_is_refused():
    sequence = bytes.fromhex("301a300b0609608648018601020304030b00") + bytes(10)
    pem = f"-----BEGIN PUBLIC KEY-----\n{exported.b64(sequence)}\n-----END PUBLIC KEY-----\n"
    with pytest.raises(Wrong, match="not readable PEM"):
        read_keys(pem)


def test_a_file_too_long_to_be_a_key_or_a_receipt_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(words, "LONG", 1000)
    long = tmp_path / "long"
    long.write_text("[" * 2000, encoding="utf-8")
    key, export = exported.verifier_key(), tmp_path / "export"
    export.write_bytes(WHOLE)
    for attempt in (
        lambda: words.verify_receipt(long, [key]),
        lambda: words.verify([export], [str(long)], None),
        lambda: words.verify([export], [key], long),
    ):
        with pytest.raises(Wrong, match="is too long to be"):
            list(attempt())


def test_a_reason_does_not_write_lines_of_its_own_or_command_the_terminal(tmp_path):
    made = Sealed()
    opening = exported.memo_opening(reason="好\n  +500 points\x1b[2J\u202e")
    moves = [(Account(1, "region:1", 3), -5, -1, -1), (Account(2, "person:2", 1), 5, 5, 1)]
    made.add(exported.transaction_leaf(1, moves, opening=opening, kind="a\x1b[31m"), opening)
    made.checkpoint()
    owners = [Owner("person:2", Account(2, "", 1).salt)]
    proof = Receipt(1, 0, made.leaves[0], [], made.notes[1], owners, opening)
    (tmp_path / "receipt").write_bytes(proof.json())
    said = list(words.verify_receipt(tmp_path / "receipt", [exported.verifier_key()]))
    assert all(line.isprintable() for line in said)
    assert said[-1] == r"  by person:worker, 好\n  +500 points\x1b[2J\u202e"


@given(st.text(max_size=300))
def test_no_text_at_all_breaks_the_reading_of_a_checkpoint_or_a_key(text):
    for reading in (lambda: proofs.open_checkpoint(text, KEYS), lambda: read_keys(text)):
        said = attempted(reading)
        assert not isinstance(said, str) or said.isprintable()
