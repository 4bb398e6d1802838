"""Two entries of one person: asked for by one, decided by another, undone within a week."""

from datetime import timedelta

import pytest

from incentive.core.db import session
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.people import queries as people_queries
from incentive.people import service as people
from incentive.people.caller import identify
from incentive.people.errors import OutOfScope, UnknownPerson
from incentive.people.index import reading
from incentive.people.models import Person
from incentive.points.merges import service as merges
from incentive.points.merges.errors import (
    MergeDecided,
    MergeTooLate,
    NotMergeable,
    OwnMerge,
    PointsHeld,
    SamePerson,
    SecondNeeded,
)
from tests import factories as make
from tests.points.conftest import points_of, refused
from tests.points.test_giving import give

WEEK = timedelta(days=7)


@pytest.fixture
def twice(place):
    """The cousin's second entry, with a phone of its own and 30 points."""
    told = {"phone": "+8613812345601"}
    second = make.person("钱多多", told=told, home_region_id=place.community.id)
    give(second, 30)
    return second


@pytest.fixture
def asked(place, as_, now, twice):
    return merges.ask(
        as_("worker"),
        kept=place.cousin.volunteer_number,
        gone=twice.volunteer_number,
        reason="同一人登记两次",
        at=now,
    )


def status_of(person):
    return session().get(Person, person.id, populate_existing=True).status


def test_the_points_move_the_entry_closes_and_leads_to_the_other(place, as_, now, twice, asked):
    token = make.token(twice)
    before = points_of(place.cousin)
    done = merges.approve(as_("chief"), asked.id, now)
    assert (done.status, done.points) == ("done", 30)
    assert (points_of(place.cousin), points_of(twice)) == (before + 30, 0)
    assert status_of(twice) == "merged"
    assert identify(token) is None
    assert people.person_by_number(twice.volunteer_number).id == place.cousin.id
    by_phone = people_queries.person_with_password(reading().all("phone", "+8613812345601"))
    assert by_phone[0].id == place.cousin.id
    assert list(checks.run()) == []


def test_somebody_else_decides_and_nobody_for_themselves_or_family(place, as_, now, twice, asked):
    with refused(OutOfScope):
        merges.approve(as_("worker"), asked.id, now)
    own = merges.ask(
        as_("second"),
        kept=as_("worker").volunteer_number,
        gone=place.volunteer.volunteer_number,
        reason="x",
        at=now,
    )
    with refused(SecondNeeded):
        merges.approve(as_("second"), own.id, now)
    with refused(OwnMerge):
        merges.ask(
            as_("worker"),
            kept=as_("worker").volunteer_number,
            gone=place.cousin.volunteer_number,
            reason="x",
            at=now,
        )


def test_a_merge_is_undone_within_a_week_and_everything_is_as_before(place, as_, now, twice, asked):
    merges.approve(as_("chief"), asked.id, now)
    merges.undo(as_("chief"), asked.id, "不是同一人", now + WEEK - timedelta(seconds=1))
    assert points_of(twice) == 30
    assert status_of(twice) == "active"
    assert people.person_by_number(twice.volunteer_number).id == twice.id
    with refused(MergeDecided):
        merges.undo(as_("chief"), asked.id, "x", now)
    assert list(checks.run()) == []


def test_after_a_week_or_once_the_points_are_spent_nothing_is_undone(place, as_, now, twice, asked):
    merges.approve(as_("chief"), asked.id, now)
    with refused(MergeTooLate):
        merges.undo(as_("chief"), asked.id, "x", now + WEEK)
    owner = f"person:{place.cousin.id}"
    ledger.hold(
        key="all",
        owner=owner,
        amount=points_of(place.cousin),
        source="o",
        actor="p",
        today=now.date(),
    )
    with refused(MergeTooLate):
        merges.undo(as_("chief"), asked.id, "x", now)


def test_with_an_open_order_nothing_is_merged(place, as_, now, twice, asked):
    owner = f"person:{twice.id}"
    ledger.hold(key="h", owner=owner, amount=10, source="o", actor="p", today=now.date())
    with refused(PointsHeld):
        merges.approve(as_("chief"), asked.id, now)
    assert status_of(twice) == "active"


def test_what_is_refused_changes_nothing_and_may_be_asked_again(place, as_, now, twice, asked):
    numbers = {"kept": place.cousin.volunteer_number, "gone": twice.volunteer_number}
    with refused(NotMergeable):
        merges.ask(as_("worker"), reason="x", at=now, **numbers)
    merges.refuse(as_("chief"), asked.id, "不像", now)
    assert points_of(twice) == 30
    with refused(MergeDecided):
        merges.approve(as_("chief"), asked.id, now)
    merges.ask(as_("worker"), reason="x", at=now, **numbers)


def test_an_entry_is_not_merged_with_itself_nor_with_nobody(place, as_, now):
    number = place.cousin.volunteer_number
    with refused(SamePerson):
        merges.ask(as_("worker"), kept=number, gone=number, reason="x", at=now)
    with refused(UnknownPerson):
        merges.ask(as_("worker"), kept=number, gone="5399999999999", reason="x", at=now)


def test_entries_of_one_name_and_home_are_shown_side_by_side_masked(place, as_, now):
    home = place.community.id
    one = make.person("孙重名", told={"birth_month": "1980-01"}, home_region_id=home)
    two = make.person("孙重名", home_region_id=home)
    make.person("周不同", told={"birth_month": "1980-01"}, home_region_id=home)
    make.person("周不同", told={"birth_month": "1990-01"}, home_region_id=home)
    groups = merges.candidates(as_("worker"))
    assert {one.id, two.id} in [{each.id for each in group} for group in groups]
    assert not [g for g in groups if g[0].known.name == "周**"]
    numbers = [one.volunteer_number, two.volunteer_number]
    shown = merges.side_by_side(as_("worker"), numbers, now)
    assert [(each.known.name, each.points) for each in shown] == [("孙**", 0)] * 2
