from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from incentive.core import clock
from incentive.core.db import session
from incentive.ledger import history
from incentive.ledger import service as ledger
from incentive.ledger.domain import Purse
from incentive.ledger.errors import InsufficientPoints, UnknownTransaction
from incentive.people.errors import OutOfScope
from incentive.points.budgets import setting as budgets
from incentive.points.budgets.errors import BudgetExhausted
from incentive.points.budgets.models import Budget
from incentive.points.corrections import service as corrections
from incentive.points.corrections.errors import (
    AlreadyDecided,
    CorrectsOther,
    DayToCome,
    NotCorrectable,
    OwnPoints,
    SecondPersonNeeded,
    SpentSince,
    UndoneBefore,
)
from incentive.points.corrections.models import Adjustment
from incentive.points.policy import service as policies
from tests import factories as make
from tests.points.conftest import caller_of, earn, points_of, refused, whole

LIMIT = 100  # of one person's in a month: what a jurisdiction begins with
ALL = 1000  # of everybody's


@pytest.fixture
def adjust(place, now):
    """`adjust(points)`: of the volunteer's, by the worker, unless said otherwise."""

    def do(points, by="worker", who=None, **more):
        return corrections.adjust(
            caller_of(getattr(place, by)),
            volunteer_number=(who or place.volunteer).volunteer_number,
            points=points,
            reason="更正登记",
            at=now,
            **more,
        )

    return do


def spend(person, points):
    owner = f"person:{person.id}"
    today = clock.local_day(clock.now(), "Asia/Shanghai")
    ledger.move(
        key=f"spent:{person.id}:{points}",
        kind="adjustment",
        owner=owner,
        amount=points,
        to=Purse("system", "clearing"),
        source="spent",
        actor="x",
        today=today,
    )


def test_up_to_the_limit_one_person_books_alone(place, adjust):
    made = adjust(LIMIT)
    assert (made.status, made.decided_by, points_of(place.volunteer)) == ("booked", None, LIMIT)
    assert history.booked(made.transaction_id).kind == "adjustment"
    assert whole()


def test_above_the_limit_it_waits_for_a_second_person(place, adjust, as_, now):
    made = adjust(LIMIT + 1)
    assert (made.status, points_of(place.volunteer)) == ("proposed", 0)
    corrections.approve(as_("chief"), made.id, "属实", now)
    assert (made.status, points_of(place.volunteer)) == ("booked", LIMIT + 1)
    assert whole()


def test_whoever_set_the_limit_only_proposes(place, adjust, as_, now):
    policies.change(caller_of(place.chief), now, adjustment_limit=1_000_000)
    assert adjust(1, by="chief").status == "proposed"
    assert adjust(900).status == "booked"


def test_into_an_earlier_month_one_person_only_proposes(adjust, now):
    first = clock.local_day(now, "Asia/Shanghai").replace(day=1)
    assert adjust(1, effective_on=first - timedelta(days=1)).status == "proposed"
    assert adjust(1, effective_on=first).status == "booked"


def test_many_small_ones_do_not_pass_below_the_limit(adjust):
    assert adjust(60).status == "booked"
    assert adjust(41).status == "proposed"
    assert adjust(40).status == "booked"


