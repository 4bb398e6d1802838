"""Family members and what is given to them, and donations to a fund."""

from datetime import date, timedelta

import pytest

from incentive.core import clock
from incentive.core.db import session
from incentive.ledger import service as ledger
from incentive.ledger.domain import NEVER, Posting, Purse, transfer
from incentive.ledger.errors import InsufficientPoints
from incentive.points.family import service as family
from incentive.points.family.errors import (
    AlreadyLinked,
    FamilyFull,
    NotYoursToAccept,
    OwnFamily,
    TransfersOff,
    UnknownLink,
)
from incentive.points.giving import service as giving
from incentive.points.giving.errors import (
    CapReached,
    DonationsOff,
    FundUnclear,
    RecipientAway,
    UnknownFund,
)
from incentive.points.policy import service as policies
from tests import factories as make
from tests.points.conftest import caller_of, points_of, refused, whole


@pytest.fixture
def allowed(place, as_, now):
    """A jurisdiction that lets people give points away."""

    def allow(**more):
        usual = {"transfers_allowed": True, "donations_allowed": True}
        return policies.change(as_("chief"), now, **usual | more)

    allow()
    return allow


@pytest.fixture
def link(place, as_, now, allowed):
    """The volunteer and the cousin are family."""
    asked = family.invite(as_("volunteer"), place.cousin.volunteer_number, now)
    family.accept(as_("cousin"), asked.id, now)
    return asked.id


def give(person, points, expires_on=date(2099, 12, 31)):
    lines = transfer(
        Purse("region:1", "issuance"), Purse(f"person:{person.id}", "available", expires_on), points
    )
    key = f"{person.id}:{points}:{expires_on}"
    ledger.post([Posting(key, "adjustment", "gift of a test", "x", date(2026, 1, 1), lines)])


def test_family_is_asked_by_one_and_agreed_to_by_the_other(place, as_, now, allowed):
    asked = family.invite(as_("volunteer"), place.cousin.volunteer_number, now)
    (mine,) = family.relatives(place.volunteer.id)
    (theirs,) = family.relatives(place.cousin.id)
    assert (mine.state, theirs.state) == ("asked", "asking")
    with refused(NotYoursToAccept):
        family.accept(as_("volunteer"), asked.id, now)
    with refused(UnknownLink):
        family.accept(as_("worker"), asked.id, now)
    family.accept(as_("cousin"), asked.id, now)
    assert [r.state for r in family.relatives(place.volunteer.id)] == ["linked"]


def test_two_are_linked_once_and_nobody_with_themselves(place, as_, link, now):
    with refused(AlreadyLinked):
        family.invite(as_("cousin"), place.volunteer.volunteer_number, now)
    with refused(OwnFamily):
        family.invite(as_("cousin"), place.cousin.volunteer_number, now)


def test_a_link_is_ended_by_either_and_can_be_made_anew(place, as_, link, now):
    family.end(as_("cousin"), link, now)
    with refused(UnknownLink):
        giving.transfer(as_("volunteer"), link, 1, now)
    with refused(UnknownLink):
        family.end(as_("volunteer"), link, now)
    family.invite(as_("cousin"), place.volunteer.volunteer_number, now)


def test_there_are_only_so_many_and_requests_count(place, as_, now, allowed):
    allowed(family_max=2)
    for name in ("cousin", "worker"):
        family.invite(as_("volunteer"), getattr(place, name).volunteer_number, now)
    with refused(FamilyFull) as refusal:
        family.invite(as_("volunteer"), place.second.volunteer_number, now)
    assert refusal.value.figures == {"most": 2}
    with refused(FamilyFull):
        family.invite(as_("second"), place.volunteer.volunteer_number, now)


def test_what_others_ask_takes_no_place_but_it_takes_one_to_accept(place, as_, now, allowed):
    allowed(family_max=1)
    number = place.volunteer.volunteer_number
    asked = [family.invite(as_(name), number, now) for name in ("worker", "second", "cousin")]
    family.accept(as_("volunteer"), asked[0].id, now)
    with refused(FamilyFull):
        family.accept(as_("volunteer"), asked[1].id, now)


