"""Every address says what it needs, in the words of the permission table."""

from pathlib import Path

import pytest
from flask import Flask

from incentive.core.ids import new_id
from incentive.core.needs import (
    OWN,
    PUBLIC,
    REACH,
    REGION,
    SIGNED_IN,
    STATION,
    WHOLE,
    NothingDeclared,
    need_now,
    need_of,
    needs,
)
from incentive.people import permission_paper
from incentive.people.caller import Caller, Grant
from incentive.people.errors import OutOfScope
from incentive.people.permissions import ADMINISTRATOR, AUDITOR, ROLES, TABLE

# What may be declared of a permission that the table asks for over what stands on the left.
FIT = {REGION: {REGION, REACH}, STATION: {STATION, REGION, REACH, WHOLE}, WHOLE: {WHOLE}}


def person(*grants, **more):
    return Caller(new_id(), "5300000001236", new_id(), grants, **more)


def test_every_address_says_what_it_needs(app):
    silent = {rule.endpoint for rule in app.url_map.iter_rules() if not need_of(app, rule.endpoint)}
    assert not silent, f"write @needs(...) below the routes of {sorted(silent)}"


def test_what_addresses_need_stands_in_the_table(app):
    for rule in app.url_map.iter_rules():
        need = need_of(app, rule.endpoint)
        for permission in need.permissions:
            assert permission in TABLE, rule.endpoint
        fitting = [need.of in FIT[TABLE[name].of] for name in need.permissions]
        assert not fitting or any(fitting), (rule.endpoint, need)


def test_every_permission_opens_something(app):
    rules = app.url_map.iter_rules()
    used = {name for rule in rules for name in need_of(app, rule.endpoint).permissions}
    assert used == set(TABLE)


def test_every_role_is_in_the_table():
    assert {role for row in TABLE.values() for role in row.roles} == set(ROLES)


def test_the_document_says_what_an_address_needs(app):
    paths = app.test_client().get("/api/v1/openapi.json").json["paths"]
    assert paths["/api/v1/service-records"]["get"]["x-permission"] == {
        "of": "reach",
        "any_of": ["record.verify"],
        "or_own": False,
    }
    assert paths["/api/v1/me"]["get"]["x-permission"] == {"of": "own"}
    assert "security" not in paths["/api/v1/me"]["get"]
    assert paths["/api/v1/stations"]["get"]["security"] == []


def test_a_view_that_says_nothing_lets_nobody_in():
    app = Flask(__name__)
    app.add_url_rule("/", "silent", lambda: "")
    with app.test_request_context("/"), pytest.raises(NothingDeclared, match="silent"):
        need_now()


def test_only_known_scopes_can_be_declared():
    with pytest.raises(ValueError, match="nearby"):
        needs("rule.read", of="nearby")


def test_who_holds_the_permission_anywhere_is_admitted():
    auditor = Grant(AUDITOR, "53.5301", None)
    need = needs("rule.propose", "rule.read", of=WHOLE)(lambda: None).need
    person(auditor).admit(need)
    with pytest.raises(OutOfScope):
        person(Grant("volunteer", "53", None)).admit(need)


def test_what_is_ones_own_needs_no_role():
    for need in (PUBLIC, SIGNED_IN, OWN, needs("rule.read", of=WHOLE, own=True)(lambda: 0).need):
        person().admit(need)


def test_a_narrowed_caller_has_what_was_given_and_no_more():
    whole = person(Grant(ADMINISTRATOR, "53", None))
    part = whole.narrowed(frozenset({"rule.read", "station.serve"}), owns=False)
    assert part.may("rule.read", region_path="53.5301")
    assert not part.may("rule.propose", region_path="53.5301")
    assert part.regions_for("audit.read") == []
    again = part.narrowed(frozenset({"rule.propose"}), owns=True)
    assert not any(again.grants[0].gives(permission) for permission in TABLE)
    with pytest.raises(OutOfScope):
        again.admit(OWN)
    again.admit(PUBLIC)


def test_the_document_of_permissions_is_in_step(app):
    kept = Path(__file__).parents[2] / "docs" / "permissions.md"
    assert kept.read_text(encoding="utf-8") == permission_paper.document(app), (
        "run: incentive people permissions > docs/permissions.md"
    )
