"""Balances that are kept beside the writers, and what is read with their help."""

from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from incentive.core import clock
from incentive.core.db import session, snapshot, sqlalchemy_url, transaction
from incentive.ledger import as_of, checks, history, jobs, snapshot_queries, snapshots
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from tests.ledger.sealed import administrator, ask
from tests.ledger.test_races import together

SHOP = "station:1"
STEP = 1_000
DAY = date(2026, 11, 20)
SUMS = "every kept balance is the sum of the account's entries up to its position"
DAYS = "every kept balance of a day is the sum of what belongs to it and to the days before"


def pay(*amounts, owner=SHOP, day=DAY):
    """Post one transaction for each amount between two accounts that nobody may wait for."""
    purses = Purse("region:1", "issuance"), Purse(owner, "income")
    ledger.post(
        [
            Posting(str(uuid4()), "adjustment", "s", "a", day, transfer(*purses, amount))
            for amount in amounts
        ]
    )


def paid(app, *amounts, **more):
    with app.app_context(), transaction():
        pay(*amounts, **more)


def take(app, every=1):
    return step_on(app, every, STEP)[0]


def step_on(app, every, step):
    with app.app_context(), transaction():
        return snapshot_queries.take(every, step)


def kept(app, owner=SHOP):
    return [
        tuple(row)
        for row in ask(
            app,
            "SELECT s.entries, s.balance, s.credited FROM account_snapshots s"
            " JOIN accounts a ON a.id = s.account_id WHERE a.owner = :o ORDER BY s.position",
            o=owner,
        )
    ]


def total(app, owner=SHOP):
    with app.app_context(), transaction():
        return ledger.total(owner, "income")


def wrong(app, name=SUMS):
    with app.app_context(), transaction():
        outcome = checks.look(checks.named(name))
        assert outcome.clean == (not outcome.rows)
        return outcome.rows


@pytest.fixture
def writer(live):
    """A connection of somebody else's who takes their time to commit."""
    url = sqlalchemy_url(live.config["SETTINGS"].database_url)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        connection.execute(text("SET search_path TO j_default, public"))
        connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
        connection.commit()
        yield connection


def slow_pay(connection, amount, owner=SHOP, day=DAY):
    connection.execute(
        text(
            "SELECT ledger_transfer(:key, '\\x00'::bytea, 'adjustment', 's', '', 'a', :day, NULL,"
            " 'points', :amount, 'region:1', 'issuance', '9999-12-31', :owner, 'income', '9999-12-31')"
        ),
        {"key": str(uuid4()), "day": day, "amount": amount, "owner": owner},
    )


def test_a_balance_is_the_latest_snapshot_and_what_came_after(live):
    paid(live, 10, 5, -3)
    assert take(live) == 6
    assert kept(live) == [(1, 10, 10), (2, 15, 15), (3, 12, 15)]
    assert take(live) == 0
    paid(live, 8)
    assert total(live) == 20
    assert kept(live) == [(1, 10, 10), (2, 15, 15), (3, 12, 15)]
    assert (take(live), total(live)) == (2, 20)


def test_a_snapshot_is_due_after_so_many_further_entries(live):
    paid(live, *[1] * 25)
    assert take(live, every=10) == 4
    assert kept(live) == [(10, 10, 10), (20, 20, 20)]
    paid(live, *[1] * 4)
    assert take(live, every=10) == 0
    paid(live, 1)
    assert take(live, every=10) == 2
    assert kept(live)[-1] == (30, 30, 30)


def test_persons_accounts_keep_their_own_balance_and_get_no_snapshot(live):
    with live.app_context(), transaction():
        lines = transfer(Purse("region:1", "issuance"), Purse("person:1", "available"), 5)
        ledger.post([Posting("a", "award", "s", "a", DAY, lines)])
    assert take(live) == 1
    assert kept(live, "person:1") == []


def test_the_job_takes_them(live):
    paid(live, *[1] * snapshots.EVERY)
    with live.app_context():
        jobs.take_snapshots()
    assert kept(live) == [(snapshots.EVERY,) * 3]


def test_what_commits_late_is_waited_for_and_not_lost(live, writer):
    paid(live, 1)
    slow_pay(writer, 100)
    paid(live, 10)
    assert take(live) == 0
    assert total(live) == 11
    writer.commit()
    assert total(live) == 111
    assert take(live) == 6
    assert kept(live) == [(1, 1, 1), (2, 101, 101), (3, 111, 111)]
    assert wrong(live) == []


