"""Whoever gets past every rule, as superuser, is found out, and the row is named."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from incentive.core.db import session, transaction
from incentive.ledger import checks, merkle, notes, seal_checks
from tests.ledger.sealed import ask, post, post_many, seal, tamper

CHANGED = "every sealed row is still what it was when it was sealed"
ORDER = "leaves are numbered from 0 without a gap, and follow the order of posting"
MISSING = "everything that was posted before the last sealing has a leaf"
SIGNED = "every signed checkpoint agrees with the leaves, and its signature holds"
NODES = "the kept nodes of the tree are what is below them"
OWNER = "every account is still its owner's"
AUDIT = "INSERT INTO audit_entries (actor, action, subject) VALUES ('person:1', 'role.grant', 'p')"


@pytest.fixture
def sealed(live):
    """Six transactions and an audit line under two checkpoints, of 3 and of 7 leaves."""
    post(live, "a", "b", "c")
    seal(live)
    post(live, "d", "e", "f")
    with live.app_context(), transaction():
        session().execute(text(AUDIT))
    seal(live)
    return live


def found(app):
    """The rows that the checks of the seals find, by check."""
    wanted = (CHANGED, ORDER, MISSING, SIGNED, NODES, OWNER)
    with app.app_context(), transaction():
        outcomes = {name: checks.look(checks.named(name)) for name in wanted}
    return {name: outcome.rows for name, outcome in outcomes.items() if not outcome.clean}


def only(rows):
    (row,) = rows
    return row


def test_honest_books_are_clean(sealed):
    assert found(sealed) == {}


def test_books_that_were_never_sealed_are_clean(live):
    post(live, "a")
    assert found(live) == {}


def test_rows_that_wait_for_the_next_sealing_are_no_fault(sealed):
    post(sealed, "g")
    assert found(sealed) == {}


@pytest.mark.parametrize("kind", ["T", "L"])
def test_a_leaf_whose_memo_was_changed_is_named_while_the_texts_are_still_there(sealed, kind):
    tamper(
        sealed, "UPDATE leaves SET memo = sha256(memo) WHERE kind = :kind AND ref = 1", kind=kind
    )
    row = only(found(sealed)[CHANGED])
    assert (row["kind"], row["ref"]) == (kind, 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET amount = amount + 1 WHERE transaction_id = :id AND line = 1",
        "UPDATE entries SET balance = balance + 1 WHERE transaction_id = :id AND line = 2",
        "DELETE FROM entries WHERE transaction_id = :id AND line = 2",
        "INSERT INTO entries (transaction_id, line, account_id, amount) VALUES (:id, 3, 1, 1)",
        "UPDATE transactions SET reason = 'nicer' WHERE id = :id",
        "UPDATE transactions SET actor = 'another' WHERE id = :id",
        "UPDATE transactions SET key = 'x' WHERE id = :id",
        "UPDATE transactions SET effective_on = effective_on - 1 WHERE id = :id",
        "UPDATE transactions SET posted_at = posted_at - interval '1 microsecond' WHERE id = :id",
        "UPDATE transactions SET closes = 1 WHERE id = :id",
        "UPDATE transactions SET request_hash = '\\x00' WHERE id = :id",
        (
            "UPDATE accounts SET commitment = '\\x00' WHERE id ="
            " (SELECT account_id FROM entries WHERE transaction_id = :id AND line = 2)"
        ),
        (
            "UPDATE accounts SET expires_on = '2099-12-31' WHERE id ="
            " (SELECT account_id FROM entries WHERE transaction_id = :id AND line = 2)"
        ),
    ],
)
def test_a_changed_transaction_is_found_and_named(sealed, change):
    ((id_,),) = ask(sealed, "SELECT id FROM transactions WHERE key = 'd'")
    tamper(sealed, change, id=id_)
    row = only(found(sealed)[CHANGED])
    assert (row["seq"], row["kind"], row["ref"]) == (3, "T", id_)


def test_an_account_given_to_another_is_found_and_named(sealed):
    tamper(sealed, "UPDATE accounts SET owner = 'person:thief' WHERE owner = 'person:d'")
    assert only(found(sealed)[OWNER])["owner"] == "person:thief"


def test_a_changed_line_of_the_audit_log_is_found_and_named(sealed):
    tamper(sealed, """UPDATE audit_entries SET after = '{"x": 1}'""")
    assert [(row["seq"], row["kind"]) for row in found(sealed)[CHANGED]] == [(6, "L")]


def test_a_deleted_transaction_is_found_and_named(sealed):
    ((id_,),) = ask(sealed, "SELECT id FROM transactions WHERE key = 'b'")
    tamper(
        sealed,
        "DELETE FROM entries WHERE transaction_id = :id",
        "DELETE FROM transactions WHERE id = :id",
        id=id_,
    )
    row = only(found(sealed)[CHANGED])
    assert (row["seq"], row["ref"], row["what"]) == (1, id_, "the row is gone")


def test_a_transaction_slipped_in_among_old_ones_is_found_and_named(sealed):
    tamper(
        sealed,
        "INSERT INTO transactions (key, request_hash, kind, source, actor, effective_on, xid)"
        " SELECT 'forged', request_hash, kind, source, actor, effective_on, xid"
        " FROM transactions WHERE key = 'b'",
    )
    assert only(found(sealed)[MISSING])["key"] == "forged"


def test_a_transaction_slipped_in_with_an_id_to_come_is_found_and_named(sealed):
    tamper(
        sealed,
        "INSERT INTO transactions (key, request_hash, kind, source, actor, effective_on, xid)"
        " SELECT 'forged', request_hash, kind, source, actor, effective_on, '900000000'"
        " FROM transactions WHERE key = 'b'",
    )
    assert only(found(sealed)[MISSING])["key"] == "forged"


def test_a_rewritten_leaf_is_found_and_named(sealed):
    tamper(sealed, "UPDATE leaves SET hash = sha256(hash) WHERE seq = 4")
    wrong = found(sealed)
    assert only(wrong[CHANGED])["seq"] == 4
    row = only(wrong[SIGNED])
    assert (row["tree_size"], row["sound_up_to"]) == (7, 3)


def test_a_change_that_rewrites_its_leaf_as_well_is_found_between_two_checkpoints(sealed):
    tamper(
        sealed,
        "UPDATE transactions SET reason = 'nicer' WHERE key = 'e'",
        "UPDATE leaves l SET hash = sha256('\\x00'::bytea || b.leaf), memo = substr(b.leaf, 39, 32)"
        " FROM ledger_leaves(4, 5) b WHERE l.seq = b.seq",
    )
    wrong = found(sealed)
    assert CHANGED not in wrong
    row = only(wrong[SIGNED])
    assert (row["tree_size"], row["sound_up_to"]) == (7, 3)
    assert row["what"] == "the leaves have another root"


def test_two_leaves_that_changed_places_are_found_and_named(sealed):
    tamper(
        sealed,
        "UPDATE leaves SET seq = 99 WHERE seq = 3",
        "UPDATE leaves SET seq = 3 WHERE seq = 4",
        "UPDATE leaves SET seq = 4 WHERE seq = 99",
    )
    wrong = found(sealed)
    assert only(wrong[ORDER])["seq"] == 4
    assert only(wrong[SIGNED])["tree_size"] == 7


def test_two_transactions_that_changed_contents_are_found_and_named(sealed):
    tamper(
        sealed,
        "UPDATE entries SET transaction_id = -1 WHERE transaction_id = 4",
        "UPDATE entries SET transaction_id = 4 WHERE transaction_id = 5",
        "UPDATE entries SET transaction_id = 5 WHERE transaction_id = -1",
    )
    assert [row["ref"] for row in found(sealed)[CHANGED]] == [4, 5]


def test_a_leaf_that_is_gone_is_found_and_named(sealed):
    tamper(sealed, "DELETE FROM leaves WHERE seq = 2")
    wrong = found(sealed)
    assert only(wrong[ORDER])["seq"] == 3
    assert only(wrong[MISSING])["key"] == "c"


def test_leaves_cut_off_at_the_end_are_found(sealed):
    tamper(sealed, "DELETE FROM leaves WHERE seq >= 5")
    wrong = found(sealed)
    assert {row["kind"] for row in wrong[MISSING]} == {"T", "L"}
    assert only(wrong[SIGNED])["what"] == "its leaves are gone"


def test_a_checkpoint_whose_note_was_changed_is_found_and_named(sealed):
    tamper(
        sealed,
        "UPDATE checkpoints SET note = replace(note, E'\\n3\\n', E'\\n4\\n') WHERE tree_size = 3",
    )
    row = only(found(sealed)[SIGNED])
    assert row["tree_size"] == 3
    assert "false" in row["what"]


def test_a_checkpoint_replaced_by_one_of_another_key_is_found_and_named(sealed):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    ((note,),) = ask(sealed, "SELECT note FROM checkpoints WHERE tree_size = 7")
    said, _ = notes.read(note)
    forged = replace(said, root=merkle.leaf_hash(b""))
    signer = notes.Signer(said.origin, Ed25519PrivateKey.generate())
    tamper(
        sealed,
        "UPDATE checkpoints SET note = :note, root = :root WHERE tree_size = 7",
        note=notes.sign(forged, [signer]),
        root=forged.root,
    )
    row = only(found(sealed)[SIGNED])
    assert (row["tree_size"], row["what"]) == (7, "None of the known keys has signed it.")


@pytest.mark.parametrize("change", ["root = sha256(root)", "at = at - interval '1 day'"])
def test_a_checkpoint_that_says_otherwise_than_its_note_is_found_and_named(sealed, change):
    tamper(sealed, f"UPDATE checkpoints SET {change} WHERE tree_size = 3")
    row = only(found(sealed)[SIGNED])
    assert (row["tree_size"], row["what"]) == (3, "the row says otherwise than its note")


def test_kept_nodes_that_were_changed_are_found_and_named(live, monkeypatch):
    monkeypatch.setattr(seal_checks, "_AT_ONCE", 512)
    post_many(live, 1300)
    seal(live)
    assert found(live) == {}
    tamper(live, "UPDATE tree_nodes SET hash = sha256(hash) WHERE position = 3")
    row = only(found(live)[NODES])
    assert (row["level"], row["position"]) == (8, 3)
    tamper(live, "UPDATE leaves SET hash = sha256(hash) WHERE seq = 1000")
    wrong = found(live)
    assert only(wrong[CHANGED])["seq"] == 1000
    assert only(wrong[SIGNED])["tree_size"] == 1300
