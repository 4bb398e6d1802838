"""What is kept of somebody is corrected as they ask, once somebody of their community approves it."""

import pytest
from sqlalchemy import func, literal_column, select, text

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.people import held_queries, personal
from incentive.people.amending.models import PersonCorrection
from incentive.people.consents import service as consents
from incentive.people.consents.domain import Kind
from incentive.people.consents.giving import Giver
from incentive.people.errors import IdNumberTaken
from incentive.people.held import holdings
from incentive.people.models import Person
from tests import factories as make

API = "/api/v1"
NUMBER = "530102199001010052"
OTHER = "530102201005050027"
WHY = {"reason": "已核对户口本"}
ASKED = {"field": "name", "value": "张叁", "reason": "登记时写错了"}


@pytest.fixture
def volunteer(home):
    with transaction():
        return make.person("张三", home_region_id=home.id)


@pytest.fixture
def worker(home, holding):
    return holding("community_worker", home, home_region_id=home.id)


@pytest.fixture
def ask(client, volunteer, headers):
    """Ask as the volunteer; return the answer."""

    def do(**changed):
        body = ASKED | changed
        return client.post(f"{API}/me/corrections", json=body, headers=headers(volunteer))

    return do


@pytest.fixture
def decide(client, headers):
    """Decide as somebody; return the answer."""

    def do(by, made, decision, body=None):
        path = f"{API}/corrections/{made['id']}/{decision}"
        return client.post(path, json=body, headers=headers(by))

    return do


def consent(person, kind, value):
    with transaction():
        notice = make.notices()[kind]
        consents.give(person.id, notice, Giver(person.id), clock.now(), value=value)


def refusal(answer):
    return answer.status_code, answer.json["code"]


def kept(person, field):
    with transaction():
        return getattr(personal.one(person.id, field), field)


def acts():
    with transaction():
        rows = session().scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        return [(row.action, row.after, row.reason) for row in rows]


def in_the_books(words):
    """The tables in which `words` stand in clear."""
    found = []
    with transaction():
        names = session().scalars(
            text(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
            )
        )
        for name in names.all():
            row = literal_column(f'"{name}"::text')
            wanted = select(func.count()).select_from(text(f'"{name}"')).where(row.contains(words))
            if session().scalar(wanted):
                found.append(name)
    return found


def test_a_name_is_corrected_once_a_worker_of_the_community_approves(
    client, volunteer, worker, ask, decide, headers
):
    made = ask()
    assert (made.status_code, made.json["status"]) == (201, "waiting")
    assert "张叁" not in made.text
    listed = client.get(f"{API}/corrections", headers=headers(worker)).json["items"]
    assert [row["volunteer_number"] for row in listed] == [volunteer.volunteer_number]
    seen = client.get(f"{API}/corrections/{made.json['id']}", headers=headers(worker)).json
    assert (seen["before"], seen["after"], seen["reason"]) == ("张*", "张*", ASKED["reason"])
    assert kept(volunteer, "name") == "张三"
    assert decide(worker, made.json, "approve").json["status"] == "approved"
    assert kept(volunteer, "name") == "张叁"
    told = {
        "volunteer_number": volunteer.volunteer_number,
        "correction": made.json["id"],
        "field": "name",
    }
    assert acts() == [("person.correct", told, "")]
    assert client.get(f"{API}/corrections", headers=headers(worker)).json["items"] == []
    with transaction():
        row = session().scalars(select(PersonCorrection)).one()
        assert (row.value_sealed, row.reason_sealed) == (None, None)


def test_neither_what_was_asked_nor_why_ever_stands_in_clear(volunteer, worker, ask, decide):
    made = ask().json
    assert in_the_books(volunteer.volunteer_number)
    assert in_the_books("张叁") == in_the_books(ASKED["reason"]) == []
    decide(worker, made, "approve")
    assert in_the_books("张叁") == in_the_books(ASKED["reason"]) == []


def test_in_full_it_is_seen_for_a_reason_that_is_recorded(volunteer, worker, ask, decide):
    made = ask().json
    seen = decide(worker, made, "reveal", WHY).json
    assert (seen["before"], seen["after"]) == ("张三", "张叁")
    ((action, after, reason),) = acts()
    assert (action, after["fields"], reason) == ("person.reveal", ["name"], WHY["reason"])


def test_refused_it_stays_as_it_was_and_the_asker_reads_why(
    client, volunteer, worker, ask, decide, headers
):
    made = ask().json
    assert decide(worker, made, "refuse", WHY).json["status"] == "refused"
    (mine,) = client.get(f"{API}/me/corrections", headers=headers(volunteer)).json["items"]
    assert (mine["status"], mine["decision_reason"]) == ("refused", WHY["reason"])
    assert kept(volunteer, "name") == "张三"
    assert [row[0] for row in acts()] == ["person.refuse_correction"]
    assert decide(worker, made, "refuse", WHY).status_code == 200
    assert refusal(decide(worker, made, "approve")) == (409, "people.correction_ended")
    assert len(acts()) == 1


def test_one_of_each_field_waits_and_taken_back_it_makes_room(client, volunteer, ask, headers):
    made = ask().json
    assert refusal(ask(value="张肆")) == (409, "people.correction_asked")
    path = f"{API}/me/corrections/{made['id']}"
    for _ in range(2):
        assert client.delete(path, headers=headers(volunteer)).json["status"] == "withdrawn"
    assert ask(value="张肆").status_code == 201


