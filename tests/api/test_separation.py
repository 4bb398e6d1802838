"""Of each pair in the table the second act by the same person is refused, with the code it says.

A pair that is added to `people.separation` fails here until it has a line in `SECOND` or `STAKE`.
Everybody acts with an administrator's powers over everything: it is not for want of a role.
"""

from datetime import timedelta
from unittest.mock import patch

import pytest

from incentive.checkin import service as checkin
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.errors import IncentiveError
from incentive.core.ids import new_id
from incentive.core.zone import day_of
from incentive.ledger import service as ledger  # noqa: F401 - the books are written by it
from incentive.merchants import closing, confirming, disputes, parties
from incentive.people import delegation, roles, standing
from incentive.people import queries as people_queries
from incentive.people.amending import service as amending
from incentive.people.caller import Caller, Grant
from incentive.people.erasing import service as erasing
from incentive.people.erasing.models import Erasure
from incentive.people.guardians import service as guardians
from incentive.people.models import Person
from incentive.people.permissions import ADMINISTRATOR
from incentive.people.separation import NEVER_FOR_ONESELF, SECOND_ACTS
from incentive.points.budgets import setting as budgets
from incentive.points.corrections import service as corrections
from incentive.points.disputes import service as quarrels
from incentive.points.merges import service as merges
from incentive.settlement.rulebook import service as rulebook
from incentive.stations import counter
from incentive.stations.discrepancies import service as findings
from incentive.stations.discrepancies.models import Discrepancy
from incentive.stations.stocktakes import service as stocktakes
from tests import factories as make
from tests.api.matrix_world import build_alone
from tests.undone import undone

WHY = "理由"
SOON = timedelta(days=3)


def mighty(side, name):
    person = side.people[name]
    grants = (Grant(ADMINISTRATOR, "53", None),)
    return Caller(person.id, person.volunteer_number, new_id(), grants)


def confirm_guardian(side, by):
    session().get_one(Person, side.ids["person_id"]).age_class = "under_18"
    session().flush()
    guardians.confirm(
        by,
        minor=side.ids["number_of_volunteer"],
        guardian=side.people["contact"].volunteer_number,
        notice_id=make.notices()["minors"],
        reason=WHY,
        at=clock.now(),
    )


def decide_on_rules(decide):
    def act(side):
        document = {"rules": [{"rule": "block", "block_minutes": 60, "block_points": 11}]}
        at = clock.now()
        chief = session().merge(side.people["chief"])
        draft = make.rule_draft(document, day_of(at) + timedelta(days=40), by=chief)
        decide(draft.id, mighty(side, "chief"), at)

    return act


def clear_a_finding(side):
    chief, at = side.people["chief"], clock.now()
    seen = {"happened_at": at, "found_at": at, "facts": {}, "person_id": chief.id}
    station = side.ids["station_id"]
    found = make.add(Discrepancy(station_id=station, kind="bursts", key=str(new_id()), **seen))
    findings.clear(mighty(side, "chief"), found.id, at, WHY)


def confirm_for_both(side):
    worker, statement, at = mighty(side, "worker"), side.ids["statement_id"], clock.now()
    confirming.confirm(worker, statement, side="sponsor", at=at)
    number = worker.volunteer_number
    merchant = side.ids["merchant_id"]
    parties.add_contact(mighty(side, "chief"), merchant, volunteer_number=number, at=at)
    confirming.confirm(worker, statement, side="merchant", at=at)


def settle_ones_own(side):
    worker, silent = mighty(side, "worker"), side.ids["silent"]
    closing.settle_without_merchant(worker, silent, reason=WHY, at=clock.now())


def budget_below_ones_own(side):
    grid = make.region("530102001001001", level="grid", grid_kind="place", parent=side.place)
    budgets.set_budget(
        mighty(side, "second"),
        region=grid.code,
        period="year",
        day=day_of(clock.now()),
        amount=5,
        policy="queue",
        at=clock.now(),
    )


