from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.ledger import as_of
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from tests.ledger.test_postings import INCOME, LATER, TODAY, award
from tests.ledger.test_races import together

A_DAY = timedelta(days=1)


def booked_now():
    """The instant of the last booking so far."""
    return session().scalar(text("SELECT max(posted_at) FROM transactions"))


def points_at(owner, at, purpose="available"):
    return as_of.at_instant(owner, at, clock.now()).total(purpose)


@pytest.fixture
def history(tx):
    """Instants after each of: 15 awarded, 8 held, 8 spent."""
    instants = []
    ledger.post([award("person:1", 15, "a")])
    instants.append(booked_now())
    ledger.hold(key="h", owner="person:1", amount=8, source="o", actor="p", today=TODAY)
    instants.append(booked_now())
    ledger.spend(key="s", hold_key="h", to=INCOME, actor="m", today=TODAY)
    instants.append(booked_now())
    return instants


def test_at_each_instant_stands_what_was_booked_by_then(history):
    assert [points_at("person:1", at) for at in history] == [15, 7, 7]
    assert [points_at("person:1", at, "held") for at in history] == [0, 8, 0]
    assert [points_at("station:1", at, "income") for at in history] == [0, 0, 8]
    assert [points_at("region:1", at, "issuance") for at in history] == [-15] * 3


def test_before_the_first_booking_there_is_nothing(history):
    assert as_of.at_instant("person:1", history[0] - A_DAY, clock.now()).balances == ()


def test_an_instant_within_a_long_history_is_found_wherever_it_lies(tx):
    instants = []
    for n in range(1, 21):
        ledger.post([award("person:1", n, f"k{n}")])
        instants.append(booked_now())
    assert [points_at("person:1", at) for at in instants] == [
        n * (n + 1) // 2 for n in range(1, 21)
    ]


def test_what_is_entered_late_counts_for_its_own_day_by_effective_date_only(tx):
    today = clock.local_day(clock.now(), "Asia/Shanghai")
    late = replace(award("person:1", 15, "late"), effective_on=today - 40 * A_DAY)
    ledger.post([late])

    def on(day, basis):
        return as_of.on_day("person:1", day, basis, clock.now()).total("available")

    assert (on(today - 40 * A_DAY, "effective"), on(today - 40 * A_DAY, "booked")) == (15, 0)
    assert (on(today - 41 * A_DAY, "effective"), on(today, "booked")) == (0, 15)


def test_a_local_day_ends_at_local_midnight(app):
    with app.app_context():
        last = as_of.last_instant(date(2026, 11, 22))
    assert last == datetime(2026, 11, 22, 15, 59, 59, 999_999, tzinfo=UTC)


@pytest.mark.parametrize("basis", as_of.BASES)
def test_the_lines_of_two_days_lead_from_one_standing_to_the_other(history, basis):
    today = clock.local_day(clock.now(), "Asia/Shanghai")
    first = min(TODAY, today)
    before = as_of.on_day("person:1", first - A_DAY, basis, clock.now())
    after = as_of.on_day("person:1", max(TODAY, today), basis, clock.now())
    page = as_of.lines("person:1", first=first, last=max(TODAY, today), basis=basis, limit=10)
    assert len(page.items) == 3
    for purpose in ("available", "held"):
        moved = sum(getattr(line, purpose) or 0 for line in page.items)
        assert before.total(purpose) + moved == after.total(purpose)


@pytest.mark.parametrize("basis", as_of.BASES)
def test_lines_of_other_days_are_left_out_and_pages_follow_each_other(history, basis):
    today = clock.local_day(clock.now(), "Asia/Shanghai")
    ledger.post([replace(award("person:1", 1, "b"), effective_on=today - 3 * A_DAY)])
    assert as_of.lines("person:1", last=date(2020, 1, 1), basis=basis, limit=9).items == []
    assert as_of.lines("person:1", first=date(2999, 1, 1), basis=basis, limit=9).items == []
    first = as_of.lines("person:1", basis=basis, limit=3)
    rest = as_of.lines("person:1", basis=basis, cursor=first.next_cursor, limit=3)
    assert len({line.id for line in [*first.items, *rest.items]}) == 4


def test_an_answer_is_final_once_nothing_that_began_before_is_still_being_booked(live):
    """A transaction that commits late must not turn up behind an answer that was called final."""
    booked, seen = Barrier(2), Barrier(2)

    def work(n):
        if n == 0:  # books, and commits only after the other has looked
            ledger.post([award("person:1", 15, "a", LATER)])
            booked.wait()
            seen.wait()
            return None
        booked.wait()
        now = clock.now()
        standing = as_of.at_instant("person:1", now - timedelta(microseconds=1), now)
        seen.wait()
        return now, standing

    _, (at, early) = together(live, 2, work)
    assert (early.total("available"), early.final) == (0, False)
    with live.app_context(), transaction():
        later = as_of.at_instant("person:1", at, clock.now())
    assert (later.total("available"), later.final) == (15, True)


def test_the_versions_of_an_account_are_booked_in_their_order_by_many_at_once(live):
    def work(n):
        ledger.post([award(f"person:{k % 3}", 1, f"{n}:{k}") for k in range(9)])

    for _ in range(3):
        together(live, 6, work)
    backwards = text(
        "SELECT count(*) FROM (SELECT t.posted_at, lag(t.posted_at) OVER"
        " (PARTITION BY e.account_id ORDER BY e.version) AS before"
        " FROM entries e JOIN transactions t ON t.id = e.transaction_id"
        " WHERE e.version IS NOT NULL) x WHERE posted_at < before"
    )
    with live.app_context(), transaction():
        assert session().scalar(backwards) == 0


def test_todays_answer_is_not_final(history):
    today = clock.local_day(clock.now(), "Asia/Shanghai")
    assert not as_of.on_day("person:1", today, "booked", clock.now()).final
    assert as_of.on_day("person:1", today - 2 * A_DAY, "booked", clock.now()).final
    assert not as_of.on_day("person:1", today - 2 * A_DAY, "effective", clock.now()).final


def test_purses_are_told_apart_by_their_expiry(tx):
    lines = transfer(Purse("region:1", "issuance"), Purse("person:1", "available"), 4)
    ledger.post([award("person:1", 15, "a"), Posting("n", "adjustment", "s", "x", TODAY, lines)])
    found = as_of.at_instant("person:1", booked_now(), clock.now()).balances
    assert [(b.expires_on, b.points) for b in found] == [(LATER, 15), (date(9999, 12, 31), 4)]
