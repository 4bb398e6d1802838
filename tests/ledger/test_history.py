from sqlalchemy import select

from incentive.core.db import session
from incentive.ledger import history
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, transfer
from tests.ledger.test_postings import INCOME, ISSUANCE, LATER, TODAY, award


def pay(points, key, purse=INCOME):
    ledger.post([Posting(key, "adjustment", "s", "a", TODAY, transfer(ISSUANCE, purse, points))])


def test_an_accounts_entries_carry_the_total_up_to_each(tx):
    for n, points in enumerate((10, 5, 20)):
        pay(points, f"k{n}")
    ledger.reverse(key="r", reversed_key="k1", actor="a", today=TODAY, reason="wrong")
    found = history.account_entries("station:1", "income").subquery()
    rows = session().execute(select(found).order_by(found.c.transaction_id)).all()
    assert [(row.amount, row.running_total, row.kind) for row in rows] == [
        (10, 10, "adjustment"),
        (5, 15, "adjustment"),
        (20, 35, "adjustment"),
        (-5, 30, "reversal"),
    ]


def test_a_total_is_the_whole_accounts_whatever_is_filtered_outside(tx):
    pay(10, "a")
    pay(5, "b")
    found = history.account_entries("station:1", "income").subquery()
    (row,) = session().execute(select(found).where(found.c.key == "b")).all()
    assert row.running_total == 15


def test_another_owners_entries_are_not_shown(tx):
    ledger.post([award("person:1", 10, "a")])
    found = history.account_entries("station:1", "income").subquery()
    assert session().execute(select(found)).all() == []


def test_lines_are_found_by_key_in_their_order(tx):
    ledger.post([award("person:1", 10, "a", LATER), award("person:2", 7, "b", LATER)])
    found = history.lines_by_key(["b", "a", "unknown"])
    assert set(found) == {"a", "b"}
    assert [line.amount for line in found["a"][1]] == [-10, 10]
    assert found["b"][1][1].purse.owner == "person:2"
    assert found["a"][0] < found["b"][0]
