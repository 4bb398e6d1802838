"""What reading the ledger costs, in rows, when an account has 200,000 entries: as good as nothing.

Counted by the database itself, so that no machine is too slow for it.
"""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from incentive.core import clock
from incentive.core.db import db, session, transaction
from incentive.core.paging import page
from incentive.ledger import as_of, jobs, snapshots
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from incentive.stations import ledger_queries
from incentive.stations.ledger_queries import Filter
from tests.ledger.sealed import administrator

STATION = UUID(int=1)
SHOP = f"station:{STATION}"
ENTRIES = 200_000
FIRST = date(2026, 1, 1)
DAYS = 300
START = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS = 120
# One snapshot's worth for a balance, and as much for each row of a page.
ROWS_FOR_A_BALANCE = 4 * snapshots.EVERY
PAGE = 50
ROWS_FOR_A_PAGE = (PAGE + 4) * 2 * snapshots.EVERY
# Of each entry the row, its transaction and its order.
ROWS_OF_A_STEP = 3 * snapshots.STEP
BOOKS = """
INSERT INTO accounts (id, owner, asset, purpose, limited, commitment) OVERRIDING SYSTEM VALUE
VALUES (1, 'region:1', 'points', 'issuance', false, ''), (2, :shop, 'points', 'income', false, '');

INSERT INTO transactions (key, request_hash, kind, source, actor, effective_on, posted_at)
SELECT n, '', 'redemption', 'redemption:' || md5(n::text)::uuid, 'a',
       CAST(:first AS date) + n * CAST(:days AS int) / CAST(:entries AS int),
       CAST(:start AS timestamptz) + make_interval(secs => n * CAST(:seconds AS int))
FROM generate_series(1, CAST(:entries AS int)) n;

INSERT INTO entries (transaction_id, line, account_id, amount)
SELECT id, line, line, CASE line WHEN 1 THEN -1 ELSE 1 END
FROM transactions, generate_series(1, 2) line ORDER BY id, line;

INSERT INTO redemptions (id, station_id, item_id, person_id, quantity, points, code, status,
                         held_at, expires_at, reason)
SELECT md5(n::text)::uuid, :station, :station, :station, 1, 1, n, 'held', now(), now(), ''
FROM generate_series(1, CAST(:entries AS int)) n;

SELECT setval('accounts_id_seq', 2);
ANALYZE
"""


@pytest.fixture(scope="module")
def large(large_books):
    """Books with one station that 200,000 orders were paid at, its balances kept."""
    with administrator(large_books) as connection:
        values = {
            "shop": SHOP,
            "station": STATION,
            "first": FIRST,
            "days": DAYS,
            "entries": ENTRIES,
            "start": START,
            "seconds": SECONDS,
        }
        for statement in BOOKS.split(";"):
            connection.execute(text(statement), values)
        connection.commit()
    with large_books.app_context():
        jobs.take_snapshots()
    return large_books


def rows_read():
    """How many rows this session has read, also before if the database has not yet noted it."""
    return session().scalar(
        text(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint"
            " FROM pg_stat_xact_user_tables"
        )
    )


@pytest.fixture
def counted(large):
    """A transaction that says how many rows it has read, from any table."""
    with large.app_context(), transaction():
        # What a parallel worker reads is not in this count.
        session().execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
        before = rows_read()
        yield lambda: rows_read() - before


def at(part):
    return START + timedelta(seconds=SECONDS * int(ENTRIES * part))


def test_a_balance(counted):
    assert ledger.total(SHOP, "income") == ENTRIES
    assert counted() < ROWS_FOR_A_BALANCE


@pytest.mark.parametrize("part", [0, 0.00001, 0.1, 0.54321, 0.9999, 1])
def test_a_balance_as_of_an_instant(counted, part):
    found = as_of.at_instant(SHOP, at(part), clock.now())
    assert found.total("income") == int(ENTRIES * part)
    assert counted() < ROWS_FOR_A_BALANCE


