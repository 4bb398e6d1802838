"""Every field of the books, changed by a superuser: found by a file and by the night, with the row named.

The file is compared with a checkpoint that somebody outside kept from before.
"""

import re

import pytest

from incentive.core import clock
from incentive.core.db import transaction
from incentive.ledger import jobs, reconciliation
from tests.ledger.sealed import ask
from tests.ledger.test_tampering import books, refusal, tamper  # noqa: F401 - a fixture

ROW = {"seq": 1, "kind": "T", "ref": 2}
AUDITED = {"seq": 5, "kind": "L", "ref": 1}
OF_TWO = "WHERE transaction_id = 2"
OF_ANOTHER = "(SELECT account_id FROM entries WHERE transaction_id = 1 AND line = 2)"
ACCOUNT = f"WHERE id = (SELECT account_id FROM entries {OF_TWO} AND line = 2)"
# What is changed: the statements; how the verifier's refusal begins; what the night's row says.
CHANGED = "^seq 1, transaction 2: was changed after it was sealed"
RECORD = "^seq 5, audit record 1: was changed after it was sealed"
TAMPERED = {
    "amount": (f"UPDATE entries SET amount = sign(amount) * 9 {OF_TWO}", CHANGED, ROW),
    "balance": (f"UPDATE entries SET balance = 6 {OF_TWO} AND line = 2", CHANGED, ROW),
    "version": (f"UPDATE entries SET version = 7 {OF_TWO} AND line = 2", CHANGED, ROW),
    "line": (f"UPDATE entries SET line = 3 {OF_TWO} AND line = 2", CHANGED, ROW),
    "entry re-pointed": (
        f"UPDATE entries SET account_id = {OF_ANOTHER}, version = 9 {OF_TWO} AND line = 2",
        CHANGED,
        ROW,
    ),
    "entry deleted": (f"DELETE FROM entries {OF_TWO} AND line = 2", CHANGED, ROW),
    "entry inserted": (
        f"INSERT INTO entries SELECT 2, 3, account_id, 1, 99, 99 FROM entries {OF_TWO} AND line = 2",
        CHANGED,
        ROW,
    ),
    "effective_on": (
        "UPDATE transactions SET effective_on = effective_on - 40 WHERE id = 2", CHANGED, ROW),
    "posted_at": (
        "UPDATE transactions SET posted_at = posted_at - interval '1 day' WHERE id = 2", CHANGED, ROW),
    "reason": ("UPDATE transactions SET reason = '补' WHERE id = 2", CHANGED, ROW),
    "actor": ("UPDATE transactions SET actor = 'person:7' WHERE id = 2", CHANGED, ROW),
    "source": ("UPDATE transactions SET source = 'record:7' WHERE id = 2", CHANGED, ROW),
    "key": ("UPDATE transactions SET key = 'another' WHERE id = 2", CHANGED, ROW),
    "kind": ("UPDATE transactions SET kind = 'award' WHERE id = 2", CHANGED, ROW),
    "closes": ("UPDATE transactions SET closes = 1 WHERE id = 2", CHANGED, ROW),
    "request": ("UPDATE transactions SET request_hash = sha256('') WHERE id = 2", CHANGED, ROW),
    "xid": ("UPDATE transactions SET xid = '3' WHERE id = 2", CHANGED, ROW),
    "salt": ("UPDATE transactions SET salt = sha256('') WHERE id = 2", CHANGED, ROW),
    "row deleted": (
        f"DELETE FROM entries {OF_TWO}; DELETE FROM transactions WHERE id = 2",
        "^seq 1, transaction 2: is gone from the books",
        ROW | {"what": "the row is gone"},
    ),
    "two rows swapped": (
        (
            f"UPDATE entries SET transaction_id = -2 {OF_TWO};"
            f" UPDATE entries SET transaction_id = 2 WHERE transaction_id = 3;"
            " UPDATE entries SET transaction_id = 3 WHERE transaction_id = -2"
        ),
        CHANGED,
        ROW,
    ),
    "account's owner and commitment": (
        (
            "UPDATE accounts SET owner = 'person:thief',"
            f" commitment = sha256(salt || 'person:thief'::bytea) {ACCOUNT}"
        ),
        CHANGED,
        ROW,
    ),
    "account's expiry": (
        f"UPDATE accounts SET expires_on = '2099-12-31' {ACCOUNT}",
        CHANGED,
        ROW,
    ),
    "account's purpose": (
        f"UPDATE accounts SET purpose = 'held' {ACCOUNT}",
        CHANGED,
        ROW,
    ),
    "leaf": (
        "UPDATE leaves SET hash = sha256(hash) WHERE seq = 1",
        f"{CHANGED} .or rather its sealed hash: the root fits",
        ROW,
    ),
    "audited subject": ("UPDATE audit_entries SET subject = 'person:7'", RECORD, AUDITED),
    "audited act": ("UPDATE audit_entries SET action = 'role.end'", RECORD, AUDITED),
    "audited actor": ("UPDATE audit_entries SET actor = 'person:7'", RECORD, AUDITED),
    "audited role": ("UPDATE audit_entries SET role = 'auditor'", RECORD, AUDITED),
    "audited scope": ("UPDATE audit_entries SET scope = 'region:7'", RECORD, AUDITED),
    "audited origin": ("UPDATE audit_entries SET origin = '10.0.0.7'", RECORD, AUDITED),
    "audited before": ("UPDATE audit_entries SET before = '{}'", RECORD, AUDITED),
    "audited reason": ("UPDATE audit_entries SET reason = ''", RECORD, AUDITED),
    "audited time": ("UPDATE audit_entries SET at = at - interval '1 hour'", RECORD, AUDITED),
    "audit line deleted": (
        "DELETE FROM audit_entries", "^seq 5, audit record 1: is gone from the books",
        AUDITED | {"what": "the row is gone"},
    ),
}  # fmt: skip