def test_what_is_posted_meanwhile_does_not_hold_the_snapshot_back(live, writer):
    """Somebody is booking at any time; only those who were when it was proposed are waited for."""
    slow_pay(writer, 1)
    assert take(live) == 0
    writer.commit()
    slow_pay(writer, 10)
    paid(live, 100)
    assert take(live) == 2
    assert kept(live) == [(1, 1, 1)]
    writer.commit()
    assert take(live) == 4
    assert total(live) == 111
    assert wrong(live) == []


def test_who_has_drawn_an_id_and_nothing_else_is_waited_for(live):
    """Ids may be drawn for a whole set, and long before it is booked."""
    paid(live, 1, 1)
    with administrator(live) as slow:
        drawn = slow.scalar(text("SELECT nextval('transactions_id_seq')"))
        paid(live, 10)
        assert take(live) == 0
        slow.execute(
            text(
                "INSERT INTO transactions (id, key, request_hash, kind, source, actor, effective_on)"
                " OVERRIDING SYSTEM VALUE VALUES (:id, 'x', '', 'adjustment', 's', 'a', :day)"
            ),
            {"id": drawn, "day": DAY},
        )
        slow.execute(
            text(
                "INSERT INTO entries (transaction_id, line, account_id, amount)"
                " SELECT :id, 1, id, 100 FROM accounts WHERE owner = :owner"
            ),
            {"id": drawn, "owner": SHOP},
        )
        slow.commit()
    take(live)
    # Booked after the next one, though its id is lower: no instant lies between the two.
    assert kept(live) == [(1, 1, 1), (2, 2, 2)]
    paid(live, 1000)
    take(live)
    assert kept(live)[2:] == [(4, 112, 112), (5, 1112, 1112)]
    assert wrong(live) == []


def test_a_posting_in_the_snapshots_own_transaction_comes_with_a_later_run(live):
    with live.app_context(), transaction():
        pay(5)
        assert snapshot_queries.take(1, STEP) == (0, False)
    assert take(live) == 2


def test_two_at_once_take_each_snapshot_once(live):
    paid(live, *[1] * 30)
    assert sum(together(live, 4, lambda _: snapshot_queries.take(3, STEP)[0])) == 20
    assert [entries for entries, _, _ in kept(live)] == list(range(3, 31, 3))
    assert wrong(live) == []


def test_snapshots_beside_writers_lose_nothing(live):
    def work(n):
        for _ in range(8):
            if n == 0:
                session().commit()
                snapshot_queries.take(2, STEP)
            else:
                pay(n, n)
        return n

    for _ in range(3):
        together(live, 4, work)
    take(live, 2)
    take(live, 2)
    assert total(live) == 3 * 8 * 2 * (1 + 2 + 3)
    assert len(kept(live)) > 10
    assert wrong(live) == []
    assert wrong(live, DAYS) == []


def test_old_books_go_in_steps_and_each_goes_on_where_the_last_one_ended(live):
    paid(live, *range(1, 11))
    # Two accounts, three transactions a step, and a snapshot for each two entries.
    assert [step_on(live, 2, 3) for _ in range(4)] == [(2, True), (4, True), (2, True), (2, False)]
    assert [entries for entries, _, _ in kept(live)] == [2, 4, 6, 8, 10]
    assert step_on(live, 2, 3) == (0, False)
    assert wrong(live) == wrong(live, DAYS) == []


