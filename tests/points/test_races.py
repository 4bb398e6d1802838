"""What must hold when two do it at once, on real connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from time import sleep

import pytest
from sqlalchemy import text

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.errors import IncentiveError
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from incentive.people.models import Person
from incentive.points.budgets import service as budgets
from incentive.points.budgets import setting
from incentive.points.budgets.domain import Demand
from incentive.points.budgets.models import Budget
from incentive.points.corrections import service as corrections
from incentive.points.corrections.errors import UndoneBefore
from incentive.points.disputes import holding
from incentive.points.disputes import service as disputes
from incentive.points.family import service as family
from incentive.points.giving import service as giving
from incentive.points.policy import service as policies
from incentive.regions.models import Region
from incentive.settlement import service as settlement
from tests import factories as make
from tests.points.conftest import award_of, caller_of, earn, people_of, points_of, serve
from tests.points.test_giving import give


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
def test_small_adjustments_of_many_at_once_do_not_slip_below_the_worker_s_limit(live, place):
    with live.app_context(), transaction():
        policies.change(caller_of(place.chief), clock.now(), worker_limit=100)
        home = place.community.id
        numbers = [make.person(home_region_id=home).volunteer_number for _ in range(4)]

    def adjust(number):
        return lambda: (
            corrections.adjust(
                caller_of(place.worker),
                volunteer_number=number,
                points=60,
                reason="补登",
                at=clock.now(),
            ).status
        )

    at_once = [adjust(number) for number in numbers]
    assert sorted(together(live, at_once)) == ["booked"] + ["proposed"] * 3


@pytest.mark.usefixtures("whole")
def test_a_budgets_last_points_are_issued_once_by_two_who_settle_and_adjust(live, place):
    """Two workers settle while a third gives points by hand: room for one of them only."""
    now = clock.now()
    with live.app_context(), transaction():
        region = session().get(Region, place.community.id)
        of = setting.set_budget(
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
            setting.set_budget(
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


@pytest.fixture
def related(live, place):
    """The volunteer and the cousin are family and have ten points each; the id of their link."""
    now = clock.now()
    with live.app_context(), transaction():
        allowed = {"transfers_allowed": True, "donations_allowed": True, "transfer_cap": 25}
        policies.change(caller_of(place.chief), now, **allowed)
        asked = family.invite(caller_of(place.volunteer), place.cousin.volunteer_number, now)
        family.accept(caller_of(place.cousin), asked.id, now)
        give(place.volunteer, 10)
        give(place.cousin, 10)
    return asked.id


def giving_to(giver, link, points):
    return lambda: giving.transfer(caller_of(giver), link, points, clock.now()).kind


@pytest.mark.usefixtures("whole")
def test_the_last_points_are_given_away_once(live, place, related):
    results = together(live, [giving_to(place.volunteer, related, 10)] * 4)
    assert results.count("transfer") == 1
    assert codes(results) == ["ledger.insufficient_points"] * 3
    with live.app_context(), transaction():
        assert (points_of(place.volunteer), points_of(place.cousin)) == (0, 20)


@pytest.mark.usefixtures("whole")
def test_two_who_give_to_each_other_do_not_wait_for_each_other_forever(live, place, related):
    for _ in range(4):
        works = [giving_to(place.volunteer, related, 1), giving_to(place.cousin, related, 1)]
        assert together(live, works * 3) == ["transfer"] * 6
    with live.app_context(), transaction():
        assert (points_of(place.volunteer), points_of(place.cousin)) == (10, 10)


@pytest.mark.usefixtures("whole")
def test_gifts_at_once_do_not_pass_the_months_cap_together(live, place, related):
    with live.app_context(), transaction():
        give(place.volunteer, 90)
    results = together(live, [giving_to(place.volunteer, related, 10)] * 4)
    assert results.count("transfer") == 2
    assert codes(results) == ["points.cap_reached"] * 2


@pytest.mark.usefixtures("whole")
def test_a_link_ended_while_points_are_given_goes_one_way(live, place, related):
    def end():
        family.end(caller_of(place.cousin), related, clock.now())
        return "ended"

    results = together(live, [end, giving_to(place.volunteer, related, 4), end])
    assert results.count("ended") == 1
    with live.app_context(), transaction():
        given = results.count("transfer")
        assert points_of(place.cousin) == 10 + 4 * given


@pytest.mark.usefixtures("whole")
def test_requests_at_once_do_not_make_more_family_than_may_be(live, place, related):
    with live.app_context(), transaction():
        policies.change(caller_of(place.chief), clock.now(), family_max=2)
        numbers = [make.person().volunteer_number for _ in range(4)]

    def invite(number):
        return lambda: family.invite(caller_of(place.volunteer), number, clock.now()).state

    results = together(live, [invite(number) for number in numbers])
    assert results.count("asked") == 1
    assert codes(results) == ["points.family_full"] * 3


@pytest.mark.usefixtures("whole")
def test_a_dispute_decided_by_two_at_once_goes_one_way(live, place):
    with live.app_context(), transaction():
        person = session().get(Person, place.volunteer.id)
        record = serve(person, session().get(Region, place.community.id))
    with live.app_context(), transaction():
        settlement.settle(clock.now())
        award = award_of(record)
        worker = caller_of(place.worker)
        dispute = disputes.challenge(worker, award, "不在场", clock.now()).id

    def decide(person, for_person):
        return lambda: (
            disputes.decide(
                caller_of(person), dispute, for_person=for_person, reason="查实", at=clock.now()
            ).status
        )

    works = [decide(place.chief, for_person=True), decide(place.second, for_person=False)]
    results = together(live, works * 2)
    assert codes(results) == ["points.dispute_decided"] * 3
    with live.app_context(), transaction():
        won = "for_person" in results
        assert (points_of(place.volunteer), points_of(place.volunteer, "held")) == (10 * won, 0)


@pytest.mark.usefixtures("whole")
def test_points_contested_and_reversed_at_once_are_taken_once(live, place):
    with live.app_context(), transaction():
        person = session().get(Person, place.volunteer.id)
        record = serve(person, session().get(Region, place.community.id))
    with live.app_context(), transaction():
        settlement.settle(clock.now())
        award = award_of(record)
        give(place.volunteer, 50)

    def challenge():
        return disputes.challenge(caller_of(place.worker), award, "x", clock.now()).status

    def reverse():
        return corrections.reverse(caller_of(place.chief), award, "x", clock.now()).status

    results = together(live, [challenge, reverse] * 2)
    assert len([result for result in results if isinstance(result, str)]) == 1
    with live.app_context(), transaction():
        assert points_of(place.volunteer) == 50


@pytest.mark.usefixtures("whole")
def test_points_contested_and_spent_at_once_are_held_once(live, place):
    with live.app_context(), transaction():
        person = session().get(Person, place.volunteer.id)
        record = serve(person, session().get(Region, place.community.id))
    with live.app_context(), transaction():
        settlement.settle(clock.now())
        award = award_of(record)
    owner = f"person:{place.volunteer.id}"

    def challenge():
        return disputes.challenge(caller_of(place.worker), award, "x", clock.now()).held

    def order(number):
        today = clock.local_day(clock.now(), "Asia/Shanghai")
        ledger.hold(
            key=f"race:{number}", owner=owner, amount=6, source="race", actor=owner, today=today
        )
        return "held"

    results = together(live, [challenge, *(lambda n=n: order(n) for n in range(4))])
    ordered = results[1:].count("held")
    # Whatever the order had not taken is what can be contested; nothing is held twice.
    assert ordered <= 1
    contested = results[0] if isinstance(results[0], int) else 0
    with live.app_context(), transaction():
        left, held = points_of(place.volunteer), points_of(place.volunteer, "held")
        assert (held, left) == (6 * ordered + contested, 10 - 6 * ordered - contested)
        assert left >= 0
        for number in range(4):
            if results[1 + number] == "held":
                today = clock.local_day(clock.now(), "Asia/Shanghai")
                ledger.release(
                    key=f"race:{number}:end", hold_key=f"race:{number}", actor=owner, today=today
                )


@pytest.mark.usefixtures("whole")
def test_two_runs_warn_of_one_expiry_once(live, place):
    from datetime import timedelta

    from incentive.points.notices import service as notices

    with live.app_context(), transaction():
        today = clock.local_day(clock.now(), "Asia/Shanghai")
        for name in ("volunteer", "cousin", "worker"):
            give(getattr(place, name), 5, today + timedelta(days=3))
    assert sum(together(live, [lambda: notices.warn(clock.now())] * 3)) == 3


def waiting_for_a_lock(app):
    """Return once another connection to this database waits for a lock."""
    waits = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with app.app_context():
        for _ in range(200):
            with transaction():
                if session().scalar(waits):
                    return
            sleep(0.02)
    raise AssertionError("nobody waits")


@pytest.mark.usefixtures("whole")
def test_who_reverses_locks_the_budget_before_the_purse_as_the_settlement_does(live, place):
    now = clock.now()
    day = clock.local_day(now, "Asia/Shanghai")
    with live.app_context(), transaction():
        community = session().get(Region, place.community.id)
        setting.set_budget(
            caller_of(place.chief),
            region=community.code,
            period="year",
            day=day,
            amount=100,
            policy="refuse",
            at=now,
        )
        wrong, _ = earn(session().get(Person, place.volunteer.id), community)

    def reverse():
        with live.app_context(), transaction():
            return corrections.reverse(caller_of(place.worker), wrong, "重复", now).status

    with ThreadPoolExecutor(1) as other:
        with live.app_context(), transaction():
            demand = Demand("other", place.community.id, day, place.volunteer.id, 5)
            assert budgets.try_to_count(demand, now) is None
            reversing = other.submit(reverse)
            with ThreadPoolExecutor(1) as third:
                third.submit(waiting_for_a_lock, live).result()
            purse = Purse(f"person:{place.volunteer.id}", "available", date(day.year + 1, 12, 31))
            lines = transfer(Purse(f"region:{place.community.id}", "issuance"), purse, 5)
            ledger.post([Posting("other", "adjustment", "other", "system", day, lines)])
        assert reversing.result() == "booked"
    with live.app_context(), transaction():
        assert points_of(place.volunteer) == 5


@pytest.mark.usefixtures("whole")
def test_an_award_is_contested_while_its_reversal_is_approved(live, place, monkeypatch):
    now = clock.now()
    with live.app_context(), transaction():
        top = make.person()
        make.grant(top, "administrator", at=make.province())
        policies.change(caller_of(top), now, adjustment_limit=1)
        community = session().get(Region, place.community.id)
        wrong, _ = earn(session().get(Person, place.volunteer.id), community)
        proposed = corrections.reverse(caller_of(place.worker), wrong, "重复", now)
        assert proposed.status == "proposed"

    def approve():
        with live.app_context(), transaction():
            return corrections.approve(caller_of(place.chief), proposed.id, "属实", now)

    with ThreadPoolExecutor(2) as others:
        approving = []

        def hold(*args, really=holding.hold):
            held = really(*args)
            approving.append(others.submit(approve))
            others.submit(waiting_for_a_lock, live).result()
            return held

        monkeypatch.setattr(holding, "hold", hold)
        with live.app_context(), transaction():
            disputes.challenge(caller_of(place.second), wrong, "存疑", now)
        assert isinstance(approving[0].exception(), UndoneBefore)
