from datetime import timedelta

import pytest
from sqlalchemy import select, update

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import jurisdiction, session, transaction
from incentive.core.keystore.store import keystore
from incentive.people import jobs
from incentive.people.imports.models import PersonImport, PersonImportRow
from incentive.people.models import Person, RoleGrant
from tests import factories
from tests.people.imports.conftest import csv_of
from tests.stations.conftest import give

ROWS = [[f"居民{name}", f"1381234560{n}", "", "", "", ""] for n, name in enumerate("甲乙丙丁")]


@pytest.fixture
def enter(api, send):
    """A function that sends a list, has all right rows entered, and returns what is then shown."""

    def do(*rows, **more):
        shown = send(csv_of(*rows), **more)
        answer = api("post", f"/{shown['id']}/enter", json={})
        assert answer.status_code == 202, answer.text
        jobs.work_on_import(shown["id"])
        return api("get", f"/{shown['id']}").json

    return do


def persons():
    with transaction():
        found = session().scalars(select(PersonImportRow.person_id).filter_by(status="entered"))
        return found.all()


def acts_on(import_id):
    with transaction():
        acts = session().scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [act.action for act in acts if act.subject == f"import:{import_id}"]


def status_of(person_id):
    with transaction():
        return session().scalar(select(Person.status).filter_by(id=person_id))


def test_all_right_rows_become_persons_and_the_others_stay_out(api, enter):
    shown = enter(*ROWS, ["", "13812345699", "", "", "", ""])
    assert (shown["status"], shown["entered"], shown["wrong"]) == ("entered", 4, 1)
    assert len(persons()) == 4
    rows = api("get", f"/{shown['id']}/rows?status=entered").json["items"]
    assert all(row["volunteer_number"] for row in rows)


def test_what_is_entered_twice_is_there_once(api, enter):
    shown = enter(*ROWS)
    again = api("post", f"/{shown['id']}/enter", json={})
    assert again.json["code"] == "imports.not_now"
    jobs.work_on_import(shown["id"])
    assert len(persons()) == 4


def test_a_list_of_people_who_are_all_there_enters_nobody(api, enter, send):
    enter(*ROWS)
    shown = send(csv_of(*ROWS))
    assert (shown["new"], shown["known"]) == (0, 4)
    refused = api("post", f"/{shown['id']}/enter", json={})
    assert refused.json["code"] == "imports.nothing_to_enter"


def test_who_registers_meanwhile_is_left_as_they_are(places, api, send):
    shown = send(csv_of(*ROWS))
    with transaction():
        told = {"phone": "+8613812345600"}
        factories.person("居民甲", told=told, home_region_id=places["530102001007"].id)
    api("post", f"/{shown['id']}/enter", json={})
    jobs.work_on_import(shown["id"])
    shown = api("get", f"/{shown['id']}").json
    assert (shown["status"], shown["entered"]) == ("entered", 3)
    rows = api("get", f"/{shown['id']}/rows?status=known").json["items"]
    assert [row["line"] for row in rows] == [2]


def test_undone_within_a_day_who_did_nothing_is_gone_and_the_others_stay(api, enter):
    shown = enter(*ROWS)
    busy, *idle = persons()
    with transaction():
        factories.token(session().get(Person, busy))
    assert api("post", f"/{shown['id']}/undo").status_code == 202
    jobs.work_on_import(shown["id"])
    shown = api("get", f"/{shown['id']}").json
    assert (shown["status"], shown["removed"]) == ("undone", 3)
    assert status_of(busy) == "active"
    assert {status_of(one) for one in idle} == {"removed"}
    with transaction():
        keys = keystore().keys(jurisdiction(), [busy, *idle])
        assert [who for who, key in keys.items() if key] == [busy]
        found = session().scalars(select(Person).where(Person.id.in_(idle))).all()
        assert {row.phone_blind for row in found} == {row.name_sealed for row in found} == {None}
        grants = session().scalars(select(RoleGrant).where(RoleGrant.person_id.in_(idle))).all()
        assert all(grant.valid_until for grant in grants)
    assert enter(*ROWS)["entered"] == 3


def test_who_got_points_or_a_role_stays(places, api, enter):
    shown = enter(*ROWS)
    rich, promoted, *_ = persons()
    with transaction():
        factories.grant(session().get(Person, promoted), "steward", at=places["530102001007"])
    with transaction():
        give(rich, 5)
    api("post", f"/{shown['id']}/undo")
    jobs.work_on_import(shown["id"])
    assert status_of(rich) == status_of(promoted) == "active"
    assert api("get", f"/{shown['id']}").json["removed"] == 2


def test_after_a_day_nothing_is_undone(api, enter):
    shown = enter(*ROWS)
    with transaction():
        session().execute(update(PersonImport).values(entered_at=clock.now() - timedelta(hours=25)))
    answer = api("post", f"/{shown['id']}/undo")
    assert answer.json["code"] == "imports.undo_too_late"


def test_after_a_day_what_the_list_said_is_forgotten_and_its_key_destroyed(api, send):
    shown = send(csv_of(*ROWS, ["", "1", "", "", "", ""]))
    jobs.forget_imports()
    assert api("get", f"/{shown['id']}/to-mend.xlsx").status_code == 200
    with transaction():
        session().execute(update(PersonImport).values(sent_at=clock.now() - timedelta(hours=25)))
    jobs.forget_imports()
    assert api("get", f"/{shown['id']}/to-mend.xlsx").json["code"] == "keys.destroyed"
    rows = api("get", f"/{shown['id']}/rows").json["items"]
    assert {row["name"] for row in rows} == {None}
    assert len(rows) == 5
    assert api("post", f"/{shown['id']}/enter", json={}).json["code"] == "imports.not_now"


def test_what_is_given_up_is_forgotten_at_once(api, send):
    shown = send(csv_of(*ROWS))
    assert api("delete", f"/{shown['id']}").status_code == 204
    assert api("delete", f"/{shown['id']}").status_code == 204
    assert api("get", f"/{shown['id']}").json["status"] == "given_up"
    assert acts_on(shown["id"]) == ["import.send", "import.give_up"]
    with transaction():
        assert {row.sealed for row in session().scalars(select(PersonImportRow))} == {None}


def test_sending_entering_and_undoing_are_on_record(api, enter, worker):
    shown = enter(*ROWS)
    api("post", f"/{shown['id']}/undo")
    assert acts_on(shown["id"]) == ["import.send", "import.enter", "import.undo"]
    with transaction():
        acts = session().scalars(select(AuditEntry)).all()
    assert {act.actor for act in acts} == {f"person:{worker.id}"}
    assert "居民" not in str([act.after for act in acts])


def test_the_wrong_rows_come_back_with_what_to_mend_and_can_be_sent_again(api, send):
    shown = send(csv_of(["居民甲", "138", "", "", "", ""], ROWS[1]))
    answer = api("get", f"/{shown['id']}/to-mend.xlsx")
    assert answer.headers["Cache-Control"] == "no-store"
    again = send(answer.data)
    assert (again["new"], again["wrong"]) == (0, 1)


def test_the_template_can_be_filled_in_and_is_nobody_by_itself(api, send):
    answer = api("get", "/template.xlsx")
    assert answer.status_code == 200
    assert send(answer.data)["refusal"] == "imports.no_rows"
