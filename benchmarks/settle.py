"""`settle`: verified service records a second that become posted awards, by the worker's own job.

The reference is `INSERT … SELECT` of the very entry rows that came of it into a copy of the
table (LIKE … INCLUDING ALL: the same indexes and CHECKs; entries have no foreign keys). The two
take turns, a slice of the records each, so that whatever else the machine does meets both; the
rates are over all slices, the reference's in pairs of entry rows. In the end every record must
have one award and one transaction, and the books be clean.
"""

import gc
import os
import time

import psycopg

from benchmarks import databases, served
from benchmarks.figure import Figure
from incentive.core.db import transaction
from incentive.ledger import checks
from incentive.settlement import jobs

PEOPLE = 10_000
DAYS = 20
RECORDS = PEOPLE * DAYS
SLICES = 10
_COPY = """
    INSERT INTO j_default.entries_copy
    SELECT * FROM j_default.entries WHERE transaction_id > {last} ORDER BY transaction_id, line
"""


def measure() -> Figure:
    """Settle slice by slice and copy what came of each."""
    with databases.migrated() as database:
        served.make(database.admin_url, PEOPLE, DAYS)
        _execute(
            database,
            "CREATE TABLE j_default.entries_copy (LIKE j_default.entries INCLUDING ALL)",
        )
        app = databases.application(database)
        gc.freeze()  # as the worker does once it is loaded
        settled, copied, last = 0.0, 0.0, 0
        for number in range(1, SLICES + 1):
            served.verify(database.admin_url, RECORDS // SLICES)
            began = time.perf_counter()
            with app.app_context():
                jobs.settle()
            seconds = time.perf_counter() - began
            settled += seconds
            began = time.perf_counter()
            _execute(database, _COPY.format(last=last))
            again = time.perf_counter() - began
            copied += again
            last = _ask(database, "SELECT max(id) FROM j_default.transactions")[0]
            shown = ", ".join(f"{RECORDS / SLICES / each:.0f}/s" for each in (seconds, again))
            print(f"  slice {number}: settled, copied {shown} (load {os.getloadavg()[0]:.1f})")
        _prove(database)
        with app.app_context(), transaction():
            wrong = [finding.check for finding in checks.run()]
        if wrong:
            raise SystemExit(f"the books are not clean: {wrong}")
        print(f"  every record has its award, all {len(checks.names())} checks are clean")
    return Figure(RECORDS / settled, RECORDS / copied, "records/s")


def _prove(database: databases.Database) -> None:
    found = _ask(
        database,
        "SELECT (SELECT count(*) FROM j_default.service_records r WHERE status = 'verified'"
        "    AND NOT EXISTS (SELECT FROM j_default.unsettled_records WHERE record_id = r.id)),"
        " (SELECT count(*) FROM j_default.awards WHERE points > 0),"
        " (SELECT count(*) FROM j_default.transactions WHERE kind = 'award'),"
        " (SELECT count(*) / 2 FROM j_default.entries),"
        " (SELECT count(*) / 2 FROM j_default.entries_copy)",
    )
    if found != (RECORDS,) * 5:
        raise SystemExit(f"of {RECORDS} records the books hold {found}")


def _execute(database: databases.Database, statement: str) -> None:
    with psycopg.connect(database.admin_url) as connection:
        connection.execute(statement.encode())


def _ask(database: databases.Database, query: str) -> tuple[int, ...]:
    with psycopg.connect(database.admin_url) as connection:
        row = connection.execute(query.encode()).fetchone()
    if row is None:
        raise SystemExit(query)
    return row