def test_a_step_that_was_broken_off_is_done_anew_and_those_before_it_stay(live):
    paid(live, *range(1, 11))
    step_on(live, 1, 4)
    with live.app_context(), pytest.raises(KeyError), transaction():
        assert snapshot_queries.take(1, 4) == (8, True)
        raise KeyError
    assert len(kept(live)) == 4
    # With what came meanwhile; and whoever goes on may take other steps.
    paid(live, 11)
    outcomes = [step_on(live, 1, STEP) for _ in range(3)]
    assert outcomes == [(8, True), (6, False), (0, False)]
    assert [balance for _, balance, _ in kept(live)] == [n * (n + 1) // 2 for n in range(1, 12)]
    assert wrong(live) == wrong(live, DAYS) == []


def test_no_snapshot_stands_for_an_instant_that_a_later_step_still_adds_to(live):
    """The third was booked before the second: no instant has the first two without it."""
    paid(live, 1, 2, 4, 8)
    take(live, every=100)
    with administrator(live) as connection:
        for n, minute in enumerate([0, 2, 1, 3], 1):
            connection.execute(
                text("UPDATE transactions SET posted_at = :at WHERE id = :id"),
                {"id": n, "at": at_minute(minute)},
            )
        connection.execute(text("UPDATE snapshot_marks SET reached = 0, position = 0"))
        connection.commit()
    assert [step_on(live, 1, 2)[1] for _ in range(2)] == [True, False]
    assert [entries for entries, _, _ in kept(live)] == [1, 3, 4]
    with live.app_context(), transaction():
        assert [booked(SHOP, at_minute(n)) for n in range(-1, 4)] == [0, 1, 5, 7, 15]
    assert wrong(live) == []


def test_nobody_who_posts_waits_for_a_snapshot(live, writer):
    paid(live, 1)
    with live.app_context(), transaction():
        assert snapshot_queries.take(1, STEP) == (2, False)
        writer.execute(text("SET lock_timeout = '1s'"))
        slow_pay(writer, 1)
        writer.commit()
    assert total(live) == 2


def test_a_snapshot_of_an_old_moment_is_refused(live):
    """It would not see what had been committed when it looked who was booking."""
    with (
        live.app_context(),
        pytest.raises(DBAPIError, match="no snapshot can be taken so"),
        snapshot(),
    ):
        snapshot_queries.take(1, STEP)


def test_the_application_writes_none_by_itself(tx):
    for table in ("account_snapshots", "account_days", "snapshot_marks"):
        for privilege in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            asked = {"t": f"j_default.{table}", "p": privilege}
            assert not session().scalar(text("SELECT has_table_privilege(:t, :p)"), asked), asked


@pytest.mark.parametrize("table", ["account_snapshots", "account_days"])
def test_even_the_administrator_is_refused_by_the_triggers(live, table):
    paid(live, 1)
    take(live)
    with administrator(live) as connection:
        connection.execute(text("SET session_replication_role = origin"))
        for statement in (f"UPDATE {table} SET balance = 0", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="append-only"), connection.begin_nested():
                connection.execute(text(statement))


TAMPERING = {
    "a balance raised": ("UPDATE account_snapshots SET balance = balance + 1", SUMS),
    "a count changed": ("UPDATE account_snapshots SET entries = entries + 1", SUMS),
    "credits changed": ("UPDATE account_snapshots SET credited = credited + 1", SUMS),
    "moved on": ("UPDATE account_snapshots SET position = position + 1", SUMS),
    "dated back": (
        "UPDATE account_snapshots SET booked_until = booked_until - interval '1 minute'",
        SUMS,
    ),
    "one before its time": ("UPDATE snapshot_marks SET reached = 0", SUMS),
    "an entry changed below it": (
        "UPDATE entries SET amount = amount + 1 WHERE transaction_id = 1",
        SUMS,
    ),
    "an entry gone below it": (
        "DELETE FROM entries WHERE transaction_id = 1 AND line = 2",
        SUMS,
    ),
    "a day's balance raised": ("UPDATE account_days SET balance = balance + 1", DAYS),
    "a day gone": ("DELETE FROM account_days", DAYS),
    "a day too many": ("UPDATE account_days SET day = day + 1", DAYS),
}


@pytest.mark.parametrize("case", TAMPERING)
def test_a_snapshot_that_disagrees_with_the_entries_is_named(live, case):
    statement, name = TAMPERING[case]
    paid(live, 3, 4)
    take(live, every=2)
    account = ask(live, "SELECT id FROM accounts WHERE owner = :o", o=SHOP)[0].id
    assert wrong(live, name) == []
    with administrator(live) as connection:
        connection.execute(text(statement))
        connection.commit()
    with live.app_context(), transaction():
        outcome = checks.look(checks.named(name))
    assert account in {row["account_id"] for row in outcome.rows}


def test_a_balance_that_is_read_wrong_shows_in_the_figures_too(live):
    paid(live, 3, 4)
    take(live, every=2)
    with administrator(live) as connection:
        connection.execute(
            text(
                "UPDATE account_snapshots s SET balance = s.balance + 1 FROM accounts a"
                " WHERE a.id = account_id AND a.owner = :o"
            ),
            {"o": SHOP},
        )
        connection.commit()
    with live.app_context(), transaction():
        figures = checks.look(checks.named(SUMS)).figures
    assert sorted(figures.values()) == [0, 1]


def test_where_ids_and_times_run_crosswise_no_snapshot_is_taken(live):
    """So the answer for an instant is right whatever order two writers got their ids and times in."""
    paid(live, 1, 2, 4, 8)
    take(live, every=100)
    minutes = [0, 2, 1, 3]
    with administrator(live) as connection:
        for n, minute in enumerate(minutes, 1):
            connection.execute(
                text("UPDATE transactions SET posted_at = :at WHERE id = :id"),
                {"id": n, "at": at_minute(minute)},
            )
        connection.execute(text("UPDATE snapshot_marks SET reached = 0, position = 0"))
        connection.commit()
    assert take(live) == 6
    assert [entries for entries, _, _ in kept(live)] == [1, 3, 4]
    with live.app_context(), transaction():
        assert [booked(SHOP, at_minute(n)) for n in range(-1, 4)] == [0, 1, 5, 7, 15]


def at_minute(minute):
    return datetime(2026, 11, 20, 8, tzinfo=UTC) + timedelta(minutes=minute)


def booked(owner, at):
    return as_of.at_instant(owner, at, clock.now()).total("income")


def effective(owner, day):
    return as_of.on_day(owner, day, "effective", clock.now()).total("income")


amounts = st.integers(-9, 9).filter(bool)
days = st.integers(-3, 2)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.lists(amounts, min_size=1, max_size=4), days),
        st.tuples(st.just("pay slowly"), amounts, days),
        st.tuples(st.just("commit"), st.none(), st.none()),
        st.tuples(st.just("take"), st.integers(1, 3), st.sampled_from((1, 2, 3, STEP))),
    ),
    max_size=20,
)


