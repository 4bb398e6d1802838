from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from incentive.core.db import sqlalchemy_url, transaction
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from tests.ledger.test_postings import LATER, TODAY, award

TAMPERING = {
    "the entries of every transaction sum to zero, per asset": "UPDATE entries SET amount = amount + 1 WHERE amount > 0",
    "every transaction has two entries or more": "DELETE FROM entries WHERE line = 2",
    "every entry belongs to a transaction and an account that are there": "UPDATE entries"
    " SET transaction_id = -transaction_id",
    "every account is limited and funded as its owner, purpose and balance say": "UPDATE accounts"
    " SET funded = false WHERE purpose = 'available'",
    "no person's account is below zero": "ALTER TABLE entries DROP CONSTRAINT ck_entries_not_below_zero;"
    " UPDATE entries SET balance = -1 WHERE version = 1",
    "running balances and versions of persons' accounts follow each other without a gap": "UPDATE entries SET version = version + 1"
    " WHERE version = (SELECT max(version) FROM entries)",
    "every person's account stands at its last entry": "UPDATE accounts SET balance = balance + 1 WHERE limited",
    "only persons' accounts carry running balances": "UPDATE entries SET balance = NULL, version = NULL",
    "what a person's held purses contain is what their open holds put there": "UPDATE accounts"
    " SET balance = 8 WHERE purpose = 'held'",
    "what closes a hold takes out of the held purses just what it put there": "UPDATE entries"
    " SET amount = -7 WHERE amount = -8 AND transaction_id ="
    " (SELECT id FROM transactions WHERE kind = 'release')",
    "nothing expired before its day was over": "UPDATE transactions SET kind = 'expiry'"
    " WHERE kind = 'hold'",
    "a transaction that closes another names an earlier one of the same source": "UPDATE transactions SET source = 'other' WHERE kind = 'release'",
}


def failed(app):
    with app.app_context(), transaction():
        return {finding.check: finding.rows for finding in checks.run()}


def test_honest_books_are_clean(books_with_movement):
    assert failed(books_with_movement) == {}


@pytest.mark.parametrize("check", TAMPERING)
def test_a_tampered_row_is_found_and_named(books_with_movement, check):
    settings = books_with_movement.config["SETTINGS"]
    engine = create_engine(sqlalchemy_url(settings.admin_database_url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("SET search_path TO j_default"))
        connection.execute(text("SET session_replication_role = replica"))
        for statement in TAMPERING[check].split(";"):
            connection.execute(text(statement))
    assert check in failed(books_with_movement)


def test_points_that_no_settled_record_earned_are_found(live):
    with live.app_context(), transaction():
        ledger.post([replace(award("person:1", 15, "a"), kind="award", source="gift:1")])
    assert "every award in the ledger is of a settled record" in failed(live)


def test_points_put_straight_on_hold_are_found(live):
    lines = transfer(Purse("region:1", "issuance"), Purse("person:1", "held", LATER), 9)
    with live.app_context(), transaction():
        ledger.post([Posting("x", "adjustment", "s", "a", TODAY, lines)])
    assert "what a person's held purses contain is what their open holds put there" in failed(live)


def test_the_command_says_clean_and_exits_with_0(books_with_movement):
    from incentive.ledger.commands import commands

    with books_with_movement.app_context():
        result = books_with_movement.test_cli_runner().invoke(commands, ["check"])
    assert result.exit_code == 0, result.output
    assert "clean" in result.output
