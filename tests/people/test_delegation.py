"""Roles with an end, and roles handed on for a time."""

from datetime import timedelta

import pytest

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.people.models import RoleGrant
from incentive.points.family.models import FamilyLink
from tests import factories
from tests.people.conftest import notice_id
from tests.people.test_api import API, refusal
from tests.people.test_roles import roles_of

DAY = timedelta(days=1)


def soon(days=3):
    return (clock.now() + days * DAY).isoformat()


@pytest.fixture
def worker(holding, places):
    return holding("community_worker", places["530102001"])


@pytest.fixture
def stand_in(books):
    with transaction():
        return factories.person()


@pytest.fixture
def hand_on(client, headers, worker, stand_in):
    """Hands the worker's role on to the stand-in, or another's to whom one likes."""

    def post(by=None, to=None, **wanted):
        by, to = by or worker, to or stand_in
        with transaction():
            role = session().query(RoleGrant.id).filter_by(person_id=by.id).limit(1).scalar()
        body = {"volunteer_number": to.volunteer_number, "until": soon()} | wanted
        return client.post(f"{API}/me/roles/{role}/delegations", json=body, headers=headers(by))

    return post


@pytest.fixture
def teams(client, headers):
    """Says how founding a team in a place goes for somebody."""

    def found(by, at):
        body = {"region_id": str(at.id), "name": f"队{new_id()}"}
        return client.post(f"{API}/teams", json=body, headers=headers(by)).status_code

    return found


def move(grant_id, **by):
    """Put the days of a grant back, as if that time had passed."""
    with transaction():
        grant = session().get(RoleGrant, grant_id)
        for name, value in by.items():
            setattr(grant, name, value)


def test_a_role_with_an_end_ends_by_itself(client, headers, holding, places, stand_in, teams, home):
    chief = holding("administrator", places["530102"])
    body = {"role": "community_worker", "region_id": str(home.id), "until": soon()}
    path = f"{API}/persons/{stand_in.id}/roles"
    granted = client.post(path, json=body, headers=headers(chief))
    assert granted.status_code == 201, granted.text
    (held,) = roles_of(client, headers, stand_in)
    assert held["until"].startswith(body["until"][:19])
    assert teams(stand_in, home) == 201
    again = client.post(path, json=body, headers=headers(chief))
    assert refusal(again) == (409, "people.role_held")
    move(granted.json["id"], valid_until=clock.now() - timedelta(seconds=1))
    assert teams(stand_in, home) == 403
    assert roles_of(client, headers, stand_in) == []
    assert client.post(path, json=body, headers=headers(chief)).status_code == 201


def test_a_role_that_begins_later_gives_nothing_yet(holding, places, home, teams):
    worker = holding("community_worker", home)
    with transaction():
        (grant,) = session().query(RoleGrant).filter_by(person_id=worker.id)
    move(grant.id, valid_from=clock.now() + DAY)
    assert teams(worker, home) == 403


def test_no_role_ends_before_it_begins(client, headers, holding, places, stand_in, home):
    chief = holding("administrator", places["530102"])
    body = {"role": "steward", "region_id": str(home.id), "until": soon(-1)}
    answer = client.post(f"{API}/persons/{stand_in.id}/roles", json=body, headers=headers(chief))
    assert refusal(answer) == (422, "people.role_ends_before")


def test_a_revoked_role_is_gone_at_the_next_request_of_the_same_session(
    client, headers, holding, places, home
):
    chief, worker = holding("administrator", places["530102"]), holding("community_worker", home)
    with transaction():
        (grant,) = session().query(RoleGrant).filter_by(person_id=worker.id)
    session_of_worker = headers(worker)
    body = {"region_id": str(home.id), "name": "一队"}
    first = client.post(f"{API}/teams", json=body, headers=session_of_worker)
    assert first.status_code == 201
    assert client.delete(f"{API}/roles/{grant.id}", headers=headers(chief)).status_code == 204
    fresh = session_of_worker | {"Idempotency-Key": str(new_id())}
    second = client.post(f"{API}/teams", json=body | {"name": "二队"}, headers=fresh)
    assert refusal(second) == (403, "people.out_of_scope")


def test_a_role_is_handed_on_for_some_days_within_its_scope(
    client, headers, hand_on, worker, stand_in, teams, home, places
):
    assert teams(stand_in, home) == 403
    made = hand_on()
    assert made.status_code == 201, made.text
    assert (made.json["by"], made.json["to"]) == (
        worker.volunteer_number,
        stand_in.volunteer_number,
    )
    assert teams(stand_in, home) == 201
    assert teams(stand_in, places["530102"]) == 403
    for who in (worker, stand_in):
        listed = client.get(f"{API}/me/delegations", headers=headers(who)).json["items"]
        assert listed == [made.json]
    move(made.json["id"], valid_until=clock.now() - timedelta(seconds=1))
    assert teams(stand_in, home) == 403
    assert teams(worker, home) == 201


def test_handing_on_and_taking_back_are_on_record(client, headers, hand_on, worker):
    made = hand_on().json["id"]
    client.delete(f"{API}/roles/{made}", headers=headers(worker))
    with transaction():
        told = [(act.action, act.actor) for act in session().query(AuditEntry)]
    actor = f"person:{worker.id}"
    assert told == [("role.delegate", actor), ("role.take_back", actor)]


def test_a_part_of_the_region_and_of_the_powers_can_be_handed_on(
    hand_on, teams, stand_in, home, places
):
    made = hand_on(region_id=str(home.id), permissions=["activity.manage"])
    assert made.json["permissions"] == ["activity.manage"]
    assert teams(stand_in, home) == 201
    assert teams(stand_in, places["530102001008"]) == 403


