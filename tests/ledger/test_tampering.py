"""Whoever gets past every rule of the database is found by an export and an earlier checkpoint."""

import io
import re

import pytest
from sqlalchemy import text

from incentive.core import clock
from incentive.core.db import snapshot, transaction
from incentive.ledger import exporting, notes, seal_keys
from incentive.ledger import service as ledger
from incentive.ledger.seal_models import CheckpointRow
from incentive.ledger.verifier.exports import Verifier
from incentive.ledger.verifier.proofs import Wrong, read_keys
from tests.ledger import exported
from tests.ledger.sealed import ask, seal, tamper
from tests.ledger.test_postings import INCOME, TODAY, award

AUDIT = (
    "INSERT INTO audit_entries (actor, action, subject, reason)"
    " VALUES ('person:9', 'role.grant', 'person:1', '换届')"
)


@pytest.fixture
def books(live):
    """Rows 0 to 5 under one checkpoint, rows 6 to 8 under a second; transactions are 1 to 8."""
    with live.app_context():
        with transaction():
            ledger.post([award("person:1", 15, "a"), award("person:2", 5, "b")])
            ledger.post([award("person:1", 20, "c")])
            ledger.hold(key="h", owner="person:1", amount=8, source="o", actor="p", today=TODAY)
            ledger.spend(key="s", hold_key="h", to=INCOME, actor="p", today=TODAY)
        with transaction() as session:
            session.execute(text(AUDIT))
    live.early = seal(live)[1]
    with live.app_context(), transaction():
        ledger.post([award("person:2", 7, "d"), award("person:3", 9, "e")])
        ledger.refund(key="r", spend_key="s", actor="p", today=TODAY, reason="坏了")
    live.late = seal(live)[1]
    return live


def export(app, first=0, *, personal=False):
    file = io.BytesIO()
    with app.app_context(), snapshot():
        exporting.export(exporting.span(first, None), file, clock.now(), personal=personal)
    file.seek(0)
    return file


def keys(app):
    with app.app_context(), transaction():
        every = seal_keys.all_keys()
    return [read_keys(notes.verifier_key(key.name, key.public_key))[0] for key in every]


def prove(app, *, since=None, first=0, personal=False):
    return Verifier(keys(app), since).read(export(app, first, personal=personal))


def refusal(app, **options):
    with pytest.raises(Wrong) as refused:
        prove(app, since=app.early, **options)
    return str(refused.value)


def test_honest_books_are_proved_from_the_beginning_and_from_a_checkpoint(books):
    found = prove(books, since=books.early, personal=True)
    assert (found.first, found.checkpoint.size, found.checkpoints) == (0, 9, 2)
    assert (found.transactions, found.entries, found.records) == (8, 16, 1)
    assert (found.memos, found.waiting) == (9, 0)
    assert found.owners == 6
    assert prove(books).owners == 2
    found = prove(books, since=books.early, first=6)
    assert (found.first, found.transactions) == (6, 3)


