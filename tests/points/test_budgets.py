from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from incentive.checkin.models import LANES
from incentive.core import clock
from incentive.core.db import session
from incentive.people.errors import OutOfScope
from incentive.points.budgets import setting as budgets
from incentive.points.budgets.domain import Demand, admit, last_day, months_of
from incentive.points.budgets.errors import (
    IssuedMore,
    MonthsTaken,
    MoreWaits,
    NothingWaits,
    OwnBudget,
    OwnWiderBudget,
    RefusesOverrun,
)
from incentive.points.budgets.models import Budget, BudgetChange
from incentive.points.corrections import service as corrections
from incentive.regions.models import Region
from incentive.settlement import service as settlement
from incentive.settlement import setting_aside
from incentive.settlement.models import SettlementFailure
from tests import factories as make
from tests.points.conftest import award_of, caller_of, earn, points_of, refused, serve, whole


@pytest.fixture
def budget(place, now):
    """Set a budget: `budget(amount)`, of this month, by the chief, unless said otherwise."""

    def set_(amount, policy="refuse", by="chief", region=None, period="month", day=None):
        return budgets.set_budget(
            caller_of(getattr(place, by)),
            region=(region or place.community).code,
            period=period,
            day=day or clock.local_day(now, "Asia/Shanghai"),
            amount=amount,
            policy=policy,
            at=now,
        )

    return set_


def again(of):
    session().expire_all()
    return session().get(Budget, of.id)


def settle(at):
    settlement.wake(at)
    while settlement.settle(at):
        pass