def night(app):
    """What the nightly run finds and keeps: the rows of all checks."""
    with app.app_context():
        with transaction():
            asked = reconciliation.ask("system", clock.now()).id
        jobs.reconcile()
        with transaction():
            results = reconciliation.results(asked)
            return [
                row
                for each in results
                if not each.clean
                for row in reconciliation.result(asked, each.position)[1]
            ]


@pytest.mark.parametrize("what", TAMPERED)
def test_whatever_is_changed_the_row_is_named_by_a_file_and_by_the_night(books, what):  # noqa: F811
    statements, expected, row = TAMPERED[what]
    tamper(books, *statements.split(";"))
    assert re.search(expected, refusal(books))
    found = night(books)
    assert [each for each in found if row.items() <= each.items()], found


# Under the guise of an erasure


@pytest.mark.parametrize("change", ["actor = 'person:7'", "reason = 'nicer'"])
def test_a_text_changed_and_its_salt_taken_away_is_found_and_named(books, change):  # noqa: F811
    tamper(books, f"UPDATE transactions SET salt = NULL, {change} WHERE id = 2")
    assert {"kind": "T", "ref": 2}.items() <= only(night(books)).items()


def test_so_is_a_line_of_the_audit_log(books):  # noqa: F811
    tamper(books, "UPDATE audit_entries SET salt = NULL, subject = 'person:7'")
    assert {"kind": "L", "ref": 1}.items() <= only(night(books)).items()


def test_what_was_erased_whole_is_no_fault(books):  # noqa: F811
    tamper(
        books,
        "UPDATE transactions SET salt = NULL, actor = '', reason = '' WHERE id = 2",
        "UPDATE audit_entries SET salt = NULL, actor = '', subject = '', reason = ''",
    )
    assert night(books) == []


def test_an_account_given_away_and_its_salt_taken_is_found_and_named(books):  # noqa: F811
    tamper(
        books,
        f"UPDATE accounts SET salt = NULL, owner = 'person:thief' {ACCOUNT}",
    )
    assert "person:thief" in {row.get("owner") for row in night(books)}


def only(rows):
    (row,) = rows
    return row


def test_honest_books_give_the_night_nothing_to_say(books):  # noqa: F811
    assert night(books) == []
    assert ask(books, "SELECT count(*) FROM check_runs WHERE failed = 0")[0][0] == 1
