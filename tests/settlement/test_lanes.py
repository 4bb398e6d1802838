"""Lanes that are settled side by side, on connections of their own, keep what one alone keeps."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier, Event

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from incentive.checkin import service as checkin
from incentive.checkin.errors import AlreadySettled
from incentive.checkin.models import LANES
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.zone import today
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from incentive.points.budgets import setting as budgets
from incentive.settlement import jobs, service
from tests import factories as make
from tests.points.conftest import caller_of
from tests.settlement import crowds

SMALL = 7


@pytest.fixture
def small(monkeypatch):
    """Let a batch be a few records, so that there are many of them."""
    monkeypatch.setattr(service, "BATCH", SMALL)
    for name in ("settle", "settle_lane"):
        monkeypatch.setattr(service, name, partial(getattr(service, name), limit=SMALL))


@pytest.fixture
def books(live):
    """What `books(query)` says; in the end they must be whole."""

    def ask(query):
        with live.app_context(), transaction():
            return session().execute(text(query)).all()

    yield ask
    with live.app_context(), transaction():
        assert [finding.check for finding in checks.run()] == []


def settle_by(live, workers):
    """Run the job in several workers at once; return how many records each dealt with."""
    barrier = Barrier(workers)

    def work(_):
        with live.app_context():
            barrier.wait()
            return jobs.settle_all()

    with ThreadPoolExecutor(workers) as threads:
        return list(threads.map(work, range(workers)))


@pytest.mark.usefixtures("small")
def test_workers_and_lanes_at_once_pay_each_record_once_and_keep_the_caps(live, books):
    people, hours = 40, (0, 5, 10)
    with live.app_context(), transaction():
        crowds.gather(people)
        for hour in hours:
            crowds.serve(today(), minutes=300, hour=hour)
    assert sum(settle_by(live, 3)) == people * len(hours)
    paid = books("SELECT person_id, sum(points), count(*) FROM awards GROUP BY 1")
    # 50 points, then what is left of the day's 80, then nothing.
    assert [(points, records) for _, points, records in paid] == [(80, 3)] * people


@pytest.mark.usefixtures("small")
def test_the_lanes_of_a_large_backlog_are_settled_at_the_same_time(live, books, monkeypatch):
    with live.app_context(), transaction():
        crowds.gather(40)  # who open their purses; what these are paid from is open before
        crowds.serve(today(), hour=1)
    met, first = Barrier(len(LANES), timeout=20), set(LANES)
    settle_lane = service.settle_lane

    def meet(lane, at):
        done = settle_lane(lane, at)
        if lane in first:
            first.discard(lane)
            met.wait()  # both have settled a batch, and neither has committed it
        return done

    monkeypatch.setattr(service, "settle_lane", meet)
    with live.app_context():
        assert jobs.settle_all() == 40
    assert books("SELECT count(*) FROM awards") == [(40,)]


@pytest.mark.usefixtures("small")
def test_lanes_that_exhaust_two_budgets_at_once_issue_what_fits_and_no_more(live, books):
    with live.app_context(), transaction():
        home = make.region()
        other = make.region("530102001002", parent=session().get(make.Region, home.parent_id))
        chief = make.person()
        for place in (home, other):
            make.grant(chief, "administrator", at=place)
        start = clock.now() - timedelta(hours=3)
        shifts = [
            make.shift(make.activity(place, by=chief), starts_at=start, quota=99, hours=2)
            for place in (home, other)
        ]
        for n in range(60):
            # Each person serves once, so that lanes and budgets cross in every way.
            make.service_record(shifts[n % 2], make.person(), 60)
        for place in (home, other):
            budgets.set_budget(
                caller_of(chief),
                region=place.code,
                period="month",
                day=clock.local_day(start, "Asia/Shanghai"),
                amount=175,
                policy="refuse",
                at=clock.now(),
            )
    settle_by(live, 2)
    assert books("SELECT count(*), sum(points) FROM awards") == [(34, 340)]
    assert books("SELECT issued FROM budgets") == [(170,), (170,)]
    codes = books("SELECT code, count(*) FROM settlement_failures GROUP BY 1")
    assert codes == [("points.budget_exhausted", 26)]


@pytest.mark.usefixtures("small")
def test_a_record_that_cannot_be_paid_holds_up_neither_lane(live, books):
    with live.app_context(), transaction():
        crowds.gather(40)
        crowds.serve(today())
        bad = session().scalars(text("SELECT DISTINCT ON (lane) record_id FROM unsettled_records"))
        lines = transfer(Purse("region:x", "issuance"), Purse("person:x", "available"), 1)
        known = [
            Posting(f"award:{record}", "charge", "elsewhere", "x", today(), lines) for record in bad
        ]
        ledger.post(known)
    assert len(known) == len(LANES)
    settle_by(live, 2)
    assert books("SELECT count(*) FROM awards") == [(38,)]
    assert books("SELECT code FROM settlement_failures") == [("ledger.key_conflict",)] * 2
    assert books("SELECT count(*) FROM unsettled_records WHERE retry_at > now()") == [(2,)]


def test_who_rejects_a_record_that_is_being_settled_waits_and_is_told(live, books):
    with live.app_context(), transaction():
        home = make.region()
        worker = make.person()
        make.grant(worker, "community_worker", at=home)
        shift = make.shift(make.activity(home, by=worker))
        record = make.service_record(shift, make.person(), 60).id
    settling, rejecting = Event(), Event()

    def settle():
        with live.app_context(), transaction():
            service.settle(clock.now())
            settling.set()
            assert rejecting.wait(20)

    def reject():
        with live.app_context(), transaction():
            assert settling.wait(20)
            rejecting.set()
            with pytest.raises(AlreadySettled):
                checkin.reject(record, caller_of(worker), "不是本人", clock.now())

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(settle), threads.submit(reject)]:
            done.result()
    assert books("SELECT status FROM service_records") == [("verified",)]


def test_a_record_that_is_being_rejected_is_not_settled(live, books):
    with live.app_context(), transaction():
        home = make.region()
        worker = make.person()
        make.grant(worker, "community_worker", at=home)
        shift = make.shift(make.activity(home, by=worker))
        record = make.service_record(shift, make.person(), 60).id

    def settle():
        with live.app_context(), transaction():
            return service.settle(clock.now())

    with live.app_context(), transaction(), ThreadPoolExecutor(1) as threads:
        checkin.reject(record, caller_of(worker), "不是本人", clock.now())
        assert threads.submit(settle).result(20) == 0
    with live.app_context():
        assert jobs.settle_all() == 0
    assert books("SELECT count(*) FROM unsettled_records") == [(0,)]


def test_when_the_database_goes_away_from_one_lane_the_other_stops_too(live, monkeypatch):
    monkeypatch.setattr(service, "BATCH", 0)
    with live.app_context(), transaction():
        crowds.gather(1)
        crowds.serve(today())

    def settle_lane(lane, _):
        if lane == LANES[0]:
            raise OperationalError("SELECT", None, Exception("gone"))
        return 1, True  # as if there were no end of it

    monkeypatch.setattr(service, "settle_lane", settle_lane)
    with live.app_context(), pytest.raises(OperationalError):
        jobs.settle_all()
