"""The short path of a single posting does what the long one does, and makes nobody wait."""

from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from incentive.core.db import session, sqlalchemy_url, transaction
from incentive.core.ids import new_id
from incentive.ledger import service as ledger
from incentive.ledger.domain import Line, Posting, Purse, transfer
from incentive.ledger.errors import InsufficientPoints, KeyConflict, Unbalanced
from tests.ledger.test_postings import INCOME, ISSUANCE, LATER, TODAY, award, points_of
from tests.ledger.test_races import clean, together

ANN = Purse("person:1", "available", LATER)
BEN = Purse("person:2", "available", LATER)


def gift(key, points=1, giver=ANN, taker=BEN):
    return Posting(key, "adjustment", "gift", giver.owner, TODAY, transfer(giver, taker, points))


def booked(postings):
    """What the books hold of the first of `postings`, but for its number; then undo them."""
    trial = session().begin_nested()
    ledger.post(postings)
    rows = (
        session()
        .execute(
            text(
                "SELECT t.key, t.request_hash, t.kind, t.source, t.reason, t.actor, t.effective_on,"
                " e.line, a.owner, a.purpose, a.expires_on, e.amount, e.balance, e.version,"
                " a.balance AS now, a.version AS last, a.funded FROM transactions t"
                " JOIN entries e ON e.transaction_id = t.id JOIN accounts a ON a.id = e.account_id"
                " WHERE t.key = :key ORDER BY e.line"
            ),
            {"key": postings[0].key},
        )
        .all()
    )
    trial.rollback()
    return rows


@pytest.fixture
def funded(tx):
    ledger.post([award("person:1", 100, "a"), award("person:2", 100, "b")])
    return tx


@pytest.mark.parametrize(
    "lines",
    [
        transfer(ANN, BEN, 7),
        transfer(BEN, ANN, 100),
        (Line(ANN, 7), Line(BEN, -7)),
        transfer(ISSUANCE, ANN, 7),
        transfer(ANN, INCOME, 7),
        transfer(ISSUANCE, INCOME, 7),
        transfer(ANN, replace(BEN, owner="person:3"), 7),
        transfer(ANN, ANN, 7),
    ],
)
def test_a_posting_leaves_the_same_books_alone_as_in_a_set(funded, lines):
    posting = Posting("one", "transfer", "gift", "a", TODAY, lines, "with a reason")
    elsewhere = Posting("other", "adjustment", "s", "a", TODAY, transfer(ISSUANCE, INCOME, 1))
    alone = booked([posting])
    assert len(alone) == 2
    assert alone == booked([posting, elsewhere])


def test_a_posting_of_nothing_is_refused(funded):
    with pytest.raises(Unbalanced):
        ledger.post([gift("g", 0)])


def test_a_posting_between_purses_that_hold_something_writes_to_no_index_of_theirs(funded):
    def updates():
        counted = "SELECT pg_stat_get_xact_tuples_{}updated('accounts'::regclass)"
        return [session().scalar(text(counted.format(which))) for which in ("", "hot_")]

    before = updates()
    ledger.post([gift("g")])
    assert [now - then for now, then in zip(updates(), before, strict=True)] == [2, 2]


def test_a_purse_emptied_and_filled_again_is_due_again(funded):
    ledger.post([gift("g", 100)])
    due = "SELECT owner FROM accounts WHERE purpose = 'available' AND funded ORDER BY owner"
    assert session().scalars(text(due)).all() == ["person:2"]
    ledger.post([gift("h", 1, BEN, ANN)])
    assert session().scalars(text(due)).all() == ["person:1", "person:2"]


@pytest.fixture
def live_funded(live):
    with live.app_context(), transaction():
        ledger.post([award("person:1", 100, "a"), award("person:2", 100, "b")])
    return live


def test_two_who_give_to_each_other_never_wait_for_each_other_forever(live_funded):
    def give(n):
        ways = (ANN, BEN) if n % 2 else (BEN, ANN)
        return ledger.post([gift(str(new_id()), 1, *ways)])[0].fresh

    for _ in range(15):
        assert together(live_funded, 8, give) == [True] * 8
    with live_funded.app_context(), transaction():
        assert (points_of("person:1"), points_of("person:2")) == (100, 100)
    assert clean(live_funded)


def test_a_gift_and_a_set_in_the_opposite_order_never_wait_for_each_other_forever(live_funded):
    def give(n):
        if n % 2:
            return ledger.post([gift(str(new_id()))])[0].fresh
        return ledger.post([gift(str(new_id()), 1, BEN, ANN) for _ in range(2)])[1].fresh

    for _ in range(8):
        assert together(live_funded, 6, give) == [True] * 6
    assert clean(live_funded)


def test_one_gift_sent_by_eight_at_once_is_given_once(live_funded):
    results = together(live_funded, 8, lambda _: ledger.post([gift("g", 7)])[0])
    assert sum(posted.fresh for posted in results) == 1
    assert len({posted.transaction_id for posted in results}) == 1
    with live_funded.app_context(), transaction():
        assert points_of("person:2") == 107
    assert clean(live_funded)


def test_one_key_for_other_gifts_at_once_gives_one_and_refuses_the_rest(live_funded):
    def give(n):
        try:
            return ledger.post([gift("g", n + 1)])[0].fresh
        except KeyConflict as refused:
            session().rollback()
            return refused

    results = together(live_funded, 6, give)
    assert sum(result is True for result in results) == 1
    assert sum(isinstance(result, KeyConflict) for result in results) == 5
    assert clean(live_funded)


def test_the_last_points_are_given_away_once_by_ten_at_once(live_funded):
    results = together(live_funded, 10, lambda n: ledger.post([gift(f"g{n}", 100)])[0])
    assert sum(isinstance(result, InsufficientPoints) for result in results) == 9
    with live_funded.app_context(), transaction():
        assert (points_of("person:1"), points_of("person:2")) == (0, 200)
    assert clean(live_funded)


def test_a_posting_waits_for_nobody_who_holds_the_issuing_account(live_funded):
    settings = live_funded.config["SETTINGS"]
    engine = create_engine(sqlalchemy_url(settings.admin_database_url), poolclass=NullPool)
    with engine.connect() as connection, live_funded.app_context(), transaction():
        connection.execute(text("SET search_path TO j_default"))
        held = connection.execute(
            text("SELECT id FROM accounts WHERE purpose = 'issuance' FOR UPDATE")
        )
        assert held.all()
        session().execute(text("SET LOCAL lock_timeout = '2s'"))
        assert ledger.post([award("person:1", 5, "c")])[0].fresh
        assert ledger.post([award("person:1", 5, "d"), award("person:2", 5, "e")])[0].fresh
