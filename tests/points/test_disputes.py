"""Contested points are held until somebody else has decided."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session
from incentive.ledger import history
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from incentive.ledger.errors import InsufficientPoints, UnknownTransaction
from incentive.people.errors import OutOfScope
from incentive.points.budgets import setting as budgets
from incentive.points.budgets.models import Budget
from incentive.points.corrections import service as corrections
from incentive.points.corrections.errors import OwnPoints, UndoneBefore
from incentive.points.disputes import service as disputes
from incentive.points.disputes.domain import comes_back_until
from incentive.points.disputes.errors import (
    DisputedBefore,
    DisputeDecided,
    DisputeTooLate,
    NotDisputable,
    NothingToHold,
    NotYoursToDecide,
)
from tests import factories as make
from tests.points.conftest import caller_of, earn, points_of, refused, whole


@pytest.fixture
def award(place):
    """Ten points that the volunteer was given."""
    return earn(place.volunteer, place.community)[0]


@pytest.fixture
def challenged(award, as_, now):
    """The award, contested by the worker."""
    return disputes.challenge(as_("worker"), award, "当天不在场", now)


def adjust(place, points, now, by="worker", **more):
    return corrections.adjust(
        caller_of(getattr(place, by)),
        volunteer_number=place.volunteer.volunteer_number,
        points=points,
        reason="更正",
        at=now,
        **more,
    ).transaction_id


@pytest.fixture
def contested(place, award, as_, now):
    """Six points that were taken, contested by the volunteer."""
    taken = adjust(place, -6, now)
    return disputes.contest(as_("volunteer"), taken, "我在场", now)


def decide(dispute, by, outcome, now):
    return disputes.decide(
        by, dispute.id, for_person=outcome == "for_person", reason="查实", at=now
    )


def test_contested_points_that_were_given_are_held_and_cannot_be_spent(place, challenged, now):
    assert (points_of(place.volunteer), points_of(place.volunteer, "held")) == (0, 10)
    today = clock.local_day(now, "Asia/Shanghai")
    with refused(InsufficientPoints):
        ledger.hold(
            key="order",
            owner=f"person:{place.volunteer.id}",
            amount=1,
            source="o",
            actor="x",
            today=today,
        )
    assert challenged.due_on == today + timedelta(days=15)
    assert whole()


def test_decided_for_the_person_they_are_theirs_again(place, challenged, as_, now):
    decided = decide(challenged, as_("chief"), "for_person", now)
    assert (decided.status, points_of(place.volunteer)) == ("for_person", 10)
    assert history.booked(decided.closing_id).kind == "release"
    assert whole()


def test_decided_against_the_person_they_go_back_to_where_they_came_from(
    place, challenged, as_, now
):
    decided = decide(challenged, as_("chief"), "against_person", now)
    assert history.booked(decided.closing_id).kind == "reversal"
    assert (points_of(place.volunteer), points_of(place.volunteer, "held")) == (0, 0)
    assert ledger.total(f"region:{place.community.id}", "issuance") == 0
    assert whole()


def test_contested_points_that_were_taken_come_into_the_held_purse(place, contested):
    assert (points_of(place.volunteer), points_of(place.volunteer, "held")) == (4, 6)
    assert whole()


@pytest.mark.parametrize(("outcome", "available"), [("for_person", 10), ("against_person", 4)])
def test_what_was_taken_comes_back_or_stays_taken(place, contested, as_, now, outcome, available):
    decide(contested, as_("chief"), outcome, now)
    assert (points_of(place.volunteer), points_of(place.volunteer, "held")) == (available, 0)
    assert whole()


def test_expired_points_that_come_back_last_another_thirty_days(place, as_, now):
    today = clock.local_day(now, "Asia/Shanghai")
    then = now.replace(year=today.year - 2)
    earn(place.volunteer, place.community, starts_at=then)
    ledger.expire(today, "system")
    (expiry,) = [row.id for row in _lines(place.volunteer) if row.kind == "expiry"]
    contested = disputes.contest(as_("volunteer"), expiry, "没有提醒", now)
    decide(contested, as_("chief"), "for_person", now)
    (balance,) = ledger.balances(f"person:{place.volunteer.id}")
    assert (balance.points, balance.expires_on) == (10, today + timedelta(days=30))
    assert whole()


@pytest.mark.parametrize(
    ("left", "lasted", "then"),
    [
        (200, 15, 185),  # days left when contested, days of the dispute, days left afterwards
        (40, 15, 30),
        (20, 15, 20),
        (3, 0, 3),
        (3, 1, 3),
        (3, 4, 7),
        (0, 0, 0),
        (0, 1, 7),
        (200, 300, 30),
        (-1, 0, 30),  # lapsed before it was contested, wrongly
    ],
)
def test_a_dispute_neither_eats_up_the_last_days_of_points_nor_adds_to_them(left, lasted, then):
    day = date(2026, 11, 24)
    today = day + timedelta(days=lasted)
    until = comes_back_until(day + timedelta(days=left), day, today)
    assert (until - today).days == then


@pytest.mark.parametrize(("status", "by"), [("for_person", "chief"), ("lapsed", None)])
def test_points_returned_from_a_dispute_keep_the_expiry_that_they_had(
    place, challenged, as_, now, status, by
):
    """Ten points of this year: they last until the end of the next, dispute or not."""
    if by:
        decide(challenged, as_(by), status, now + timedelta(days=3))
    else:
        disputes.lapse(now + timedelta(days=16))
    today = clock.local_day(now, "Asia/Shanghai")
    assert challenged.status == status
    assert usable_until(place.volunteer) == [(10, date(today.year + 1, 12, 31))]
    assert whole()


def test_points_that_would_have_lapsed_during_a_dispute_that_lapsed_last_another_week(
    place, as_, now
):
    today = clock.local_day(now, "Asia/Shanghai")
    fresh = Purse(f"person:{place.volunteer.id}", "available", today + timedelta(days=5))
    lines = transfer(Purse(f"region:{place.community.id}", "issuance"), fresh, 10)
    posting = Posting("gone-soon", "adjustment", "x", f"person:{place.chief.id}", today, lines)
    (given,) = ledger.post([posting])
    disputes.challenge(as_("worker"), given.transaction_id, "不属实", now)
    disputes.lapse(now + timedelta(days=16))
    assert usable_until(place.volunteer) == [(10, today + timedelta(days=16 + 7))]


def usable_until(person):
    balances = ledger.balances(f"person:{person.id}")
    return [(b.points, b.expires_on) for b in balances if b.purpose == "available"]


def _lines(person):
    from incentive.ledger import as_of

    return as_of.lines(f"person:{person.id}", limit=50).items


def test_of_points_spent_in_part_the_rest_is_held(place, award, as_, now):
    today = clock.local_day(now, "Asia/Shanghai")
    owner = f"person:{place.volunteer.id}"
    ledger.hold(key="o", owner=owner, amount=7, source="o", actor="x", today=today)
    dispute = disputes.challenge(as_("worker"), award, "不在场", now)
    assert (dispute.points, dispute.held) == (10, 3)
    decide(dispute, as_("chief"), "against_person", now)
    with refused(NothingToHold):
        disputes.challenge(as_("worker"), earn_and_spend(place, now), "不在场", now)


def earn_and_spend(place, now):
    award, _ = earn(place.volunteer, place.community, starts_at=now - 30 * make.HOUR)
    today = clock.local_day(now, "Asia/Shanghai")
    owner = f"person:{place.volunteer.id}"
    ledger.hold(key="o2", owner=owner, amount=10, source="o", actor="x", today=today)
    return award


@pytest.mark.parametrize("who", ["worker", "second", "volunteer"])
def test_who_opened_it_made_it_or_is_concerned_does_not_decide(place, as_, now, who):
    for person in (place.worker, place.volunteer):
        make.grant(person, "administrator", at=place.community)
    given = corrections.adjust(
        caller_of(place.second),
        volunteer_number=place.volunteer.volunteer_number,
        points=20,
        reason="补登",
        at=now,
    ).transaction_id
    dispute = disputes.challenge(as_("worker"), given, "不属实", now)
    with refused(NotYoursToDecide):
        decide(dispute, as_(who), "for_person", now)


def test_who_proposed_a_correction_does_not_decide_about_it(place, as_, now, award):
    given = corrections.adjust(
        as_("chief"),
        volunteer_number=place.volunteer.volunteer_number,
        points=300,
        reason="补登",
        at=now,
    )
    corrections.approve(as_("second"), given.id, "属实", now)
    dispute = disputes.challenge(as_("worker"), given.transaction_id, "不属实", now)
    for name in ("chief", "second"):
        with refused(NotYoursToDecide):
            decide(dispute, as_(name), "for_person", now)
    for person in (place.chief, place.second, place.worker, place.volunteer):
        with pytest.raises(IntegrityError), session().begin_nested():
            dispute.status, dispute.closing_id = "for_person", 1
            dispute.decided_at, dispute.decided_by = now, person.id
            session().flush()
        session().refresh(dispute)


def test_it_is_decided_once(place, challenged, as_, now):
    decide(challenged, as_("chief"), "for_person", now)
    with refused(DisputeDecided):
        decide(challenged, as_("second"), "against_person", now)


def test_a_transaction_is_contested_once(place, challenged, as_, now, award):
    with refused(DisputedBefore):
        disputes.challenge(as_("worker"), award, "又来", now)
    decide(challenged, as_("chief"), "for_person", now)
    with refused(DisputedBefore):
        disputes.challenge(as_("worker"), award, "又来", now)


def test_what_is_contested_is_not_undone_in_another_way_meanwhile(
    place, challenged, as_, now, award
):
    with refused(UndoneBefore):
        corrections.reverse(as_("worker"), award, "x", now)
    earn(place.volunteer, place.community, starts_at=now - 30 * make.HOUR)
    with refused(UndoneBefore):
        adjust(place, -1, now, corrects=award)
    decide(challenged, as_("chief"), "for_person", now)
    assert corrections.reverse(as_("worker"), award, "x", now).status == "booked"
    assert whole()


def test_a_person_contests_only_what_was_taken_from_them(place, as_, now, award):
    with refused(NotDisputable):
        disputes.contest(as_("volunteer"), award, "x", now)
    taken = adjust(place, -6, now)
    with refused(UnknownTransaction):
        disputes.contest(as_("cousin"), taken, "x", now)


def test_a_worker_contests_in_their_region_and_never_their_own(place, as_, now, award):
    for name in ("auditor", "volunteer"):
        with refused(OutOfScope):
            disputes.challenge(as_(name), award, "x", now)
    own, _ = earn(place.worker, place.community)
    with refused(OwnPoints):
        disputes.challenge(as_("worker"), own, "x", now)


def test_a_lost_appeal_is_the_last_word(place, contested, as_, now):
    decide(contested, as_("chief"), "against_person", now)
    with refused(NotDisputable):
        disputes.contest(as_("volunteer"), contested.closing_id, "再来", now)


def test_points_lost_by_a_workers_dispute_can_be_appealed_once(place, challenged, as_, now):
    decide(challenged, as_("chief"), "against_person", now)
    appeal = disputes.contest(as_("volunteer"), challenged.closing_id, "我有证人", now)
    assert points_of(place.volunteer, "held") == 10
    with refused(NotYoursToDecide):
        decide(appeal, as_("chief"), "against_person", now)
    decide(appeal, as_("second"), "for_person", now)
    assert points_of(place.volunteer) == 10
    assert whole()


def test_what_was_taken_long_ago_is_contested_no_more(place, as_, now, award):
    taken = adjust(place, -6, now)
    with refused(DisputeTooLate):
        disputes.contest(as_("volunteer"), taken, "x", now + timedelta(days=61))


def test_what_nobody_decided_in_time_is_the_persons_again(place, challenged, now):
    assert disputes.lapse(now + timedelta(days=15)) == 0
    assert disputes.lapse(now + timedelta(days=16)) == 1
    assert (challenged.status, points_of(place.volunteer)) == ("lapsed", 10)
    assert disputes.lapse(now + timedelta(days=16)) == 0
    assert whole()


def test_an_appeal_that_nobody_decided_stays_open(place, contested, now):
    assert disputes.lapse(now + timedelta(days=99)) == 0
    assert contested.status == "open"


@pytest.mark.parametrize(("outcome", "issued"), [("for_person", 10), ("against_person", 0)])
def test_the_budget_follows_what_is_decided(place, as_, now, outcome, issued):
    of = budgets.set_budget(
        as_("chief"),
        region=place.community.code,
        period="year",
        day=clock.local_day(now, "Asia/Shanghai"),
        amount=10,
        policy="refuse",
        at=now,
    )
    award, _ = earn(place.volunteer, place.community)
    undone = corrections.reverse(as_("worker"), award, "误", now)
    appeal = disputes.contest(as_("volunteer"), undone.transaction_id, "我在场", now)
    # Meanwhile somebody else uses the room that came back.
    given = adjust_other(place, now)
    decide(appeal, as_("second"), outcome, now)
    session().expire_all()
    budget = session().get(Budget, of.id)
    assert (budget.issued, budget.overrun) == (issued + given, issued)
    assert whole()


def adjust_other(place, now):
    corrections.adjust(
        caller_of(place.worker),
        volunteer_number=place.cousin.volunteer_number,
        points=10,
        reason="补登",
        at=now,
    )
    return 10


def test_opening_and_deciding_are_acts_on_record(place, challenged, as_, now):
    decide(challenged, as_("chief"), "for_person", now)
    recorded = [row.action for row in session().query(AuditEntry).order_by(AuditEntry.id)]
    assert recorded == ["dispute.open", "dispute.decide"]


def test_disputes_are_listed_where_they_are_decided_and_for_the_person(place, challenged):
    (row,) = disputes.disputes([place.community.path], status="open", cursor=None, limit=5).items
    assert (row.Dispute.id, row.opened_by) == (challenged.id, place.worker.volunteer_number)
    assert disputes.disputes([], cursor=None, limit=5).items == []
    (own,) = disputes.mine(place.volunteer.id, cursor=None, limit=5).items
    assert own.id == challenged.id


def test_a_transfer_can_be_contested_and_goes_back_to_the_giver(place, as_, now):
    from incentive.points.family import service as family
    from incentive.points.giving import service as giving
    from incentive.points.policy import service as policies

    policies.change(as_("chief"), now, transfers_allowed=True)
    earn(place.volunteer, place.community)
    asked = family.invite(as_("volunteer"), place.cousin.volunteer_number, now)
    family.accept(as_("cousin"), asked.id, now)
    gift = giving.transfer(as_("volunteer"), asked.id, 8, now)
    dispute = disputes.challenge(as_("worker"), gift.transaction_id, "冒用账号", now)
    assert (points_of(place.cousin), points_of(place.cousin, "held")) == (0, 8)
    decide(dispute, as_("chief"), "against_person", now)
    assert (points_of(place.volunteer), points_of(place.cousin, "held")) == (10, 0)
    assert whole()
