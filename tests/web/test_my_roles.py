"""One's own roles by pages: what they allow, handing one on, ending that."""

import re
from datetime import timedelta

import pytest

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.zone import day_of
from tests import factories as make


@pytest.fixture
def soon(books):
    return (day_of(clock.now()) + timedelta(days=5)).isoformat()


def form(page, end):
    found = re.search(rf'action="(/me/roles/[^"]+/{end})"', page.text)
    return found.group(1) if found else None


def acts():
    with transaction():
        return [row.action for row in session().query(AuditEntry).order_by(AuditEntry.id)]


def test_a_role_is_shown_with_what_it_allows(browsing, place):
    page = browsing(place.worker).get("/me/roles").text
    assert "Community worker · 测试社区" in page
    assert "Verify or reject service records" in page
    assert 'href="/me/roles"' in browsing(place.worker).get("/me").text


def test_a_role_is_handed_on_for_some_days_and_ended(browsing, place, soon):
    worker, helper = browsing(place.worker), browsing(place.volunteer)
    page = worker.get("/me/roles")
    fields = {"number": place.volunteer.volunteer_number, "until": soon}
    fields |= {"permissions": ["shift.scan", "record.verify"]}
    assert helper.get("/duty").status_code == 403
    handed = worker.send(form(page, "hand-on"), **fields)
    assert handed.status_code == 303
    assert helper.get("/duty").status_code == 200
    theirs = helper.get("/me/roles").text
    assert f"handed on by {place.worker.volunteer_number[:2]}" in theirs
    assert "Give it back" in theirs
    mine = worker.get("/me/roles")
    assert worker.send(form(mine, "give-back")).status_code == 303
    assert helper.get("/duty").status_code == 403
    assert acts() == ["role.delegate", "role.take_back"]


def test_who_was_handed_a_role_gives_it_back(browsing, place, soon):
    worker, helper = browsing(place.worker), browsing(place.volunteer)
    fields = {"number": place.volunteer.volunteer_number, "until": soon}
    worker.send(form(worker.get("/me/roles"), "hand-on"), **fields, permissions="shift.scan")
    assert helper.send(form(helper.get("/me/roles"), "give-back")).status_code == 303
    assert "You have handed nothing on" in worker.get("/me/roles").text


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"until": ""}, 422),
        ({"until": "2099-01-01"}, 422),
        ({"permissions": []}, 422),
        ({"permissions": "role.grant"}, 403),
        ({"number": "5300000099994"}, 404),
        ({"region": "99"}, 404),
        ({"region": "53"}, 403),
    ],
)
def test_what_cannot_be_handed_on_is_told(browsing, place, soon, wrong, status):
    worker = browsing(place.worker)
    fields = {
        "number": place.volunteer.volunteer_number,
        "until": soon,
        "permissions": "shift.scan",
    }
    refused = worker.send(form(worker.get("/me/roles"), "hand-on"), **(fields | wrong))
    assert refused.status_code == status
    assert "Not done" in refused.text
    assert acts() == []


def test_nobody_hands_on_or_ends_what_is_anothers(browsing, place, soon):
    worker, steward = browsing(place.worker), browsing(place.steward)
    path = form(worker.get("/me/roles"), "hand-on")
    fields = {
        "number": place.volunteer.volunteer_number,
        "until": soon,
        "permissions": "shift.scan",
    }
    assert steward.send(path, **fields).status_code == 404
    worker.send(path, **fields)
    end = form(worker.get("/me/roles"), "give-back")
    assert steward.send(end).status_code == 404
    assert acts() == ["role.delegate"]


def test_a_volunteers_role_is_everybodys_and_handed_on_by_nobody(browsing, place):
    page = browsing(place.volunteer).get("/me/roles")
    assert "Volunteer · 测试社区" in page.text
    assert form(page, "hand-on") is None


def test_who_holds_nothing_is_told_who_grants(browsing, place):
    with transaction():
        nobody = make.person()
    assert "You hold no role" in browsing(nobody).get("/me/roles").text
