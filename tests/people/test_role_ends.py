"""Roles that begin later, are ended, go on after all, or end on another day."""

from datetime import timedelta

import pytest

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.people import delegation, role_ends, roles
from incentive.people.caller import identify
from incentive.people.errors import (
    OutOfScope,
    OwnRole,
    RoleEndFinal,
    RoleEndsBefore,
    RoleHandedOn,
    RoleHeld,
    UnknownRole,
)
from incentive.people.models import RoleGrant
from tests import factories as make
from tests.people.conftest import territory
from tests.people.test_sign_in_races import at_once

NOW = clock.now()
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def at_work(tx, books):
    """An administrator of a county, a colleague, somebody else, and a community."""

    class Work:
        county = make.region("530102", "county", name="五华区")
        home = make.region("530102001007", parent=county, name="翠湖社区")
        chief, second, other = make.person(), make.person(), make.person()

    for each in (Work.chief, Work.second):
        make.grant(each, "administrator", at=Work.county)
    return Work


def caller_of(person):
    return identify(make.token(person))


def grant(work, role="auditor", **more):
    by = caller_of(work.chief)
    return roles.grant_role(work.other.id, role, region_id=work.home.id, by=by, at=NOW, **more)


def row(grant_id):
    return session().get(RoleGrant, grant_id, populate_existing=True)


def acts():
    return [each.action for each in session().query(AuditEntry).order_by(AuditEntry.id)]


def test_a_role_that_begins_later_opens_nothing_until_then(at_work):
    grant_id = grant(at_work, "administrator", since=NOW + DAY, until=NOW + 2 * DAY)
    assert caller_of(at_work.other).grants == ()
    row(grant_id).valid_from = NOW - DAY
    assert [each.role for each in caller_of(at_work.other).grants] == ["administrator"]
    told = session().query(AuditEntry).one().after
    assert told["valid_from"] == str(NOW + DAY)


def test_a_role_that_would_have_begun_begins_now_and_one_that_ends_before_it_is_refused(at_work):
    assert row(grant(at_work, since=NOW - DAY)).valid_from == NOW
    with pytest.raises(RoleEndsBefore):
        grant(at_work, "lead", since=NOW + 2 * DAY, until=NOW + DAY)


def test_a_role_that_has_not_begun_is_not_handed_on(at_work):
    grant_id = grant(at_work, "community_worker", since=NOW + DAY)
    number = at_work.second.volunteer_number
    with pytest.raises(UnknownRole):
        delegation.delegate(
            caller_of(at_work.other),
            grant_id,
            volunteer_number=number,
            until=NOW + 2 * DAY,
            at=NOW,
        )


def test_an_end_is_undone_by_whoever_made_it_and_what_was_handed_on_goes_on_too(at_work):
    grant_id = grant(at_work, "community_worker", until=NOW + 9 * DAY)
    handed = delegation.delegate(
        caller_of(at_work.other),
        grant_id,
        volunteer_number=make.person().volunteer_number,
        until=NOW + 5 * DAY,
        at=NOW,
    )
    role_ends.revoke_role(grant_id, by=caller_of(at_work.chief), at=NOW, reason="误操作")
    assert (row(grant_id).valid_until, row(handed.id).valid_until) == (NOW, NOW)
    role_ends.undo_end(grant_id, by=caller_of(at_work.chief), at=NOW + 9 * MINUTE)
    assert row(grant_id).valid_until == NOW + 9 * DAY
    assert row(handed.id).valid_until == NOW + 5 * DAY
    assert row(grant_id).ended_by is None
    assert acts()[-4:] == ["role.revoke", "role.take_back", "role.undo_end", "role.undo_end"]
    ended = session().query(AuditEntry).filter_by(action="role.revoke").one()
    assert ended.reason == "误操作"
    assert ended.before["valid_until"] == str(NOW + 9 * DAY)


def test_nobody_else_undoes_it_nor_after_ten_minutes_nor_twice(at_work):
    grant_id = grant(at_work)
    role_ends.revoke_role(grant_id, by=caller_of(at_work.chief), at=NOW)
    with pytest.raises(RoleEndFinal):
        role_ends.undo_end(grant_id, by=caller_of(at_work.second), at=NOW + MINUTE)
    with pytest.raises(RoleEndFinal):
        role_ends.undo_end(grant_id, by=caller_of(at_work.chief), at=NOW + 11 * MINUTE)
    role_ends.undo_end(grant_id, by=caller_of(at_work.chief), at=NOW + MINUTE)
    with pytest.raises(RoleEndFinal):
        role_ends.undo_end(grant_id, by=caller_of(at_work.chief), at=NOW + MINUTE)


