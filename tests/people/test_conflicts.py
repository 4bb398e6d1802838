"""Which roles are worth a warning before they are given."""

import pytest

from incentive.people.conflicts import HALVES, both_halves, clashing
from incentive.people.permissions import ROLES, TABLE


@pytest.mark.parametrize("other", ["administrator", "station_manager", "lead"])
def test_who_audits_would_audit_what_they_do_themselves(other):
    assert clashing("auditor", ["volunteer", other]) == [other]
    assert clashing(other, ["auditor", "steward"]) == ["auditor"]


def test_roles_that_act_go_well_together():
    assert clashing("lead", ["steward", "station_manager"]) == []
    assert clashing("auditor", ["auditor"]) == []


@pytest.mark.parametrize("held", ["volunteer", "gig_worker"])
@pytest.mark.parametrize("fresh", ROLES)
def test_what_everybody_is_speaks_against_nothing(fresh, held):
    assert clashing(fresh, [held]) == clashing(held, [fresh]) == []


def test_a_role_that_has_both_halves_of_an_act_says_so():
    assert both_halves("administrator") == list(HALVES)
    assert both_halves("steward") == both_halves("auditor") == []
    assert ("station.count", "station.confirm_count") in both_halves("station_manager")


def test_each_half_is_a_permission():
    assert {half for pair in HALVES for half in pair} <= set(TABLE)