def test_a_power_that_was_not_handed_on_is_not_there(client, headers, hand_on, stand_in, home):
    hand_on(permissions=["activity.manage"])
    body = {"name": "新人", "phone": "13977771234", "home_region_id": str(home.id)}
    body["notice"] = str(notice_id())
    answer = client.post(f"{API}/persons", json=body, headers=headers(stand_in))
    assert refusal(answer) == (403, "people.out_of_scope")


def test_what_was_handed_on_is_never_handed_further(hand_on, stand_in, books):
    assert hand_on().status_code == 201
    with transaction():
        third = factories.person()
    assert refusal(hand_on(by=stand_in, to=third)) == (403, "people.not_delegable")


def test_granting_roles_is_never_handed_on(
    client, headers, hand_on, holding, places, stand_in, home
):
    chief = holding("administrator", places["530102"])
    made = hand_on(by=chief)
    assert made.status_code == 201
    assert "role.grant" not in made.json["permissions"]
    with transaction():
        third = factories.person()
    body = {"role": "steward", "region_id": str(home.id)}
    answer = client.post(f"{API}/persons/{third.id}/roles", json=body, headers=headers(stand_in))
    assert refusal(answer) == (403, "people.out_of_scope")
    assert refusal(hand_on(by=chief, to=third, permissions=["role.grant"])) == (
        403,
        "people.not_delegable",
    )


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"until": soon(31)}, (422, "people.delegated_too_long")),
        ({"until": soon(-1)}, (422, "people.role_ends_before")),
        ({"permissions": ["station.serve"]}, (403, "people.not_delegable")),
        ({"volunteer_number": "5300000009999"}, (404, "people.unknown_person")),
    ],
)
def test_more_than_one_has_or_for_longer_cannot_be_handed_on(hand_on, wanted, code):
    assert refusal(hand_on(**wanted)) == code


def test_a_wider_region_cannot_be_handed_on(hand_on, places):
    assert refusal(hand_on(region_id=str(places["530102"].id))) == (403, "people.not_delegable")


def test_nothing_is_handed_on_beyond_ones_own_end(hand_on, worker):
    with transaction():
        (grant,) = session().query(RoleGrant).filter_by(person_id=worker.id)
    move(grant.id, valid_until=clock.now() + DAY)
    assert refusal(hand_on()) == (422, "people.delegated_too_long")


def test_a_role_is_not_handed_to_oneself_nor_to_ones_family(hand_on, worker, stand_in):
    assert refusal(hand_on(to=worker)) == (403, "people.own_role")
    with transaction():
        kin(worker, stand_in)
    assert refusal(hand_on()) == (403, "people.for_family")


def kin(one, other):
    """The two are family, in the open transaction."""
    first, second = sorted((one.id, other.id))
    link = FamilyLink(first_id=first, second_id=second, asked_by=first)
    link.asked_at = link.accepted_at = clock.now()
    return factories.add(link)


@pytest.mark.parametrize("who", ["worker", "stand_in", "chief"])
def test_both_and_whoever_grants_there_may_end_it(
    client, headers, hand_on, worker, stand_in, holding, places, who, teams, home
):
    chief = holding("administrator", places["530102"])
    made = hand_on().json["id"]
    ender = {"worker": worker, "stand_in": stand_in, "chief": chief}[who]
    stranger = holding("community_worker", home)
    refused = client.delete(f"{API}/roles/{made}", headers=headers(stranger))
    assert refusal(refused) == (403, "people.out_of_scope")
    assert client.delete(f"{API}/roles/{made}", headers=headers(ender)).status_code == 204
    assert teams(stand_in, home) == 403


def test_what_was_handed_on_ends_with_the_role_that_it_came_from(
    client, headers, hand_on, worker, stand_in, holding, places, teams, home
):
    chief = holding("administrator", places["530102"])
    assert hand_on().status_code == 201
    with transaction():
        (grant,) = session().query(RoleGrant).filter_by(person_id=worker.id)
    assert client.delete(f"{API}/roles/{grant.id}", headers=headers(chief)).status_code == 204
    assert teams(stand_in, home) == 403


def test_a_steward_scans_and_does_nothing_else(client, headers, holding, home):
    with transaction():
        author, volunteer = factories.person(), factories.person()
        activity = factories.activity(home, by=author)
        shift = factories.shift(activity, starts_at=clock.now() - timedelta(hours=1))
        factories.sign_up(volunteer, shift)
    steward = headers(holding("steward", home))
    scan = {
        "nonce": str(new_id()),
        "scanned_at": clock.now().isoformat(),
        "shift_id": str(shift.id),
        "volunteer_number": volunteer.volunteer_number,
    }
    came = client.post(f"{API}/scans", json=scan, headers=steward)
    assert came.status_code == 201, came.text
    attendance = came.json["attendance_id"]
    confirm = client.post(f"{API}/attendances/{attendance}/confirm", headers=steward)
    assert refusal(confirm) == (403, "people.out_of_scope")
    for path in ("attendances", "code", "printed-code"):
        assert client.get(f"{API}/shifts/{shift.id}/{path}", headers=steward).status_code == 403
    (listed,) = client.get(f"{API}/shifts/{shift.id}/sign-ups", headers=steward).json["items"]
    assert listed.keys() == {"volunteer_number", "status"}
    lead = headers(holding("lead", home))
    confirmed = client.post(f"{API}/attendances/{attendance}/confirm", headers=lead)
    assert confirmed.status_code == 200
    (listed,) = client.get(f"{API}/shifts/{shift.id}/sign-ups", headers=lead).json["items"]
    assert listed.keys() == {"id", "volunteer_number", "status", "queued_at"}