def codes():
    return [row["failure"].code for row in setting_aside.listing(None, cursor=None, limit=20).items]


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        ("month", date(2026, 2, 14), date(2026, 2, 1), date(2026, 2, 28)),
        ("quarter", date(2026, 11, 24), date(2026, 10, 1), date(2026, 12, 31)),
        ("year", date(2024, 2, 29), date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_period_is_whole_months_of_the_calendar(period, day, first, last):
    months = months_of(period, day)
    assert (months[0], last_day(months[-1])) == (first, last)


def test_what_does_not_fit_is_passed_over_and_what_was_approved_brings_its_own_room():
    demands = [
        (Demand(key, None, date(2026, 1, 1), None, points), "b")
        for key, points in (("a", 6), ("b", 6), ("c", 4), ("d", 9))
    ]
    assert admit(demands, {"b": 10}, {}) == {"a", "c"}
    assert admit(demands, {"b": 10}, {"d": 9}) == {"a", "c", "d"}


def test_without_a_budget_nothing_limits_what_is_issued(place):
    earn(place.volunteer, place.community)
    assert points_of(place.volunteer) == 10


def test_awards_within_the_budget_are_paid_and_counted(place, budget):
    of = budget(25)
    earn(place.volunteer, place.community)
    assert (again(of).issued, again(of).room) == (10, 15)
    assert whole()


@pytest.mark.parametrize(
    ("policy", "code"),
    [("refuse", "points.budget_exhausted"), ("queue", "points.budget_waiting")],
)
def test_a_record_over_the_budget_is_set_aside_by_name_and_the_rest_are_paid(
    place, budget, now, policy, code
):
    of = budget(25, policy)
    people = [make.person() for _ in range(4)]
    records = [serve(person, place.community) for person in people]
    settle(now)
    assert sorted(points_of(person) for person in people) == [0, 0, 10, 10]
    assert (codes(), again(of).issued) == ([code] * 2, 20)
    assert [award_of(record) is None for record in records].count(True) == 2
    assert whole()


def one_of_each_lane():
    """A lane that nothing waits in costs less."""
    found = {}
    while len(found) < len(LANES):
        person = make.person()
        found.setdefault(session().scalar(select(func.settlement_lane(person.id))), person)
    return found.values()


def test_however_many_are_set_aside_they_are_so_together(place, budget, now):
    budget(5)
    asked = []

    def count(*_):
        asked.append(1)

    def needed(people):
        for person in people:
            serve(person, place.community)
        del asked[:]
        settlement.settle(now)
        return len(asked)

    connection = session().connection()
    event.listen(connection, "before_cursor_execute", count)
    try:
        few, many = needed(one_of_each_lane()), needed([make.person() for _ in range(20)])
    finally:
        event.remove(connection, "before_cursor_execute", count)
    assert len(codes()) == 20  # a page of the 22
    assert many <= few
    assert whole()


def test_a_set_aside_record_is_paid_by_the_next_run_after_the_budget_is_raised(
    place, budget, now, as_
):
    of = budget(5)
    record = serve(place.volunteer, place.community)
    settle(now)
    settle(now)
    assert award_of(record) is None
    budgets.raise_budget(as_("second"), of.id, 20, "年底活动多", now)
    settle(now)
    assert (points_of(place.volunteer), again(of).issued, codes()) == (10, 10, [])
    assert whole()


def test_an_approved_overrun_pays_what_waited_and_nothing_else(place, budget, now, as_):
    of = budget(5, "queue")
    waited = serve(place.volunteer, place.community)
    settle(now)
    budgets.approve_overrun(as_("second"), of.id, "一次性", now)
    assert (again(of).overrun, again(of).promised, again(of).room) == (10, 10, 5)
    late = serve(place.cousin, place.community)
    settle(now)
    assert award_of(waited) is not None
    assert award_of(late) is None
    assert (again(of).issued, again(of).promised, again(of).room) == (10, 0, 5)
    assert whole()


def test_an_overrun_is_approved_for_no_more_points_than_were_seen_to_wait(place, budget, now, as_):
    of = budget(5, "queue")
    serve(place.volunteer, place.community)
    settle(now)
    serve(place.cousin, place.community)
    settle(now)
    with refused(MoreWaits):
        budgets.approve_overrun(as_("second"), of.id, "x", now, points_max=10)
    assert again(of).overrun == 0
    budgets.approve_overrun(as_("second"), of.id, "x", now, points_max=20)
    assert again(of).overrun == 20


def test_who_set_a_budget_does_not_raise_it_nor_let_it_run_over(place, budget, now, as_):
    of = budget(5, "queue")
    with refused(OwnBudget):
        budgets.raise_budget(as_("chief"), of.id, 20, "x", now)
    with refused(OwnBudget):
        budgets.approve_overrun(as_("chief"), of.id, "x", now)


def test_the_database_itself_refuses_a_budget_raised_by_who_set_it(place, budget, now):
    of = budget(5)
    for set_by, by in ((place.chief, place.chief), (place.second, place.chief)):
        with pytest.raises(IntegrityError), session().begin_nested():
            change = {"kind": "raise", "points": 1, "reason": "x", "at": now}
            session().add(BudgetChange(budget_id=of.id, set_by=set_by.id, by=by.id, **change))
            session().flush()


def test_nobody_approves_their_own_points(place, budget, now, as_):
    of = budget(5, "queue")
    serve(place.second, place.community)
    settle(now)
    with refused(NothingWaits):
        budgets.approve_overrun(as_("second"), of.id, "x", now)


def test_a_budget_that_refuses_lets_nothing_run_over(place, budget, now, as_):
    of = budget(5)
    serve(place.volunteer, place.community)
    settle(now)
    with refused(RefusesOverrun):
        budgets.approve_overrun(as_("second"), of.id, "x", now)


def test_the_nearest_region_with_a_budget_counts(place, budget, now):
    street = make.province()
    for name in ("chief", "second"):
        make.grant(getattr(place, name), "administrator", at=street)
    wide = budget(1000, by="second", region=street)
    near = budget(15)
    earn(place.volunteer, place.community)
    elsewhere = make.region("530102001002")
    earn(place.cousin, elsewhere)
    assert (again(near).issued, again(wide).issued) == (10, 10)


def test_a_late_record_counts_in_the_month_of_its_service(place, budget, now):
    this_month = budget(1000)
    last_month = clock.local_day(now, "Asia/Shanghai").replace(day=1) - timedelta(days=3)
    earlier = budget(1000, day=last_month)
    then = clock.day_bounds(last_month, "Asia/Shanghai")[0]
    earn(place.volunteer, place.community, starts_at=then)
    assert (again(this_month).issued, again(earlier).issued) == (0, 10)


def test_a_region_has_one_budget_for_any_month(place, budget):
    budget(100, period="quarter")
    with refused(MonthsTaken):
        budget(100, period="month")


def test_a_new_budget_counts_what_its_months_have_seen(place, budget):
    earn(place.volunteer, place.community)
    with refused(IssuedMore):
        budget(9)
    of = budget(25)
    assert (of.before, of.room) == (10, 15)
    assert whole()


def test_only_an_administrator_of_the_region_sets_its_budget(place, budget):
    for name in ("worker", "auditor", "volunteer"):
        with refused(OutOfScope):
            budget(100, by=name)


def test_caps_are_reckoned_without_what_the_budget_did_not_pay(place, budget, now):
    """80 a day: of 60 and 60, the second gets 20; if the first finds no room, all of its 60."""
    of = budget(59)
    starts = now - 12 * make.HOUR
    serve(place.volunteer, place.community, 360, starts)
    small = serve(place.volunteer, place.community, 300, starts)
    settle(now)
    assert award_of(small) is not None
    assert (points_of(place.volunteer), again(of).issued) == (50, 50)


def test_a_failure_of_another_kind_takes_its_reservation_back(place, budget, now):
    from incentive.ledger import service as ledger
    from incentive.ledger.domain import Posting, Purse, transfer

    of = budget(1000)
    record = serve(place.volunteer, place.community)
    lines = transfer(Purse("region:x", "issuance"), Purse("person:1", "available"), 1)
    ledger.post([Posting(f"award:{record.id}", "adjustment", "x", "x", date(2026, 1, 1), lines)])
    settle(now)
    assert again(of).issued == 0
    assert session().get(SettlementFailure, record.id).code == "ledger.key_conflict"


@pytest.fixture
def county(place):
    """The county of the community, and its administrator."""
    found = session().get(Region, place.community.id)
    over = make.region("530102", "county")
    found.parent_id, found.path = over.id, f"{over.path}.{found.code}"
    session().flush()
    place.boss = make.person()
    make.grant(place.boss, "administrator", at=over)
    return over


def test_who_cannot_raise_a_budget_puts_no_nearer_one_in_its_place(place, budget, county):
    budget(10, by="boss", region=county)
    with refused(OutOfScope):
        budget(1_000_000)
    make.grant(place.second, "administrator", at=county)
    assert budget(5, by="second").region_id == place.community.id


def test_who_set_a_budget_puts_no_nearer_one_in_its_place_and_what_another_puts_is_on_record(
    place, budget, county
):
    wide = budget(10, by="boss", region=county, period="quarter")
    with refused(OwnWiderBudget):
        budget(1_000_000, by="boss")
    make.grant(place.second, "administrator", at=county)
    budget(700, by="second")
    (change,) = session().scalars(select(BudgetChange).filter_by(budget_id=wide.id))
    assert (change.kind, change.points) == ("nearer", 700)
    assert (change.set_by, change.by) == (place.boss.id, place.second.id)
    assert place.community.name in change.reason


def test_a_budget_may_be_set_beside_one_s_own_where_no_wider_one_counts(place, budget, county, now):
    day = clock.local_day(now, "Asia/Shanghai").replace(day=1)
    budget(10, by="boss", region=county)
    assert budget(10, by="boss", day=day - timedelta(days=1)).room == 10


@pytest.mark.parametrize(("setter", "refusal"), [("boss", OutOfScope), ("chief", OwnBudget)])
def test_who_cannot_let_a_budget_run_over_approves_no_adjustment_past_it(
    place, budget, county, now, setter, refusal
):
    budget(10, "queue", by=setter, region=county if setter == "boss" else None)
    adjustment = corrections.adjust(
        caller_of(place.worker),
        volunteer_number=place.volunteer.volunteer_number,
        points=500,
        reason="补登",
        at=now,
    )
    with refused(refusal):
        corrections.approve(caller_of(place.chief), adjustment.id, "属实", now)
    assert points_of(place.volunteer) == 0
