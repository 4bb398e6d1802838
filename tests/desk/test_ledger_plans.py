"""The ledger browser reads few rows, however many there are."""

import json
from datetime import date

import pytest
from sqlalchemy import event, select

from incentive.core.db import db, session, transaction
from incentive.core.zone import today
from incentive.desk import ledger_queries as queries
from incentive.desk.ledger import _selected
from incentive.desk.ledger_filter import LedgerFilter
from incentive.ledger import history
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from incentive.ledger.models import Transaction
from incentive.people.caller import Caller, Grant
from incentive.people.models import Person
from tests import factories as make
from tests.desk.crowd import fill

COUNT, PEOPLE = 100_000, 20_000
DAYS = {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 3)}


@pytest.fixture(scope="module")
def crowd(request, server):
    from tests.conftest import _application, _clone

    with _clone(server, "incentive_plans") as settings:
        app = _application(settings)
        with app.app_context(), transaction():
            make.province()
        fill(settings, count=COUNT, people=PEOPLE)
        lines = transfer(Purse("region:1", "issuance"), Purse("person:1", "available"), 1)
        with app.app_context(), transaction():
            ledger.post([Posting("award:1", "award", "service_record:1", "system", today(), lines)])
        yield app
        with app.app_context():
            db.engine.dispose()


def read(work):
    """Return how many rows of tables and indexes the statements of `work` look at."""
    sent = []

    def note(_connection, _cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    work()
    event.remove(db.engine, "before_cursor_execute", note)
    rows = 0
    connection = session().connection()
    for statement, parameters in sent:
        if statement.startswith("SELECT"):
            plan = connection.exec_driver_sql(
                f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters
            ).scalar_one()
            rows += looked_at((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"])
    return rows


def looked_at(node):
    rows = sum(looked_at(below) for below in node.get("Plans", ()))
    if "Scan" in node["Node Type"] and "Relation Name" in node:
        met = node["Actual Rows"] + sum(
            node.get(name, 0)
            for name in ("Rows Removed by Filter", "Rows Removed by Index Recheck")
        )
        rows += round(met * node["Actual Loops"])
    return rows


def browse(app, grants, which, *, sums):
    def work():
        found = _selected(Caller(None, "", None, grants), which)
        ids = queries.few(found)
        shown = queries.listed(found, ids, cursor=None, limit=50)
        assert shown.items
        queries.sums_of(found, [each.id for each in shown.items])
        if sums:
            queries.totals(found, ids)

    return work


WHOLE = (Grant("auditor", "53", None),)
COMMUNITY = (Grant("auditor", "53.530102001033", None),)


@pytest.mark.parametrize(
    ("grants", "which", "most"),
    [
        (WHOLE, LedgerFilter(), 600),
        (WHOLE, LedgerFilter(kind="award"), 600),
        (WHOLE, LedgerFilter(kind="refund"), 600),
        (WHOLE, LedgerFilter(source="crowd:1234"), 600),
        (WHOLE, LedgerFilter(source="service_record:1"), 600),
        (WHOLE, LedgerFilter(**DAYS), COUNT / 10),
        (WHOLE, LedgerFilter(by="booked", **DAYS), COUNT / 10),
        # The accounts are read once to find the few in scope; of the rest, their own rows.
        (WHOLE, LedgerFilter(least=1000), COUNT / 2),
        (COMMUNITY, LedgerFilter(), COUNT / 2),
        (COMMUNITY, LedgerFilter(**DAYS), COUNT / 2),
    ],
)
def test_a_page_looks_at_few_of_all_rows(crowd, grants, which, most):
    with crowd.app_context(), transaction():
        assert read(browse(crowd, grants, which, sums=False)) <= most


def test_a_source_is_looked_up_whether_it_is_in_the_awards_key_or_not(crowd):
    with crowd.app_context(), transaction():
        for source, key in (("service_record:1", "award:1"), ("crowd:1234", "crowd:1234")):
            wanted = select(Transaction).where(history.of_source(source))
            assert [each.key for each in session().scalars(wanted)] == [key]
            assert read(lambda wanted=wanted: session().scalars(wanted).all()) <= 3


def test_what_one_person_has_or_did_is_found_by_their_rows_alone(crowd):
    with crowd.app_context(), transaction():
        number = (
            session()
            .query(Person.volunteer_number)
            .filter(Person.volunteer_number.startswith("53"))
            .limit(1)
            .scalar()
        )
        for which in (LedgerFilter(person=number), LedgerFilter(person=number, **DAYS)):
            found = _selected(Caller(None, "", None, WHOLE), which)
            assert len(queries.few(found)) == COUNT / PEOPLE
        assert read(browse(crowd, WHOLE, LedgerFilter(person=number), sums=True)) <= 300