def test_an_end_is_not_undone_once_the_role_would_be_over_or_was_granted_anew(at_work):
    short = grant(at_work, until=NOW + 2 * MINUTE)
    role_ends.revoke_role(short, by=caller_of(at_work.chief), at=NOW)
    with pytest.raises(RoleEndFinal):
        role_ends.undo_end(short, by=caller_of(at_work.chief), at=NOW + 3 * MINUTE)
    long = grant(at_work, "lead")
    role_ends.revoke_role(long, by=caller_of(at_work.chief), at=NOW)
    grant(at_work, "lead")
    with pytest.raises(RoleHeld):
        role_ends.undo_end(long, by=caller_of(at_work.chief), at=NOW + MINUTE)


def test_whoever_lost_the_right_to_grant_undoes_nothing(at_work):
    grant_id = grant(at_work)
    role_ends.revoke_role(grant_id, by=caller_of(at_work.chief), at=NOW)
    session().query(RoleGrant).filter_by(person_id=at_work.chief.id).update({"valid_until": NOW})
    with pytest.raises(OutOfScope):
        role_ends.undo_end(grant_id, by=caller_of(at_work.chief), at=NOW + MINUTE)


def test_the_neighbour_learns_nothing_of_a_role_here(at_work):
    grant_id = grant(at_work)
    beside = make.region("530103", "county", name="盘龙区")
    neighbour = make.person()
    make.grant(neighbour, "administrator", at=beside)
    for act in (role_ends.undo_end, role_ends.revoke_role):
        with pytest.raises(OutOfScope):
            act(grant_id, by=caller_of(neighbour), at=NOW)
    with pytest.raises(UnknownRole):
        role_ends.undo_end(at_work.home.id, by=caller_of(at_work.chief), at=NOW)


def test_an_end_is_moved_and_what_was_handed_on_ends_by_then(at_work):
    grant_id = grant(at_work, "community_worker", until=NOW + 9 * DAY)
    handed = delegation.delegate(
        caller_of(at_work.other),
        grant_id,
        volunteer_number=make.person().volunteer_number,
        until=NOW + 5 * DAY,
        at=NOW,
    )
    by = caller_of(at_work.chief)
    role_ends.move_end(grant_id, NOW + 20 * DAY, by=by, at=NOW)
    assert row(handed.id).valid_until == NOW + 5 * DAY
    role_ends.move_end(grant_id, NOW + 3 * DAY, by=by, at=NOW)
    assert row(grant_id).valid_until == row(handed.id).valid_until == NOW + 3 * DAY
    role_ends.move_end(grant_id, None, by=by, at=NOW)
    assert row(grant_id).valid_until is None
    with pytest.raises(RoleHandedOn):
        role_ends.move_end(handed.id, NOW + 6 * DAY, by=by, at=NOW)


@pytest.mark.parametrize("days", [-1, 0])
def test_an_end_is_not_moved_into_the_past(at_work, days):
    grant_id = grant(at_work)
    with pytest.raises(RoleEndsBefore):
        role_ends.move_end(grant_id, NOW + days * DAY, by=caller_of(at_work.chief), at=NOW)


def test_nobody_moves_the_end_of_their_own_role_nor_of_one_beyond_their_scope(at_work):
    own = session().query(RoleGrant).filter_by(person_id=at_work.chief.id).one()
    with pytest.raises(OwnRole):
        role_ends.move_end(own.id, NOW + DAY, by=caller_of(at_work.chief), at=NOW)
    above = make.grant(at_work.other, "auditor", at=make.province())
    for act in (
        lambda by: role_ends.move_end(above.id, NOW + DAY, by=by, at=NOW),
        lambda by: role_ends.revoke_role(above.id, by=by, at=NOW),
    ):
        with pytest.raises(OutOfScope):
            act(caller_of(at_work.chief))


def test_of_two_who_undo_at_once_one_is_told_that_it_is_done(live):
    with live.app_context():
        home = territory()["530102001007"]
        with transaction():
            chief, other = make.person(), make.person()
            make.grant(chief, "administrator", at=home)
            held = make.grant(other, "auditor", at=home)
            token = make.token(chief)
        with transaction():
            role_ends.revoke_role(held.id, by=identify(token), at=NOW)

    def undo(_n):
        with transaction():
            try:
                role_ends.undo_end(held.id, by=identify(token), at=NOW)
            except RoleEndFinal:
                return "final"
        return "undone"

    assert sorted(at_once(live, undo, 2)) == ["final", "undone"]
