"""The night also sees what was smuggled in beside the rows: keys, and checkpoints signed anew."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incentive.core.db import transaction
from incentive.ledger import checks, jobs, notes, seal_keys
from incentive.seals.commands import commands
from tests.ledger.sealed import post, seal
from tests.ledger.test_tampering import tamper

KEYS = "every key of the checkpoints is what its id says, and somebody made it"
DELIVERED = "every checkpoint that was delivered to a file is in the books"


def found(app, name):
    with app.app_context(), transaction():
        return checks.look(checks.named(name)).rows


@pytest.fixture
def sealed(live):
    post(live, "a", "b")
    seal(live)
    post(live, "c")
    seal(live)
    return live


def test_keys_that_were_changed_by_the_command_are_known(sealed):
    for _ in range(2):
        with sealed.app_context():
            assert sealed.test_cli_runner().invoke(commands, ["rotate-key"]).exit_code == 0
    assert found(sealed, KEYS) == []


def test_a_key_smuggled_in_is_named_with_all_it_signs(sealed):
    smuggled = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with sealed.app_context(), transaction():
        own = seal_keys.all_keys()[0]
    key_id = notes.key_id(own.name, smuggled).hex()
    tamper(
        sealed,
        "INSERT INTO seal_keys (id, name, public_key, created_at, retires_at)"
        " SELECT :id, name, :public, created_at + interval '1 s', created_at + interval '2 s'"
        " FROM seal_keys",
        id=key_id,
        public=smuggled,
    )
    (row,) = found(sealed, KEYS)
    assert (row["key"], row["what"]) == (key_id, "no record says who made it")


def test_a_key_put_under_anothers_id_is_named(sealed):
    tamper(sealed, "UPDATE seal_keys SET public_key = sha256(public_key)")
    (row,) = found(sealed, KEYS)
    assert row["what"] == "its id is another key's"


@pytest.mark.parametrize("length", [0, 5])
def test_a_key_of_no_length_breaks_no_other_check(sealed, length):
    tamper(sealed, f"UPDATE seal_keys SET public_key = substr(public_key, 1, {length})")
    assert len(found(sealed, KEYS)) == 1
    signed = found(
        sealed, "every signed checkpoint agrees with the leaves, and its signature holds"
    )
    assert [row["tree_size"] for row in signed] == [2, 3]


@pytest.fixture
def delivered(sealed, tmp_path):
    settings = sealed.config["SETTINGS"]
    sealed.config["SETTINGS"] = replace(settings, checkpoint_dir=str(tmp_path))
    with sealed.app_context():
        jobs.deliver()
    yield tmp_path / "default.checkpoints"
    sealed.config["SETTINGS"] = settings


def test_what_was_delivered_and_is_in_the_books_is_no_fault(sealed, delivered):
    assert found(sealed, DELIVERED) == []
    post(sealed, "d")
    seal(sealed)
    assert found(sealed, DELIVERED) == []


def test_without_a_file_to_deliver_to_there_is_nothing_to_compare(sealed):
    assert found(sealed, DELIVERED) == []


def test_a_tail_rewritten_and_signed_with_the_stolen_key_is_found_by_what_was_delivered(
    sealed, delivered
):
    tamper(
        sealed,
        "UPDATE transactions SET source = 'other' WHERE id = 3",
        "UPDATE leaves l SET hash = sha256('\\x00'::bytea || b.leaf) FROM ledger_leaves(2, 3) b"
        " WHERE b.seq = l.seq",
        "DELETE FROM checkpoints WHERE tree_size = 3",
    )
    seal(sealed)
    with sealed.app_context(), transaction():
        (finding,) = checks.run()
    assert finding.check == DELIVERED
    (row,) = finding.rows
    assert (row["tree_size"], row["what"]) == (3, "the books have another checkpoint here")


def test_a_checkpoint_that_was_delivered_and_is_gone_is_named(sealed, delivered):
    tamper(sealed, "DELETE FROM checkpoints WHERE tree_size = 2")
    (row,) = found(sealed, DELIVERED)
    assert (row["tree_size"], row["what"]) == (2, "the books no longer have it")


def test_a_note_torn_in_writing_is_passed_over_and_the_next_one_read(sealed, delivered):
    whole = delivered.read_bytes()
    first = whole[: whole.index(b"\n\n", whole.index("—".encode())) + 2]
    for torn in range(0, len(first), 7):
        delivered.write_bytes(first[:torn] + b"\n\n" + whole)
        assert found(sealed, DELIVERED) == [], torn
    later = whole.replace(b"\n3\n", b"\n4\n")
    delivered.write_bytes(first[:40] + b"\n\n" + later)
    assert [row["tree_size"] for row in found(sealed, DELIVERED)] == [4]


def test_a_file_of_other_bytes_is_no_checkpoint_and_no_fault(sealed, delivered):
    delivered.write_bytes(b"\xff\x00\n\n\xe2\x80\x94 \n\n" + delivered.read_bytes())
    assert found(sealed, DELIVERED) == []


def test_a_file_that_is_gone_after_a_delivery_is_told(sealed, delivered):
    delivered.unlink()
    (row,) = found(sealed, DELIVERED)
    assert row["what"] == "the file of delivered checkpoints is gone"


def test_checkpoints_of_a_key_changed_meanwhile_are_the_same_checkpoints(sealed, delivered):
    with sealed.app_context():
        runner = sealed.test_cli_runner()
        assert runner.invoke(commands, ["rotate-key", "--overlap-days", "0"]).exit_code == 0
    post(sealed, "d")
    seal(sealed)
    with sealed.app_context():
        jobs.deliver()
    assert found(sealed, DELIVERED) == []