def test_nothing_is_given_where_it_is_not_allowed(place, as_, now):
    with refused(TransfersOff):
        family.invite(as_("volunteer"), place.cousin.volunteer_number, now)
    with refused(DonationsOff):
        giving.donate(as_("volunteer"), 1, now)


def test_points_given_keep_their_expiry_and_the_first_to_expire_go_first(place, as_, link, now):
    soon = clock.local_day(now, "Asia/Shanghai") + timedelta(days=9)
    give(place.volunteer, 30)
    give(place.volunteer, 20, soon)
    give(place.volunteer, 10, NEVER)
    giving.transfer(as_("volunteer"), link, 45, now)
    got = {b.expires_on: b.points for b in ledger.balances(f"person:{place.cousin.id}")}
    left = {b.expires_on: b.points for b in ledger.balances(f"person:{place.volunteer.id}")}
    assert got == {soon: 20, date(2099, 12, 31): 25}
    assert left == {date(2099, 12, 31): 5, NEVER: 10}
    assert whole()


def test_what_has_lapsed_cannot_be_given(place, as_, link, now):
    give(place.volunteer, 20, clock.local_day(now, "Asia/Shanghai") - timedelta(days=1))
    give(place.volunteer, 5)
    with refused(InsufficientPoints) as refusal:
        giving.transfer(as_("volunteer"), link, 6, now)
    assert refusal.value.figures == {"needed": 6, "held": 5}


def test_a_month_has_a_cap_that_says_what_is_left(place, as_, link, now, allowed):
    allowed(transfer_cap=50, donation_cap=10)
    give(place.volunteer, 500)
    giving.transfer(as_("volunteer"), link, 40, now)
    with refused(CapReached) as refusal:
        giving.transfer(as_("volunteer"), link, 11, now)
    assert refusal.value.figures == {"cap": 50, "left": 10}
    giving.donate(as_("volunteer"), 10, now)
    with refused(CapReached):
        giving.donate(as_("volunteer"), 1, now)
    giving.transfer(as_("volunteer"), link, 10, now + timedelta(days=31))
    assert whole()


def test_only_who_is_linked_gives_and_the_other_must_be_active(place, as_, link, now):
    give(place.volunteer, 50)
    with refused(UnknownLink):
        giving.transfer(as_("worker"), link, 1, now)
    place.cousin.status = "suspended"
    session().flush()
    with refused(RecipientAway):
        giving.transfer(caller_of(place.volunteer), link, 1, now)


def test_a_donation_goes_to_the_fund_of_ones_community_a_region_or_a_station(
    place, as_, now, allowed
):
    give(place.volunteer, 50)
    station = make.station(place.community)
    giving.donate(as_("volunteer"), 10, now)
    giving.donate(as_("volunteer"), 5, now, region="53")
    giving.donate(as_("volunteer"), 3, now, station_id=station.id)
    assert ledger.total(f"region:{place.community.id}", "income") == 10
    assert ledger.total(f"region:{make.province().id}", "income") == 5
    assert ledger.total(f"station:{station.id}", "income") == 3
    assert points_of(place.volunteer) == 32
    assert whole()


def test_a_fund_that_is_not_there_gets_nothing(place, as_, now, allowed):
    give(place.volunteer, 50)
    closed = make.station(place.community, status="closed")
    for to in ({"region": "99"}, {"station_id": closed.id}, {"station_id": place.cousin.id}):
        with refused(UnknownFund):
            giving.donate(as_("volunteer"), 1, now, **to)
    with refused(FundUnclear):
        giving.donate(as_("volunteer"), 1, now, region="53", station_id=closed.id)


def test_both_sides_see_a_transfer_among_their_gifts(place, as_, link, now):
    give(place.volunteer, 50)
    giving.transfer(as_("volunteer"), link, 40, now)
    for person in (place.volunteer, place.cousin):
        (gift,) = giving.gifts(person.id, cursor=None, limit=5).items
        assert (gift.kind, gift.points) == ("transfer", 40)
    assert giving.left_this_month(place.volunteer.id, "transfer", now) == 460