TAMPERING = {
    "an amount": (
        "UPDATE entries SET amount = 16 WHERE transaction_id = 1 AND line = 2",
        "^seq 0, transaction 1: was changed after it was sealed: its entries sum to 1 points",
    ),
    "amounts that still add up": (
        "UPDATE entries SET amount = sign(amount) * 50 WHERE transaction_id = 2",
        "^seq 1, transaction 2: was changed after it was sealed",
    ),
    "a reason": (
        "UPDATE transactions SET reason = '另一个' WHERE id = 8",
        "^seq 8, transaction 8: was changed after it was sealed",
    ),
    "a time": (
        "UPDATE transactions SET posted_at = posted_at - interval '1 microsecond' WHERE id = 3",
        "^seq 2, transaction 3: was changed after it was sealed",
    ),
    "an audit record": (
        "UPDATE audit_entries SET subject = 'person:7'",
        "^seq 5, audit record 1: was changed after it was sealed",
    ),
    "a deleted transaction": (
        "DELETE FROM transactions WHERE id = 6",
        "^seq 6, transaction 6: is gone from the books",
    ),
    "deleted entries": (
        "DELETE FROM entries WHERE transaction_id = 6",
        "^seq 6, transaction 6: was changed after it was sealed",
    ),
    "a deleted audit record": (
        "DELETE FROM audit_entries",
        "^seq 5, audit record 1: is gone from the books",
    ),
    "an entry slipped into a transaction": (
        "INSERT INTO entries SELECT 2, 3, account_id, 1, 99, 99 FROM entries WHERE transaction_id = 2 AND line = 2",
        "^seq 1, transaction 2: was changed after it was sealed: its entries sum to 1 points",
    ),
    "a leaf rewritten": (
        "UPDATE leaves SET hash = sha256('') WHERE seq = 3",
        "^seq 3, transaction 4: was changed after it was sealed .or rather its sealed hash: the root fits",
    ),
    "a row changed, and its leaf with it": (
        (
            "UPDATE entries SET amount = sign(amount) * 50 WHERE transaction_id = 2;"
            " UPDATE leaves l SET hash = sha256('\\x00'::bytea || b.leaf)"
            " FROM ledger_leaves(0, 9) b WHERE b.seq = l.seq AND l.seq = 1"
        ),
        "^seq 1, transaction 2: account \\d had 0 at version 0; after .50 it cannot have 5",
    ),
    "a row changed past every rule of the books, and its leaf with it": (
        (
            "UPDATE transactions SET source = 'other' WHERE id = 2;"
            " UPDATE leaves l SET hash = sha256('\\x00'::bytea || b.leaf)"
            " FROM ledger_leaves(0, 9) b WHERE b.seq = l.seq AND l.seq = 1"
        ),
        "^rows 0 to 5 do not give the root of its checkpoint of 6 rows",
    ),
    "a leaf deleted": (
        "DELETE FROM leaves WHERE seq = 2",
        "^seq 2, row 0: is gone from the books",
    ),
    "two leaves swapped": (
        (
            "UPDATE leaves SET seq = 100 + seq WHERE seq IN (0, 2);"
            " UPDATE leaves SET seq = CASE seq WHEN 100 THEN 2 ELSE 0 END WHERE seq >= 100"
        ),
        "^rows 0 to 5 do not .* out of the order of sealing: seq 0, transaction 3$",
    ),
    "the rows below two leaves swapped": (
        (
            "UPDATE leaves SET ref = -ref WHERE seq IN (6, 7);"
            " UPDATE leaves SET ref = CASE ref WHEN -6 THEN 7 ELSE 6 END WHERE ref < 0"
        ),
        "^seq 6, transaction 7: was changed after it was sealed",
    ),
    "a checkpoint replaced": (
        (
            "UPDATE checkpoints SET note = replace(note, encode(root, 'base64'), encode(sha256(''), 'base64'))"
            " WHERE tree_size = 6"
        ),
        "signature under checkpoint 6 .* is false",
    ),
    "an owner": (
        "UPDATE accounts SET owner = 'station:2' WHERE owner = 'station:1'",
        "^no account here is committed to the owner 'station:2'",
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_what_was_changed_behind_the_books_back_is_found_and_named(books, what):
    statements, expected = TAMPERING[what]
    tamper(books, *statements.split(";"))
    assert re.search(expected, refusal(books))


def test_it_is_found_from_a_checkpoint_on_without_the_rows_before(books):
    tamper(books, "UPDATE entries SET amount = sign(amount) * 8 WHERE transaction_id = 6")
    assert refusal(books, first=6).startswith("seq 6, transaction 6: was changed after")


def test_what_lies_before_an_export_is_found_by_the_root_of_the_checkpoint(books):
    tamper(books, "UPDATE leaves SET hash = sha256('') WHERE seq = 1")
    assert re.search("rows before 6 do not give|rows 6 to .* do not give", refusal(books, first=6))


def test_a_transaction_slipped_in_before_sealing_is_named_when_it_breaks_a_purse(books):
    tamper(
        books,
        "INSERT INTO transactions (key, request_hash, kind, source, actor, effective_on)"
        " VALUES ('x', '', 'award', 'nothing', 'nobody', '2026-11-24')",
        "INSERT INTO entries SELECT (SELECT max(id) FROM transactions), line, account_id, amount,"
        " balance, version + 7 * (version IS NOT NULL)::int FROM entries WHERE transaction_id = 2",
    )
    seal(books)
    found = prove(books, since=books.early)
    # For a day it could be a slower writer's, and is only counted; then it is wrong.
    assert found.waiting == 1
    tamper(books, "UPDATE checkpoints SET note = :note WHERE tree_size = 10", note=aged(books))
    assert re.match(
        "seq 9, transaction 9: version 7 of account \\d+, on which it builds, is missing",
        refusal(books),
    )


def aged(app):
    """The last checkpoint, as it would be signed two days later."""
    with app.app_context(), transaction() as session:
        row = session.get(CheckpointRow, 10)
        later = notes.read(row.note)[0]
        signer = seal_keys.signers(row.at)[0]
        said = notes.Checkpoint(
            later.origin, 10, later.root, later.at.replace(year=later.at.year + 1)
        )
        return notes.sign(said, [signer])


def test_a_whole_history_rewritten_and_signed_anew_is_found_by_an_earlier_checkpoint(books):
    tamper(
        books,
        "UPDATE transactions SET source = 'other' WHERE id = 2",
        "UPDATE leaves l SET hash = sha256('\\x00'::bytea || b.leaf) FROM ledger_leaves(0, 9) b"
        " WHERE b.seq = l.seq",
        "DELETE FROM checkpoints",
    )
    seal(books)
    assert prove(books).transactions == 8
    assert refusal(books).startswith(
        "rows 0 to 5 do not give the root of your checkpoint of 6 rows"
    )


def test_a_checkpoint_of_another_jurisdiction_proves_nothing_here(books):
    theirs = exported.note(6, bytes(32), keys=(exported.OTHER_KEY,), origin="incentive/second/1")
    other = read_keys(exported.verifier_key(exported.OTHER_KEY, "incentive/second/1"))
    with pytest.raises(Wrong, match="your checkpoint is of incentive/second/1, this of incentive/"):
        Verifier([*keys(books), *other], theirs).read(export(books))


def test_erased_salts_leave_the_books_provable(books):
    tamper(
        books,
        "UPDATE transactions SET salt = NULL, actor = '', reason = '' WHERE id = 8",
        "UPDATE accounts SET salt = NULL WHERE limited",
    )
    found = prove(books, since=books.early, personal=True)
    assert (found.memos, found.owners) == (8, 2)


def test_what_was_never_sealed_is_not_exported(live):
    with live.app_context(), transaction(), pytest.raises(exporting.NothingSealed):
        exporting.span(0, None)


def test_an_export_ends_at_a_checkpoint(books):
    with books.app_context(), transaction():
        assert exporting.span(0, 3) == exporting.Span(0, 6)
        assert exporting.span(2, 7) == exporting.Span(2, 9)
        for first, last in ((9, None), (-1, None), (0, 10), (7, 5)):
            with pytest.raises(exporting.NoSuchExport):
                exporting.span(first, last)


def test_a_key_that_was_retired_vouches_for_what_it_signed(books):
    with books.app_context(), transaction():
        seal_keys.rotate(clock.now())
        ledger.post([award("person:1", 1, "z")])
    seal(books)
    new, old = (read_keys(notes.verifier_key(*row)) for row in ask(
        books, "SELECT name, public_key FROM seal_keys ORDER BY created_at DESC, retires_at DESC NULLS FIRST"))  # fmt: skip
    assert Verifier(new).read(export(books)).checkpoints == 3
    assert Verifier([*new, *old], books.early).read(export(books)).checkpoints == 3
