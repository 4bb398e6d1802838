"""Blocking somebody, letting them in again, and ending all that is signed in."""

import pytest

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.people import standing
from incentive.people.caller import identify
from incentive.people.errors import OutOfScope, OwnStanding, StandingUnchanged, UnknownPerson
from tests import factories as make
from tests.people.conftest import territory
from tests.people.test_sign_in_races import at_once

NOW = clock.now()
WHY = "多次冒用他人会员卡"


@pytest.fixture
def cast(tx, books):
    class Cast:
        home = make.region("530102001007", name="翠湖社区")
        beside = make.region("530102001008", name="圆通社区")
        chief, other = make.person(), make.person(home_region_id=home.id)

    make.grant(Cast.chief, "administrator", at=Cast.home)
    make.grant(Cast.other, "volunteer", at=Cast.home)
    return Cast


def caller_of(person):
    return identify(make.token(person))


def acts():
    return session().query(AuditEntry).order_by(AuditEntry.id).all()


def test_who_is_blocked_opens_nothing_and_signs_in_anew_once_let_in(cast):
    token = make.token(cast.other)
    assert identify(token)
    standing.block(cast.other.id, WHY, by=caller_of(cast.chief), at=NOW)
    assert identify(token) is None
    standing.unblock(cast.other.id, "查清", by=caller_of(cast.chief), at=NOW)
    assert identify(token) is None
    assert identify(make.token(cast.other))
    blocked, let_in = acts()
    assert (blocked.action, let_in.action) == ("person.block", "person.unblock")
    assert (blocked.before["status"], blocked.after["status"]) == ("active", "suspended")
    assert (blocked.reason, let_in.reason) == (WHY, "查清")
    assert blocked.role == "administrator"


def test_what_is_done_already_is_said_and_not_recorded_twice(cast):
    by = caller_of(cast.chief)
    with pytest.raises(StandingUnchanged):
        standing.unblock(cast.other.id, WHY, by=by, at=NOW)
    standing.block(cast.other.id, WHY, by=by, at=NOW)
    with pytest.raises(StandingUnchanged):
        standing.block(cast.other.id, WHY, by=by, at=NOW)
    assert len(acts()) == 1


@pytest.mark.parametrize("act", [standing.block, standing.unblock, standing.sign_out])
def test_nobody_does_it_to_somebody_elsewhere_or_above(cast, act):
    by = caller_of(cast.chief)
    elsewhere = make.person(home_region_id=cast.beside.id)
    homeless = make.person()
    above = make.person(home_region_id=cast.home.id)
    make.grant(above, "auditor", at=make.province())
    for person in (elsewhere, homeless, above):
        with pytest.raises(OutOfScope):
            act(person.id, WHY, by=by, at=NOW)
    with pytest.raises(UnknownPerson):
        act(cast.home.id, WHY, by=by, at=NOW)


def test_who_manages_a_station_here_is_within_reach_and_one_elsewhere_is_not(cast):
    make.grant(cast.other, "station_manager", station=make.station(cast.home))
    standing.block(cast.other.id, WHY, by=caller_of(cast.chief), at=NOW)
    make.grant(cast.other, "station_manager", station=make.station(cast.beside))
    with pytest.raises(OutOfScope):
        standing.unblock(cast.other.id, WHY, by=caller_of(cast.chief), at=NOW)


@pytest.mark.parametrize("act", [standing.block, standing.unblock])
def test_nobody_does_it_to_themselves(cast, act):
    with pytest.raises(OwnStanding):
        act(cast.chief.id, WHY, by=caller_of(cast.chief), at=NOW)


@pytest.mark.parametrize("role", ["community_worker", "grid_worker", "auditor", "volunteer"])
def test_no_other_role_blocks_anybody(cast, role):
    worker = make.person()
    make.grant(worker, role, at=make.province())
    with pytest.raises(OutOfScope):
        standing.block(cast.other.id, WHY, by=caller_of(worker), at=NOW)


def test_who_is_signed_out_signs_in_again(cast):
    token = make.token(cast.other)
    standing.sign_out(cast.other.id, WHY, by=caller_of(cast.chief), at=NOW)
    assert identify(token) is None
    assert identify(make.token(cast.other))
    (act,) = acts()
    assert (act.action, act.reason) == ("person.sign_out", WHY)


def test_of_two_who_block_at_once_one_is_told_that_it_is_done(live):
    with live.app_context():
        home = territory()["530102001007"]
        with transaction():
            chief, other = make.person(), make.person(home_region_id=home.id)
            make.grant(chief, "administrator", at=home)
            token = make.token(chief)

    def block(_n):
        with transaction():
            try:
                standing.block(other.id, WHY, by=identify(token), at=NOW)
            except StandingUnchanged:
                return "done before"
        return "done"

    assert sorted(at_once(live, block, 2)) == ["done", "done before"]
