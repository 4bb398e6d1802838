"""Who acts, by which role, over what and from where."""

from uuid import UUID

import pytest

from incentive.audit.models import AuditEntry
from incentive.core.db import session
from incentive.people import acts
from incentive.people.caller import Caller, Grant
from incentive.people.errors import OutOfScope

STATION = UUID(int=5)
WIDE = Grant("administrator", "53", None)
NARROW = Grant("community_worker", "53.5301.530102", None)
COUNTER = Grant("administrator", None, STATION)


def caller(*grants):
    return Caller(UUID(int=1), "5300000001236", UUID(int=2), grants)


def recorded(who, **more):
    acts.record(who, "station.change", subject="station:1", after={}, **more)
    return session().query(AuditEntry).order_by(AuditEntry.id.desc()).first()


@pytest.mark.parametrize(
    ("grants", "role", "scope", "place"),
    [
        ((NARROW,), "community_worker", "region:53.5301.530102", "region:53.5301.530102"),
        ((WIDE, NARROW), "community_worker", "region:53.5301.530102", "region:53.5301.530102"),
        ((WIDE,), "administrator", "region:53 at region:53.5301.530102", "region:53.5301.530102"),
    ],
)
def test_the_narrowest_role_that_gave_the_permission_is_named(tx, grants, role, scope, place):
    who = caller(*grants)
    who.require("station.manage", region_path="53.5301.530102")
    row = recorded(who)
    assert (row.actor, row.role, row.scope, row.place) == (
        f"person:{UUID(int=1)}",
        role,
        scope,
        place,
    )


def test_what_is_done_at_a_station_is_done_there_whoever_does_it(tx):
    for grants in ((WIDE,), (WIDE, COUNTER)):
        who = caller(*grants)
        who.require("station.serve", region_path="53.5301", station_id=STATION)
        assert recorded(who).place == f"station:{STATION}"


def test_a_permission_that_was_refused_is_not_acted_by(tx):
    who = caller(WIDE)
    who.require("station.manage", region_path="53.5301")
    with pytest.raises(OutOfScope):
        who.require("station.manage", region_path="44")
    assert recorded(who).place == "region:53.5301"


def test_asking_anywhere_names_the_role(tx):
    who = caller(WIDE)
    who.require_somewhere("role.grant")
    assert recorded(who).scope == "region:53"


def test_the_command_line_is_an_actor_of_its_own(tx):
    row = recorded(None)
    assert (row.actor, row.role, row.scope, row.origin) == ("cli", "", "", "")


def test_a_request_is_told_by_the_network_that_it_came_from(tx):
    place = {"REMOTE_ADDR": "2001:db8:1:2:3::9"}
    from flask import current_app

    with current_app.test_request_context("/", environ_overrides=place):
        assert recorded(caller(WIDE)).origin == "2001:db8:1:2::/64"
