import pytest
from sqlalchemy import select

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.people import personal
from incentive.people.erasing import doing, service
from incentive.people.erasing.domain import COOLING_OFF, Status
from incentive.people.erasing.models import Erasure
from incentive.people.service import create_person
from tests import factories as make
from tests.people.conftest import PASSWORD, PHONE, skip_made_up_numbers

API = "/api/v1"
WHY = {"reason": "本人当面提出"}


@pytest.fixture
def volunteer(home):
    with transaction():
        skip_made_up_numbers()
        return create_person(
            name="张三",
            phone=PHONE,
            password=PASSWORD,
            home_region_id=home.id,
            by=None,
            at=clock.now(),
        )


@pytest.fixture
def staff(home, holding):
    """Two community workers of the volunteer's community."""
    return [holding("community_worker", home, home_region_id=home.id) for _ in range(2)]


def acts():
    with transaction():
        rows = session().scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        return [(row.action, row.role, row.reason) for row in rows]


def test_what_one_proposes_another_approves_and_it_is_done_in_a_week(
    client, volunteer, staff, headers
):
    proposed = client.post(
        f"{API}/persons/{volunteer.id}/erasure", json=WHY, headers=headers(staff[0])
    )
    assert (proposed.status_code, proposed.json["status"]) == (201, "proposed")
    path = f"{API}/erasures/{proposed.json['id']}/approve"
    own = client.post(path, json=WHY, headers=headers(staff[0]))
    assert (own.status_code, own.json["code"]) == (403, "people.erasure_proposer")
    listed = client.get(f"{API}/erasures", headers=headers(staff[1])).json["items"]
    assert [row["volunteer_number"] for row in listed] == [volunteer.volunteer_number]
    assert client.post(path, json=WHY, headers=headers(staff[1])).json["status"] == "waiting"
    assert acts() == [
        ("person.erase", "community_worker", WHY["reason"]),
        ("person.approve_erasure", "community_worker", WHY["reason"]),
    ]
    assert doing.erase_due(clock.now()) == 0
    assert doing.erase_due(clock.now() + COOLING_OFF) == 1
    assert acts()[-1][0] == "person.erased"
    with transaction():
        assert personal.one(volunteer.id, "name").erased


def test_a_proposal_that_nobody_approved_is_never_done(client, volunteer, staff, headers):
    path = f"{API}/persons/{volunteer.id}/erasure"
    made = client.post(path, json=WHY, headers=headers(staff[0])).json
    assert doing.erase_due(clock.now() + 100 * COOLING_OFF) == 0
    path = f"{API}/erasures/{made['id']}/refuse"
    assert client.post(path, json=WHY, headers=headers(staff[1])).json["status"] == "refused"
    assert acts()[-1][0] == "person.refuse_erasure"
    assert doing.erase_due(clock.now() + 100 * COOLING_OFF) == 0
    again = client.post(path, json=WHY, headers=headers(staff[1]))
    assert (again.status_code, again.json["code"]) == (404, "people.unknown_erasure")


def test_the_database_lets_nobody_approve_their_own(books, volunteer):
    with transaction():
        other = make.person()
    values = {
        "person_id": volunteer.id,
        "asked_by": other.id,
        "asked_at": clock.now(),
        "reason": "x",
        "gives_up_points": True,
        "due_at": clock.now(),
        "decided_at": clock.now(),
        "status": Status.WAITING,
    }
    for decided_by in (other.id, volunteer.id, None):
        with pytest.raises(Exception, match="ck_erasures"), transaction():
            make.add(Erasure(**values, decided_by=decided_by))


def test_one_asks_with_the_password_and_not_with_a_token_or_a_wrong_one(client, volunteer, headers):
    path, head = f"{API}/me/erasure", headers(volunteer)
    shown = client.get(path, headers=head).json
    assert (shown["points"], shown["stops"], shown["current"]) == (0, [], None)
    wrong = client.post(path, json={"password": "not the password"}, headers=head)
    assert (wrong.status_code, wrong.json["code"]) == (401, "people.wrong_credentials")
    done = client.post(path, json={"password": PASSWORD}, headers=head)
    assert (done.status_code, done.json["status"]) == (201, "waiting")
    assert client.get(path, headers=head).json["current"]["id"] == done.json["id"]
    assert client.delete(path, headers=head).json["status"] == "called_off"
    with transaction():
        assert service.outlook(volunteer.id, clock.now()).current is None


def test_on_the_pages_it_is_proposed_approved_and_called_off(client, volunteer, staff):
    with transaction():
        tokens = [make.token(person) for person in (*staff, volunteer)]

    def post(token, path, **form):
        client.set_cookie("session", token)
        form |= {"key": str(make.new_id())}
        return client.post(path, data=form, headers={"Origin": "http://localhost"})

    number = volunteer.volunteer_number
    assert post(tokens[0], "/erasures", volunteer_number=number, **WHY).status_code == 303
    with transaction():
        made = session().scalars(select(Erasure)).one()
    refused = post(tokens[0], f"/erasures/{made.id}/approve", **WHY)
    assert refused.status_code == 403
    assert post(tokens[1], f"/erasures/{made.id}/approve", **WHY).status_code == 303
    assert number[:4] in client.get("/erasures").text
    assert post(tokens[2], "/me/erasure/call-off").status_code == 303
    wrong = post(tokens[2], "/me/erasure", password="not the password")
    assert wrong.status_code == 401
    assert post(tokens[2], "/me/erasure", password=PASSWORD).status_code == 303
    with transaction():
        assert service.outlook(volunteer.id, clock.now()).current.status == Status.WAITING
