"""A community, who works there, and a volunteer with points; services are called as somebody."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from incentive.core import clock
from incentive.core.db import session
from incentive.people.caller import identify
from incentive.settlement import service as settlement
from tests import factories as make


def caller_of(person):
    """The person as a caller, with the roles they hold now."""
    return identify(make.token(person))


def people_of(community):
    """One person of each kind, at home in the community; the roles are over it."""
    found = {"community": community}
    for name, role in (
        ("worker", "community_worker"),
        ("chief", "administrator"),
        ("second", "administrator"),
        ("auditor", "auditor"),
        ("volunteer", "volunteer"),
        ("cousin", "volunteer"),
    ):
        person = make.person(home_region_id=community.id)
        make.grant(person, role, at=community)
        found[name] = person
    return SimpleNamespace(**found)


@pytest.fixture
def place(tx):
    return people_of(make.region())


@pytest.fixture
def as_(place):
    """`as_("chief")`: the caller who is that person."""
    return lambda name: caller_of(getattr(place, name))


@pytest.fixture
def now():
    return clock.now()


def earn(person, community, minutes=60, starts_at=None):
    """Have a verified record settled; return the award's transaction id and its record."""
    record = serve(person, community, minutes, starts_at)
    settlement.settle(clock.now())
    return award_of(record), record


def serve(person, community, minutes=60, starts_at=None):
    """A verified record of the person's that is still to be settled."""
    starts = starts_at or clock.now() - 3 * make.HOUR
    activity = make.activity(community, by=make.person())
    return make.service_record(make.shift(activity, starts_at=starts, hours=12), person, minutes)


def award_of(record):
    from incentive.settlement.models import Award

    award = session().get(Award, record.id, populate_existing=True)
    return award and award.transaction_id


def points_of(person, purpose="available"):
    from incentive.ledger import service as ledger

    return sum(b.points for b in ledger.balances(f"person:{person.id}") if b.purpose == purpose)


def whole():
    """Nothing is wrong in the books."""
    from incentive.ledger import checks

    assert list(checks.run()) == []
    return True


@contextmanager
def refused(kind):
    """What is done within is refused in that way, and nothing of it lasts."""
    with pytest.raises(kind) as refusal, session().begin_nested():
        yield refusal
