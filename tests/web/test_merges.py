"""Two entries of one person through the page: compared, asked for, decided on, undone."""

import re

import pytest
from sqlalchemy import select

from incentive.audit.models import AuditEntry
from incentive.core.db import session, transaction
from incentive.people.models import Person
from tests import factories as make
from tests.web.conftest import give


@pytest.fixture
def entries(place):
    with transaction():
        told = {"phone": "+8613812345611"}
        one = make.person("孙重名", told=told, home_region_id=place.community.id)
        two = make.person("孙重名", home_region_id=place.community.id)
        give(two.id, 30)
        return one, two


@pytest.fixture
def chief(place, browsing):
    with transaction():
        person = make.person("陈主任")
        make.grant(person, "administrator", at=place.community)
    return browsing(person)


def numbers(entries):
    return {"kept": entries[0].volunteer_number, "gone": entries[1].volunteer_number}


def status_of(person):
    with transaction():
        return session().scalar(select(Person.status).filter_by(id=person.id))


def test_two_entries_are_compared_merged_and_parted_again(place, browsing, chief, entries):
    worker = browsing(place.worker)
    page = worker.get("/merges").text
    assert entries[0].volunteer_number in page
    compared = worker.get("/merges", query_string=numbers(entries)).text
    assert "138****5611" in compared
    assert "13812345611" not in compared
    assert worker.send("/merges", reason="同一人", **numbers(entries)).status_code == 303
    found = re.search(r"/merges/([0-9a-f-]+)/approve", chief.get("/merges").text)
    path = f"/merges/{found[1]}"
    assert worker.send(f"{path}/approve").status_code == 403
    assert chief.send(f"{path}/approve").status_code == 303
    assert status_of(entries[1]) == "merged"
    assert "30 points moved" in chief.get("/merges").text
    assert chief.send(f"{path}/undo", reason="不是同一人").status_code == 303
    assert status_of(entries[1]) == "active"
    with transaction():
        acts = session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert acts == ["person.merge", "person.merge_decide", "person.merge_undo"]


def test_what_is_not_merged_stays_and_a_wrong_number_is_told(place, browsing, chief, entries):
    worker = browsing(place.worker)
    worker.send("/merges", reason="同一人", **numbers(entries))
    path = re.search(r"/merges/[0-9a-f-]+/refuse", chief.get("/merges").text)[0]
    assert chief.send(path, reason="不像").status_code == 303
    assert status_of(entries[1]) == "active"
    shown = worker.get("/merges?kept=5300000000000&gone=5300000000001")
    assert "no such person" in shown.text
    same = {"kept": entries[0].volunteer_number, "gone": entries[0].volunteer_number}
    assert worker.send("/merges", reason="x", **same).status_code == 422