@pytest.mark.parametrize("day", [-1, 0, 1, 150, DAYS, 1000])
def test_a_balance_as_of_a_day_by_what_belongs_to_it(counted, day):
    found = as_of.on_day(SHOP, FIRST + timedelta(days=day), "effective", clock.now())
    expected = sum(1 for n in range(1, ENTRIES + 1) if n * DAYS // ENTRIES <= day)
    assert found.total("income") == expected
    assert counted() < ROWS_FOR_A_BALANCE


def test_a_page_of_the_stations_ledger_wherever_it_lies(counted):
    rows = ledger_queries.rows(STATION, Filter())
    cursor = None
    for number in range(3):
        before = counted()
        shown = page(
            ledger_queries.listed(rows),
            ledger_queries.key(rows),
            cursor=cursor,
            limit=PAGE,
            newest_first=True,
            scalars=False,
        )
        assert counted() - before < ROWS_FOR_A_PAGE
        cursor = shown.next_cursor
        totals = [row.running_total for row in shown.items]
        assert totals == [ENTRIES - number * PAGE - n for n in range(PAGE)]
        assert all(row.redemption_id for row in shown.items)


@pytest.mark.parametrize(
    "which", [{}, {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31)}]
)
def test_the_totals_above_it(counted, which):
    assert ledger_queries.totals(STATION, Filter(**which)).entries > DAYS
    assert counted() < 2 * ROWS_FOR_A_BALANCE


JANUARY = {"first_day": date(2026, 1, 2), "last_day": date(2026, 1, 3)}


def test_a_page_of_days_long_past(counted):
    """The first run kept sums by day once a step, and a page looks at one step's entries at most."""
    rows = ledger_queries.rows(STATION, Filter(**JANUARY))
    listed, key = ledger_queries.listed(rows), ledger_queries.key(rows)
    shown = page(listed, key, cursor=None, limit=PAGE, newest_first=True, scalars=False)
    assert len(shown.items) == PAGE
    assert shown.items[0].running_total == 3 * ENTRIES // DAYS - 1
    assert counted() < ROWS_OF_A_STEP + ROWS_FOR_A_PAGE


def test_a_file_of_days_long_past(counted):
    found = list(ledger_queries.stream(ledger_queries.all_rows(STATION, Filter(**JANUARY))))
    totals = [row.running_total for row in found]
    assert totals == list(range(ENTRIES // DAYS + 1, 3 * ENTRIES // DAYS))
    assert counted() < ROWS_OF_A_STEP + ROWS_FOR_A_BALANCE


def test_the_totals_of_a_kind_read_each_entry_and_no_order(counted):
    assert ledger_queries.totals(STATION, Filter(kind="redemption")).points_in == ENTRIES
    assert counted() < 3 * ENTRIES + ROWS_FOR_A_BALANCE


@pytest.mark.parametrize("which", [{"last_day": date(2025, 12, 31)}, {"person": "5300000009999"}])
def test_a_page_on_which_there_is_nothing(counted, which):
    rows = ledger_queries.rows(STATION, Filter(**which))
    listed, key = ledger_queries.listed(rows), ledger_queries.key(rows)
    assert page(listed, key, cursor=None, limit=PAGE, newest_first=True).items == []
    assert ledger_queries.totals(STATION, Filter(**which)).entries == 0
    assert counted() < 2 * ROWS_FOR_A_BALANCE


def test_the_next_snapshots_are_made_from_what_is_new(large):
    with large.app_context():
        with transaction():
            lines = transfer(Purse("region:1", "issuance"), Purse(SHOP, "income"), 1)
            day = FIRST + timedelta(days=DAYS)
            ledger.post(
                [Posting(str(uuid4()), "adjustment", "s", "a", day, lines) for _ in range(150)]
            )
        with transaction():
            before = rows_read()
            assert snapshots.take()[0] > 0
            assert rows_read() - before < 20 * snapshots.EVERY
        with transaction():
            assert ledger.total(SHOP, "income") == ENTRIES + 150
        db.session.remove()