def test_small_ones_for_many_people_do_not_pass_below_the_limit_of_one_worker(place, adjust):
    home = place.community.id
    people = [make.person(home_region_id=home) for _ in range(ALL // LIMIT)]
    for person in people:
        assert adjust(LIMIT, who=person).status == "booked"
    assert adjust(1).status == "proposed"
    assert adjust(-1, who=people[0]).status == "proposed"
    make.grant(place.second, "community_worker", at=place.community)
    assert adjust(1, by="second").status == "booked"


def test_what_a_second_person_approved_leaves_a_worker_their_limit(place, adjust, as_, now):
    big = adjust(ALL + 1)
    corrections.approve(as_("chief"), big.id, "属实", now)
    assert adjust(LIMIT).status == "booked"


def test_the_limit_of_one_worker_is_the_policy_s(place, adjust, now):
    policies.change(caller_of(place.chief), now, worker_limit=30)
    assert adjust(20).status == "booked"
    assert adjust(11, who=place.cousin).status == "proposed"
    assert adjust(10, who=place.cousin).status == "booked"


def test_who_proposed_it_does_not_approve_it(place, adjust, as_, now):
    made = adjust(500, by="chief")
    with refused(SecondPersonNeeded):
        corrections.approve(as_("chief"), made.id, "x", now)
    corrections.approve(as_("second"), made.id, "属实", now)


def test_nobody_adjusts_or_approves_their_own_points(place, adjust, as_, now):
    with refused(OwnPoints):
        adjust(5, by="worker", who=place.worker)
    made = adjust(500, who=place.second)
    with refused(OwnPoints):
        corrections.approve(as_("second"), made.id, "x", now)


@pytest.mark.parametrize(
    "change",
    [
        {"decided_by": "worker"},  # who proposed it
        {"decided_by": "volunteer"},  # whom it concerns
        {"decided_by": None},  # nobody at all, above the limit
    ],
)
def test_the_database_itself_wants_a_second_person(place, adjust, now, change):
    made = adjust(LIMIT + 1)
    with pytest.raises(IntegrityError), session().begin_nested():
        made.status, made.transaction_id = "booked", 7
        if change["decided_by"]:
            made.decided_by, made.decided_at = getattr(place, change["decided_by"]).id, now
        session().flush()


def test_a_rejected_one_moves_nothing_and_is_decided_for_good(place, adjust, as_, now):
    made = adjust(500)
    corrections.reject(as_("chief"), made.id, "无依据", now)
    assert (made.status, points_of(place.volunteer)) == ("rejected", 0)
    with refused(AlreadyDecided):
        corrections.approve(as_("second"), made.id, "x", now)
    assert whole()


def test_only_who_administers_the_region_approves(place, adjust, as_, now):
    made = adjust(500)
    for name in ("worker", "auditor", "volunteer"):
        with refused(OutOfScope):
            corrections.approve(as_(name), made.id, "x", now)


def test_taking_more_than_there_is_is_refused_with_both_figures(place, adjust):
    adjust(30)
    with refused(InsufficientPoints) as refusal:
        adjust(-31)
    assert refusal.value.figures == {"needed": 31, "held": 30}
    with refused(InsufficientPoints):
        adjust(-400)


def test_points_are_taken_earliest_expiry_first(place, adjust, as_, now):
    old = adjust(30, effective_on=clock.local_day(now, "Asia/Shanghai") - timedelta(days=366))
    corrections.approve(as_("chief"), old.id, "属实", now)
    adjust(30)
    adjust(-40)
    (left,) = ledger.balances(f"person:{place.volunteer.id}")
    assert (left.points, left.expires_on.year) == (
        20,
        clock.local_day(now, "Asia/Shanghai").year + 1,
    )


def test_a_backdated_adjustment_counts_for_its_day(place, adjust, as_, now):
    day = clock.local_day(now, "Asia/Shanghai") - timedelta(days=40)
    made = adjust(30, effective_on=day)
    corrections.approve(as_("chief"), made.id, "属实", now)
    assert history.booked(made.transaction_id).effective_on == day
    with refused(DayToCome):
        adjust(5, effective_on=clock.local_day(now, "Asia/Shanghai") + timedelta(days=1))


def test_points_are_not_taken_from_people_of_elsewhere(place, adjust):
    stranger = make.person(home_region_id=make.region("530102001002").id)
    assert adjust(5, who=stranger, region=place.community.code).status == "booked"
    with refused(OutOfScope):
        adjust(-5, who=stranger, region=place.community.code)


def test_a_reversed_award_leaves_both_in_the_books_and_names_each_other(place, as_, now):
    award, _ = earn(place.volunteer, place.community)
    made = corrections.reverse(as_("worker"), award, "记录有误", now)
    assert (made.status, made.points, made.corrects) == ("booked", -10, award)
    assert history.closed_by(award) == made.transaction_id
    assert points_of(place.volunteer) == 0
    assert whole()


def test_an_award_spent_since_is_not_reversed_but_says_how_much_is_left(place, as_, now, adjust):
    award, _ = earn(place.volunteer, place.community)
    spend(place.volunteer, 4)
    with refused(SpentSince) as refusal:
        corrections.reverse(as_("worker"), award, "记录有误", now)
    assert refusal.value.figures == {"given": 10, "can_take_back": 6}
    made = adjust(-6, corrects=award)
    assert (made.status, points_of(place.volunteer)) == ("booked", 0)
    assert whole()


def test_no_more_is_undone_than_was_done(place, as_, now, adjust):
    award, _ = earn(place.volunteer, place.community)
    earn(place.volunteer, place.community, starts_at=now - 20 * make.HOUR)
    adjust(-6, corrects=award)
    with refused(UndoneBefore) as refusal:
        adjust(-5, corrects=award)
    assert refusal.value.figures == {"left": 4}
    with refused(UndoneBefore):
        corrections.reverse(as_("worker"), award, "x", now)
    adjust(-4, corrects=award)
    assert (points_of(place.volunteer), whole()) == (10, True)


def test_an_award_is_reversed_once(place, as_, now):
    award, _ = earn(place.volunteer, place.community)
    earn(place.volunteer, place.community, starts_at=now - 20 * make.HOUR)
    corrections.reverse(as_("worker"), award, "x", now)
    with refused(UndoneBefore):
        corrections.reverse(as_("worker"), award, "x", now)


def test_a_wrong_deduction_is_reversed_too(place, as_, now, adjust):
    adjust(30)
    taken = adjust(-20)
    back = corrections.reverse(as_("chief"), taken.transaction_id, "扣错了", now)
    assert (back.points, points_of(place.volunteer)) == (20, 30)
    assert whole()


def test_a_correction_names_a_transaction_that_went_the_other_way(place, adjust):
    award, _ = earn(place.volunteer, place.community)
    with refused(CorrectsOther):
        adjust(5, corrects=award)
    with refused(CorrectsOther):
        adjust(-5, corrects=award, who=place.cousin)
    with refused(UnknownTransaction):
        adjust(-5, corrects=10**12)


def test_orders_are_not_undone_by_hand(place, as_, now):
    earn(place.volunteer, place.community)
    held = ledger.hold(
        key="h",
        owner=f"person:{place.volunteer.id}",
        amount=5,
        source="o",
        actor="x",
        today=clock.local_day(now, "Asia/Shanghai"),
    )
    with refused(NotCorrectable):
        corrections.reverse(as_("worker"), held.transaction_id, "x", now)


def limit_to(place, amount, policy, now):
    return budgets.set_budget(
        caller_of(place.chief),
        region=place.community.code,
        period="month",
        day=clock.local_day(now, "Asia/Shanghai"),
        amount=amount,
        policy=policy,
        at=now,
    )


def test_points_given_by_hand_count_against_the_budget_and_come_back_to_it(place, adjust, as_, now):
    of = limit_to(place, 40, "refuse", now)
    given = adjust(30)
    with refused(BudgetExhausted):
        adjust(11)
    corrections.reverse(as_("worker"), given.transaction_id, "x", now)
    session().expire_all()
    assert session().get(Budget, of.id).issued == 0
    assert adjust(11).status == "booked"
    assert whole()


def test_past_a_budget_that_queues_even_a_small_one_waits_for_a_second_person(
    place, adjust, as_, now
):
    of = limit_to(place, 10, "queue", now)
    made = adjust(11)
    assert (made.status, made.over_budget) == ("proposed", True)
    corrections.approve(as_("second"), made.id, "属实", now)
    session().expire_all()
    budget = session().get(Budget, of.id)
    assert (budget.issued, budget.overrun, points_of(place.volunteer)) == (11, 1, 11)
    assert whole()


def test_the_list_shows_who_proposed_and_who_decided(place, adjust, as_, now):
    made = adjust(500)
    corrections.approve(as_("chief"), made.id, "属实", now)
    (row,) = corrections.adjustments([place.community.path], cursor=None, limit=5).items
    assert isinstance(row.Adjustment, Adjustment)
    assert row.proposed_by == place.worker.volunteer_number
    assert row.decided_by == place.chief.volunteer_number
    assert corrections.adjustments([], cursor=None, limit=5).items == []
