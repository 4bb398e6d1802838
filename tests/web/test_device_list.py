"""All scanners and counters of a scope on one page, and ending one at once."""

import re

import pytest

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.people.models import SignIn
from tests import factories as make


def pair(by, name, **place):
    now = clock.now()
    usual = {"token_hash": name.encode(), "created_at": now, "expires_at": now.replace(year=2099)}
    can = ["shift.scan"] if "shift_id" in place else ["station.serve"]
    return make.add(
        SignIn(person_id=by.id, kind="device", name=name, permissions=can, **usual, **place)
    )


@pytest.fixture
def paired(place):
    """A scanner and a counter here, and a counter next door."""
    with transaction():
        beside = make.region("530102001002", name="圆通社区")
        place.beside = beside
        place.chief, place.sibling = make.person(), make.person()
        make.grant(place.chief, "administrator", at=place.community)
        make.grant(place.sibling, "administrator", at=beside)
        place.scanner = pair(place.worker, "左门", shift_id=place.shift.id)
        place.counter = pair(place.manager, "红色平板", station_id=place.shop.id)
        place.theirs = pair(
            place.sibling, "邻居平板", station_id=make.station(beside, name="圆通驿站").id
        )
    return place


def names(page):
    return [each for each in ("左门", "红色平板", "邻居平板") if each in page.text]


def test_all_devices_below_are_listed_with_place_and_who_paired_them(browsing, paired):
    page = browsing(paired.chief).get("/devices")
    assert names(page) == ["左门", "红色平板"]
    assert paired.shop.name in page.text
    assert paired.worker.volunteer_number in page.text
    assert "测试社区" in page.text
    assert f"/shifts/{paired.shift.id}/devices" in page.text


def test_each_sees_only_what_they_run_or_serve_at(browsing, paired):
    assert names(browsing(paired.sibling).get("/devices")) == ["邻居平板"]
    assert names(browsing(paired.worker).get("/devices")) == ["左门"]
    assert names(browsing(paired.manager).get("/devices")) == ["红色平板"]
    assert browsing(paired.volunteer).get("/devices").status_code == 403


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("kind=scanner", ["左门"]),
        ("kind=counter", ["红色平板"]),
        ("name=左", ["左门"]),
        ("name=门", []),
        ("region=530102001001", ["左门", "红色平板"]),
        ("region=530102001002", []),
    ],
)
def test_devices_are_found_by_kind_name_and_region(browsing, paired, query, wanted):
    page = browsing(paired.chief).get(f"/devices?{query}")
    assert names(page) == wanted
    assert ('class="empty"' in page.text) == (wanted == [])


def test_devices_are_found_by_who_paired_them(browsing, paired):
    number = paired.manager.volunteer_number
    assert names(browsing(paired.chief).get(f"/devices?number={number}")) == ["红色平板"]


@pytest.mark.parametrize("query", ["kind=x", "region=99", "number=5300000099994"])
def test_a_filter_that_cannot_be_is_told_at_its_field(browsing, paired, query):
    answer = browsing(paired.chief).get(f"/devices?{query}")
    assert answer.status_code == 422
    assert f'href="#{query.partition("=")[0]}"' in answer.text


def test_a_device_is_ended_at_once_and_it_is_recorded(browsing, paired):
    chief = browsing(paired.chief)
    ends = re.findall(r'action="(/devices/[^"]+/end)"', chief.get("/devices").text)
    assert len(ends) == 2
    for end in ends:
        assert chief.send(end).status_code == 303
    assert names(chief.get("/devices")) == []
    with transaction():
        acts = session().query(AuditEntry).order_by(AuditEntry.id).all()
        assert [act.action for act in acts] == ["device.end", "device.end"]
    assert chief.send(ends[0]).status_code == 404


def test_nobody_ends_a_device_next_door(browsing, paired):
    chief = browsing(paired.chief)
    refused = chief.send(f"/devices/{paired.theirs.id}/end")
    assert refused.status_code == 403
    assert names(refused) == ["左门", "红色平板"]
    assert chief.get(f"/devices/{paired.theirs.id}/end").location == "/devices"


def test_the_list_asks_the_books_no_more_for_many_devices(browsing, paired, queries):
    chief = browsing(paired.chief)

    def asked():
        with queries() as sent:
            chief.get("/devices")
        return len(sent)

    asked()  # what is looked up once for all
    few = asked()
    with transaction():
        for number in range(20):
            pair(paired.worker, f"门{number}", shift_id=paired.shift.id)
    assert asked() == few


def test_the_list_goes_on_by_cursor(browsing, paired):
    with transaction():
        for number in range(34):
            pair(paired.worker, f"门{number}", shift_id=paired.shift.id)
    chief = browsing(paired.chief)
    first = chief.get("/devices?kind=scanner").text
    more = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    assert (first.count("/end"), chief.get(more).text.count("/end")) == (30, 5)
