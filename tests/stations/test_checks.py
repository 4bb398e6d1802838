import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from incentive.core.db import session, sqlalchemy_url, transaction
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from tests.stations.conftest import LATER, findings


@pytest.fixture
def may_tamper(app):
    """Let the application's role do for once what it may not: change evidence."""
    settings = app.config["SETTINGS"]
    engine = create_engine(sqlalchemy_url(settings.admin_database_url), poolclass=NullPool)
    rights = "UPDATE, DELETE ON j_default.stock_movements"
    with engine.begin() as connection:
        connection.execute(text(f"GRANT {rights} TO incentive_app"))
    yield
    with engine.begin() as connection:
        connection.execute(text(f"REVOKE {rights} FROM incentive_app"))


def tamper(statement, **values):
    with transaction():
        session().execute(text(statement), values)


def test_books_that_agree_have_no_findings(client, shop, held, collected):
    assert findings() == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE items SET stock = stock - 1", "stock is the sum"),
        ("UPDATE items SET on_shelf = on_shelf + 1", "the sum of what came and went"),
        ("UPDATE items SET on_shelf = on_shelf + 1", "what open orders hold"),
        (
            "DELETE FROM stock_movements WHERE kind = 'given'",
            "left the shelf if it was handed over",
        ),
        (
            "UPDATE stock_movements SET delta = delta - 1 WHERE kind = 'held'",
            "took its goods off once",
        ),
        ("DELETE FROM stock_movements WHERE kind = 'held'", "took its goods off once"),
        ("UPDATE redemptions SET points = points + 1", "holds its points"),
        ("UPDATE redemptions SET points = points + 1", "paid to its station"),
        (
            "UPDATE redemptions SET status = 'held', collected_at = NULL",
            "the hold ended the way the order did",
        ),
        ("UPDATE redemptions SET status = 'refunded', closed_at = now()", "every refund took"),
        ("DELETE FROM stock_movements; DELETE FROM redemptions", "of an order in the books"),
    ],
)
def test_what_was_tampered_with_is_found(
    may_tamper, client, shop, held, collected, statement, words
):
    tamper(statement)
    assert any(words in finding.check and finding.rows for finding in findings())


def test_a_hold_released_behind_an_orders_back_is_found(client, shop, held):
    with transaction():
        ledger.release(key="x", hold_key=f"redemption:{held['id']}:hold", actor="x", today=LATER)
    assert any("the hold ended" in finding.check for finding in findings())


def test_a_posting_for_an_order_that_never_was_is_found(client, shop):
    lines = transfer(Purse("region:1", "issuance"), Purse("station:1", "income"), 1)
    with transaction():
        ledger.post([Posting("x", "adjustment", "redemption:nobody", "x", LATER, lines)])
    assert any("of an order in the books" in finding.check for finding in findings())