def test_what_is_anothers_is_not_taken_back(client, worker, ask, headers):
    path = f"{API}/me/corrections/{ask().json['id']}"
    assert refusal(client.delete(path, headers=headers(worker))) == (
        404,
        "people.unknown_correction",
    )


def test_it_is_decided_in_the_community_and_by_nobody_concerned(
    volunteer, places, holding, ask, decide, home
):
    made = ask().json
    elsewhere = holding("community_worker", places["530102001008"])
    grid_worker = holding("grid_worker", home)
    for by in (elsewhere, grid_worker):
        assert decide(by, made, "approve").status_code == 403
    with transaction():
        make.grant(session().merge(volunteer), "community_worker", at=home)
    assert refusal(decide(volunteer, made, "approve")) == (403, "people.own_correction")
    assert kept(volunteer, "name") == "张三"


def test_an_id_number_needs_its_consent_then_and_when_it_is_approved(
    volunteer, worker, ask, decide
):
    wanted = {"field": "id_number", "value": OTHER}
    assert refusal(ask(**wanted)) == (422, "people.consent_missing")
    consent(volunteer, "id_number", NUMBER)
    made = ask(**wanted).json
    with transaction():
        consents.withdraw(volunteer.id, Kind.ID_NUMBER, Giver(volunteer.id), clock.now())
    # With the consent goes what waits.
    assert refusal(decide(worker, made, "approve")) == (409, "people.correction_ended")
    assert kept(volunteer, "id_number") is None


def test_an_approved_id_number_finds_the_person_and_says_who_is_a_minor(
    volunteer, worker, ask, decide
):
    consent(volunteer, "id_number", NUMBER)
    made = ask(field="id_number", value=OTHER).json
    assert decide(worker, made, "approve").status_code == 200
    assert kept(volunteer, "id_number") == f"resident_id:{OTHER}"
    with transaction():
        person = session().get_one(Person, volunteer.id)
        assert person.age_class == "under_18"
        with pytest.raises(IdNumberTaken):
            personal.refuse_taken({"id_number": f"resident_id:{OTHER}"})
        personal.refuse_taken({"id_number": f"resident_id:{NUMBER}"})
    assert in_the_books(OTHER) == []


def test_nobody_gets_an_id_number_that_is_anothers(volunteer, worker, ask, decide):
    with transaction():
        make.person(told={"id_number": f"resident_id:{OTHER}"})
    consent(volunteer, "id_number", NUMBER)
    made = ask(field="id_number", value=OTHER).json
    assert refusal(decide(worker, made, "approve")) == (409, "people.id_number_taken")
    assert kept(volunteer, "id_number") == f"resident_id:{NUMBER}"
    assert acts() == []


def test_a_month_of_birth_is_that_of_the_id_number_and_frees_who_was_taken_for_a_minor(
    volunteer, worker, ask, decide
):
    consent(volunteer, "birth_month", "2012-01")
    made = ask(field="birth_month", value="1990-01").json
    assert decide(worker, made, "approve").status_code == 200
    with transaction():
        assert session().get_one(Person, volunteer.id).age_class is None
    consent(volunteer, "id_number", NUMBER)
    made = ask(field="birth_month", value="1991-02").json
    assert refusal(decide(worker, made, "approve")) == (422, "people.birth_month_unusable")
    assert kept(volunteer, "birth_month") == "1990-01"


def test_a_value_that_is_none_is_refused_at_once(volunteer, ask):
    consent(volunteer, "birth_month", "1990-01")
    assert refusal(ask(field="birth_month", value="1990-13")) == (
        422,
        "people.birth_month_unusable",
    )
    assert refusal(ask(value="张\n三")) == (422, "people.name_unusable")
    assert refusal(ask(value="张" * 51)) == (422, "people.name_unusable")


def test_erasing_takes_along_what_waits(volunteer, ask):
    ask()
    with transaction():
        for holding in holdings():
            held_queries.erase(holding, volunteer.id, clock.now())
        assert session().scalar(select(func.count()).select_from(PersonCorrection)) == 0


@pytest.fixture
def post(client):
    """Send a form as somebody."""

    def do(person, path, **form):
        with transaction():
            client.set_cookie("session", make.token(session().merge(person)))
        form |= {"key": str(make.new_id())}
        return client.post(path, data=form, headers={"Origin": "http://localhost"})

    return do


def test_on_the_pages_it_is_asked_for_seen_in_full_and_approved(client, volunteer, worker, post):
    assert post(volunteer, "/me/corrections", **ASKED).status_code == 303
    assert post(volunteer, "/me/corrections", **ASKED).status_code == 409
    mine = client.get("/me/corrections").text
    assert "张叁" not in mine
    with transaction():
        made = session().scalars(select(PersonCorrection)).one()
    path = f"/corrections/{made.id}"
    seen = post(worker, f"{path}/reveal", **WHY)
    assert (seen.status_code, "张叁" in seen.text) == (200, True)
    assert path in client.get("/corrections").text
    masked = client.get(path).text
    assert "张叁" not in masked
    assert "张*" in masked
    assert post(worker, f"{path}/refuse").status_code == 422
    assert post(worker, f"{path}/approve").status_code == 303
    assert post(worker, f"{path}/refuse", **WHY).status_code == 409
    assert kept(volunteer, "name") == "张叁"


def test_on_the_page_it_is_taken_back(volunteer, post):
    post(volunteer, "/me/corrections", **ASKED)
    with transaction():
        made = session().scalars(select(PersonCorrection)).one()
    assert post(volunteer, f"/me/corrections/{made.id}/withdraw").status_code == 303
    assert post(volunteer, "/me/corrections", **ASKED).status_code == 303
