from datetime import timedelta

import pytest
from sqlalchemy import select

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.people import finding, personal
from tests import factories

NUMBER = "530102199003078931"
TOLD = {
    "phone": "+8613812345678",
    "id_number": f"resident_id:{NUMBER}",
    "birth_month": "1990-03",
    "address": "翠湖北路1号",
}
REVEAL = {"fields": ["name", "phone"], "reason": "证书寄送"}


@pytest.fixture
def person(places):
    with transaction():
        return factories.person("欧阳明日", told=TOLD, home_region_id=places["530102001007"].id)


def search(client, headers, **what):
    return client.post("/api/v1/persons/search", json=what, headers=headers)


def reveal(client, headers, person, **more):
    path = f"/api/v1/persons/{person.id}/reveal"
    return client.post(path, json=REVEAL | more, headers=headers)


@pytest.fixture
def worker(holding, headers, places):
    return headers(holding("community_worker", places["530102001007"]))


@pytest.mark.parametrize(
    "what",
    [
        {"phone": "138 1234 5678"},
        {"name": " 欧阳明日 "},
        {"id_number": NUMBER},
        {"id_number": NUMBER, "id_type": "resident_id"},
    ],
)
def test_a_person_is_found_by_one_thing_known_and_shown_masked(client, worker, person, what):
    answer = search(client, worker, **what)
    assert answer.status_code == 200
    (found,) = answer.json["items"]
    assert found["volunteer_number"] == person.volunteer_number
    assert (found["name"], found["phone"]) == ("欧阳**", "138****5678")
    assert found["id_number"] == "530***********8931"
    assert found["home"] == "翠湖社区"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_volunteer_number_finds_too(client, worker, person):
    (found,) = search(client, worker, volunteer_number=person.volunteer_number).json["items"]
    assert found["id"] == str(person.id)


@pytest.mark.parametrize("what", [{"name": "欧阳"}, {"phone": "13812345679"}, {"name": "明日"}])
def test_a_part_of_what_is_known_finds_nobody(client, worker, person, what):
    assert search(client, worker, **what).json["items"] == []


def test_nobody_is_found_outside_the_readers_regions(client, holding, headers, places, person):
    elsewhere = headers(holding("community_worker", places["530102001008"]))
    assert search(client, elsewhere, phone="13812345678").json["items"] == []
    above = headers(holding("administrator", places["5301"]))
    assert len(search(client, above, phone="13812345678").json["items"]) == 1


@pytest.mark.parametrize("role", ["volunteer", "auditor", "station_manager", "steward"])
def test_who_may_find_nobody_is_refused(client, holding, headers, places, person, role):
    asking = headers(holding(role, places["5301"]))
    assert search(client, asking, phone="13812345678").status_code == 403
    assert reveal(client, asking, person).status_code == 403


@pytest.mark.parametrize("what", [{}, {"phone": "13812345678", "name": "欧阳明日"}])
def test_one_thing_is_asked_for_and_no_more(client, worker, person, what):
    assert search(client, worker, **what).status_code == 422


def test_what_is_asked_for_is_shown_in_full_and_the_look_is_recorded(client, worker, person):
    answer = reveal(client, worker, person)
    assert answer.status_code == 200
    assert (answer.json["name"], answer.json["phone"]) == ("欧阳明日", "+8613812345678")
    assert answer.json["id_number"] is answer.json["address"] is None
    assert answer.headers["Cache-Control"] == "no-store"
    with transaction():
        entry = session().scalars(select(AuditEntry).filter_by(action="person.reveal")).one()
        assert entry.subject == f"person:{person.id}"
        assert entry.after["fields"] == ["name", "phone"]
        assert entry.reason == "证书寄送"
        assert entry.role == "community_worker"
        assert "欧阳" not in str(entry.after)


def test_every_look_is_recorded_anew(client, worker, person):
    reveal(client, worker, person)
    reveal(client, worker, person)
    with transaction():
        looks = session().scalars(select(AuditEntry.id).filter_by(action="person.reveal")).all()
        assert len(looks) == 2


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"reason": " "}, {"fields": []}, {"fields": ["password"]}]
)
def test_without_a_reason_or_a_field_nothing_is_shown(client, worker, person, wrong):
    answer = reveal(client, worker, person, **wrong)
    assert answer.status_code == 422
    assert "欧阳" not in answer.text


def test_a_grid_worker_finds_but_does_not_see_in_full(client, holding, headers, places, person):
    asking = headers(holding("grid_worker", places["530102001007"]))
    assert len(search(client, asking, phone="13812345678").json["items"]) == 1
    assert reveal(client, asking, person).status_code == 403


def test_who_is_in_charge_elsewhere_sees_nothing(client, holding, headers, places, person):
    elsewhere = headers(holding("community_worker", places["530102001008"]))
    assert reveal(client, elsewhere, person).status_code == 403


def test_a_changed_value_is_named_and_the_rest_still_shown(client, worker, person):
    with transaction():
        session().merge(person).phone_sealed = person.name_sealed
    (found,) = search(client, worker, name="欧阳明日").json["items"]
    assert (found["name"], found["phone"]) == ("欧阳**", None)
    assert found["unreadable"] == ["phone"]
    assert reveal(client, worker, person).json["unreadable"] == ["phone"]


def test_of_who_is_erased_nothing_is_found_or_shown(client, worker, person):
    with transaction():
        personal.destroy(person.id)
    assert search(client, worker, phone="13812345678").json["items"] == []
    shown = reveal(client, worker, person).json
    assert shown["erased"] is True
    assert shown["name"] is None


def test_nobody_sees_more_in_full_than_their_work_needs(client, worker, person, monkeypatch):
    """And who tries leaves a trace, although nothing was shown."""
    monkeypatch.setattr(finding, "REVEALS_PER_HOUR", 3)
    assert [reveal(client, worker, person).status_code for _ in range(3)] == [200] * 3
    refused = reveal(client, worker, person)
    assert (refused.status_code, refused.json["code"]) == (429, "people.revealed_too_often")
    assert refused.json["figures"] == {"most": 3}
    with transaction():
        tried = (
            session().scalars(select(AuditEntry).filter_by(action="person.reveal_refused")).one()
        )
        assert tried.subject == f"person:{person.id}"


def test_an_hour_later_they_go_on(books, client, worker, person, monkeypatch):
    monkeypatch.setattr(finding, "REVEALS_PER_HOUR", 1)
    assert reveal(client, worker, person).status_code == 200
    assert reveal(client, worker, person).status_code == 429
    later = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert reveal(client, worker, person).status_code == 200