def follow(app, writer, owner, history_):
    # Whoever opens an account is waited for by the next who would.
    paid(app, 1, owner=owner)
    for step, what, day in history_:
        match step:
            case "pay":
                paid(app, *what, owner=owner, day=DAY + timedelta(days=day))
            case "pay slowly":
                slow_pay(writer, what, owner, DAY + timedelta(days=day))
            case "commit":
                writer.commit()
            case "take":
                step_on(app, what, day)


def of_days(read, owner, first, last):
    """The entries of these days, out of all that are read for them, with the totals up to each."""
    found = read(owner, "income", days=history.Days(first, last)).subquery()
    statement = select(found.c.transaction_id, found.c.running_total).order_by(found.c[0])
    if first is not None:
        statement = statement.where(found.c.effective_on >= first)
    if last is not None:
        statement = statement.where(found.c.effective_on <= last)
    return [tuple(row) for row in session().execute(statement)]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=steps)
def test_every_answer_is_the_plain_sum_whatever_was_kept_and_when(live, writer, steps):
    owner = f"station:{uuid4()}"
    follow(live, writer, owner, steps)
    with live.app_context(), transaction():
        plain = session().execute(
            text(
                "SELECT e.transaction_id, e.line, e.amount, t.posted_at, t.effective_on"
                " FROM entries e JOIN transactions t ON t.id = e.transaction_id"
                " JOIN accounts a ON a.id = e.account_id WHERE a.owner = :o ORDER BY 1, 2"
            ),
            {"o": owner},
        )
        rows = plain.all()
        assert ledger.total(owner, "income") == sum(row.amount for row in rows)
        moments = sorted(row.posted_at for row in rows)
        tick = timedelta(microseconds=1)
        for at in {moment - tick for moment in moments} | set(moments):
            expected = sum(row.amount for row in rows if row.posted_at <= at)
            assert booked(owner, at) == expected
        span = [DAY + timedelta(days=n) for n in range(-5, 5)]
        for day in span:
            expected = sum(row.amount for row in rows if row.effective_on <= day)
            assert effective(owner, day) == expected
        for first, last in [*pairwise(span), (None, DAY), (DAY, None), (None, None), (DAY, DAY)]:
            within = [
                row.amount
                for row in rows
                if (first is None or row.effective_on >= first)
                and (last is None or row.effective_on <= last)
            ]
            assert history.sums(owner, "income", first=first, last=last) == history.Sums(
                len(within),
                sum(amount for amount in within if amount > 0),
                -sum(amount for amount in within if amount < 0),
            )
        so_far = accumulate(row.amount for row in rows)
        all_of_them = list(zip(rows, so_far, strict=True))
        for first, last in [(None, None), (None, DAY), (DAY, None), *pairwise(span)]:
            expected = [
                (row.transaction_id, total)
                for row, total in all_of_them
                if (first is None or row.effective_on >= first)
                and (last is None or row.effective_on <= last)
            ]
            for read in (history.account_entries, history.account_stretch):
                assert of_days(read, owner, first, last) == expected
    writer.commit()
    assert wrong(live) == []
    assert wrong(live, DAYS) == []