def merge_of_ones_own(side):
    by, at = mighty(side, "second"), clock.now()
    kept, gone = (make.person(home_region_id=side.place.id).volunteer_number for _ in range(2))
    merges.approve(by, merges.ask(by, kept=kept, gone=gone, reason=WHY, at=at).id, at)


def ask_to_merge(side, by):
    fresh = make.person(home_region_id=side.place.id)
    number = side.ids["number_of_volunteer"]
    return merges.ask(by, kept=number, gone=fresh.volunteer_number, reason=WHY, at=clock.now())


def decide_on_merge(side, by):
    merge = ask_to_merge(side, mighty(side, "worker"))
    merges.approve(by, merge.id, clock.now())


SECOND = {
    "rules.approve": decide_on_rules(lambda i, by, at: rulebook.approve(i, by, at, day_of(at))),
    "rules.reject": decide_on_rules(lambda i, by, at: rulebook.reject(i, by, WHY, at)),
    "points.approve": lambda s: corrections.approve(
        mighty(s, "second"), s.ids["adjustment_id"], WHY, clock.now()
    ),
    "points.reject": lambda s: corrections.reject(
        mighty(s, "second"), s.ids["adjustment_id"], WHY, clock.now()
    ),
    "dispute.decide": lambda s: decide(s, mighty(s, "worker")),
    "person.merge_decide": merge_of_ones_own,
    "budget.set": budget_below_ones_own,
    "budget.raise": lambda s: budgets.raise_budget(
        mighty(s, "second"), s.ids["points_budget"], 5, WHY, clock.now()
    ),
    "budget.overrun": lambda s: budgets.approve_overrun(
        mighty(s, "second"), s.ids["points_budget"], WHY, clock.now()
    ),
    "person.approve_erasure": lambda s: erasing.approve(
        s.ids["erasure_id"], WHY, mighty(s, "second"), clock.now()
    ),
    "person.refuse_erasure": lambda s: erasing.refuse(
        s.ids["erasure_id"], WHY, mighty(s, "second"), clock.now()
    ),
    "stocktake.book": lambda s: stocktakes.book(
        mighty(s, "worker"), s.ids["stocktake_id"], clock.now()
    ),
    "discrepancy.clear": clear_a_finding,
    "statement.answer": lambda s: disputes.decline(
        mighty(s, "contact"), s.ids["objected"], s.ids["objection_id"], answer=WHY, at=clock.now()
    ),
    "statement.confirm": confirm_for_both,
    "statement.settle": settle_ones_own,
}


def decide(side, by):
    quarrels.decide(by, side.ids["dispute_id"], for_person=True, reason=WHY, at=clock.now())


def hand_on(side, by):
    person = next(each for each in side.people.values() if each.id == by.person_id)
    held = make.grant(person, "lead", at=side.place)
    at = clock.now()
    number = side.ids["number_of_volunteer"]
    delegation.delegate(by, held.id, volunteer_number=number, until=at + SOON, at=at)


def unblock(side, by):
    people_queries.set_status(side.ids["person_id"], "suspended")
    standing.unblock(side.ids["person_id"], WHY, by=by, at=clock.now())


def propose_erasure(side, by):
    # Places on shifts and orders would stand in the way.
    with patch.object(erasing.hindering, "stops", return_value=[]):
        erasing.propose(side.ids["person_id"], WHY, by, clock.now(), gives_up_points=True)


def erasure_of_the_volunteer(side):
    made = Erasure(
        person_id=side.ids["person_id"],
        asked_by=side.people["second"].id,
        asked_at=clock.now(),
        reason=WHY,
        gives_up_points=True,
        status="proposed",
    )
    return make.add(made).id


