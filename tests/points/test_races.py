"""What must hold when two do it at once, on real connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.errors import IncentiveError
from incentive.ledger import checks
from incentive.people.models import Person
from incentive.points.budgets import service as budgets
from incentive.points.budgets.models import Budget
from incentive.points.corrections import service as corrections
from incentive.regions.models import Region
from incentive.settlement import service as settlement
from tests import factories as make
from tests.points.conftest import caller_of, people_of, points_of, serve


def together(app, works):
    """Run all `works` at once, each in a transaction; return results or refusals in order."""
    barrier = Barrier(len(works))

    def run(work):
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    return work()
            except IncentiveError as refusal:
                return refusal

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def codes(results):
    return sorted(result.code for result in results if isinstance(result, IncentiveError))


@pytest.fixture
def place(live):
    with live.app_context(), transaction():
        return people_of(make.region())


@pytest.fixture
def whole(live):
    yield
    with live.app_context(), transaction():
        assert [finding.check for finding in checks.run()] == []


@pytest.mark.usefixtures("whole")
def test_an_adjustment_approved_by_two_at_once_is_booked_once(live, place):
    now = clock.now()
    with live.app_context(), transaction():
        made = corrections.adjust(
            caller_of(place.worker),
            volunteer_number=place.volunteer.volunteer_number,
            points=500,
            reason="补登",
            at=now,
        )

    def approve(person):
        return lambda: corrections.approve(caller_of(person), made.id, "属实", now).status

    results = together(live, [approve(place.chief), approve(place.second)] * 2)
    assert results.count("booked") == 1
    assert codes(results) == ["points.already_decided"] * 3
    with live.app_context(), transaction():
        assert points_of(place.volunteer) == 500


@pytest.mark.usefixtures("whole")
def test_small_adjustments_at_once_do_not_slip_below_the_limit_together(live, place):
    def adjust():
        return corrections.adjust(
            caller_of(place.worker),
            volunteer_number=place.volunteer.volunteer_number,
            points=60,
            reason="补登",
            at=clock.now(),
        ).status

    assert sorted(together(live, [adjust] * 4)) == ["booked"] + ["proposed"] * 3


@pytest.mark.usefixtures("whole")
def test_a_budgets_last_points_are_issued_once_by_two_who_settle_and_adjust(live, place):
    """Two workers settle while a third gives points by hand: room for one of them only."""
    now = clock.now()
    with live.app_context(), transaction():
        region = session().get(Region, place.community.id)
        of = budgets.set_budget(
            caller_of(place.chief),
            region=region.code,
            period="year",
            day=clock.local_day(now, "Asia/Shanghai"),
            amount=14,
            policy="refuse",
            at=now,
        )
        for _ in range(6):
            serve(make.person(), region)
        people = [person.id for person in session().query(Person).all()]

    def settle():
        settlement.settle(clock.now(), limit=2)

    def adjust():
        return corrections.adjust(
            caller_of(place.worker),
            volunteer_number=place.volunteer.volunteer_number,
            points=10,
            reason="补登",
            at=clock.now(),
        ).status

    together(live, [settle, settle, adjust, settle, settle])
    with live.app_context(), transaction():
        budget = session().get(Budget, of.id)
        assert (budget.issued, budget.room) == (10, 4)
        given = [points_of(session().get(Person, person)) for person in people]
        assert sorted(given)[-2:] == [0, 10]


@pytest.mark.usefixtures("whole")
def test_an_award_reversed_by_two_at_once_is_reversed_once(live, place):
    with live.app_context(), transaction():
        region = session().get(Region, place.community.id)
        record = serve(session().get(Person, place.volunteer.id), region)
    with live.app_context(), transaction():
        settlement.settle(clock.now())
        from tests.points.conftest import award_of

        award = award_of(record)

    def reverse(person):
        return lambda: corrections.reverse(caller_of(person), award, "误", clock.now()).status

    results = together(live, [reverse(place.worker), reverse(place.chief)] * 2)
    assert results.count("booked") == 1
    assert codes(results) == ["points.undone_before"] * 3


@pytest.mark.usefixtures("whole")
def test_a_budget_of_one_month_set_by_two_at_once_is_set_once(live, place):
    def set_budget(person):
        return lambda: (
            budgets.set_budget(
                caller_of(person),
                region=place.community.code,
                period="quarter",
                day=clock.local_day(clock.now(), "Asia/Shanghai"),
                amount=100,
                policy="refuse",
                at=clock.now(),
            ).id
        )

    results = together(live, [set_budget(place.chief), set_budget(place.second)] * 2)
    assert codes(results) == ["points.months_taken"] * 3