# What is done to the side's volunteer.
STAKE = {
    "person.correct": lambda s, by: amending.approve(s.ids["correction_id"], by, clock.now()),
    "person.refuse_correction": lambda s, by: amending.refuse(
        s.ids["correction_id"], WHY, by, clock.now()
    ),
    "person.erase": propose_erasure,
    "person.approve_erasure": lambda s, by: erasing.approve(
        erasure_of_the_volunteer(s), WHY, by, clock.now()
    ),
    "person.refuse_erasure": lambda s, by: erasing.refuse(
        erasure_of_the_volunteer(s), WHY, by, clock.now()
    ),
    "role.grant": lambda s, by: roles.grant_role(
        s.ids["person_id"], "lead", region_id=s.place.id, by=by, at=clock.now()
    ),
    "role.delegate": hand_on,
    "person.block": lambda s, by: standing.block(s.ids["person_id"], WHY, by=by, at=clock.now()),
    "person.unblock": unblock,
    "person.merge": ask_to_merge,
    "person.merge_decide": decide_on_merge,
    "attendance.confirm": lambda s, by: checkin.confirm(s.ids["attendance_id"], by, clock.now()),
    "record.verify": lambda s, by: checkin.verify(s.ids["record_id"], by, clock.now()),
    "record.reject": lambda s, by: checkin.reject(s.ids["record_id"], by, WHY, clock.now()),
    "points.adjust": lambda s, by: corrections.adjust(
        by, volunteer_number=s.ids["number_of_volunteer"], points=5, reason=WHY, at=clock.now()
    ),
    "points.reverse": lambda s, by: corrections.reverse(
        by, s.ids["transaction_id"], WHY, clock.now()
    ),
    "points.approve": lambda s, by: corrections.approve(
        by, s.ids["adjustment_id"], WHY, clock.now()
    ),
    "points.reject": lambda s, by: corrections.reject(by, s.ids["adjustment_id"], WHY, clock.now()),
    "dispute.open": lambda s, by: quarrels.challenge(by, s.ids["transaction_id"], WHY, clock.now()),
    "dispute.decide": decide,
    "order.collect": lambda s, by: counter.collect(by, s.ids["order_code"], clock.now()),
    "order.refund": lambda s, by: counter.refund(
        by, s.ids["refundable"], clock.now(), reason=WHY, restock=False
    ),
    "guardian.confirm": confirm_guardian,
    "merchant.contact": lambda s, by: parties.add_contact(
        by,
        s.ids["merchant_id"],
        volunteer_number=s.ids["number_of_volunteer"],
        at=clock.now(),
    ),
}


@pytest.fixture(scope="module")
def side(own_books):
    with own_books.app_context():
        return build_alone()


def outcome(app, act, *args):
    """The code with which an act is refused, or None; nothing of it lasts."""
    with undone(app):
        try:
            with transaction():
                act(*args)
        except IncentiveError as refusal:
            return refusal.code
    return None


def test_each_pair_of_the_table_is_tried():
    assert set(SECOND) == set(SECOND_ACTS)
    assert set(STAKE) == set(NEVER_FOR_ONESELF)


@pytest.mark.parametrize("act", SECOND_ACTS)
def test_the_second_act_is_not_for_who_did_the_first(own_books, side, act):
    assert outcome(own_books, SECOND[act], side) == SECOND_ACTS[act].code


@pytest.mark.parametrize("act", NEVER_FOR_ONESELF)
def test_nobody_does_it_for_themselves(own_books, side, act):
    by = mighty(side, "volunteer")
    assert outcome(own_books, STAKE[act], side, by) == NEVER_FOR_ONESELF[act].code


@pytest.mark.parametrize("act", NEVER_FOR_ONESELF)
def test_nobody_vouches_for_their_family(own_books, side, act):
    by = mighty(side, "relative")
    wanted = "people.for_family" if NEVER_FOR_ONESELF[act].family else None
    assert outcome(own_books, STAKE[act], side, by) == wanted


@pytest.mark.parametrize("act", NEVER_FOR_ONESELF)
def test_anybody_else_does(own_books, side, act):
    # Who asked to be family and was not answered is none.
    assert outcome(own_books, STAKE[act], side, mighty(side, "suitor")) is None
