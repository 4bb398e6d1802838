import pytest

from incentive.core.db import transaction
from incentive.people.permissions import ROLES
from tests import factories
from tests.people.test_api import API, refusal


@pytest.fixture
def chief(holding, places):
    return holding("administrator", places["530102"])


@pytest.fixture
def other(books):
    with transaction():
        return factories.person()


@pytest.fixture
def grant(client, headers):
    def post(by, to, **wanted):
        wanted = {name: str(value) for name, value in wanted.items()}
        return client.post(f"{API}/persons/{to.id}/roles", json=wanted, headers=headers(by))

    return post


def roles_of(client, headers, person):
    return client.get(f"{API}/me", headers=headers(person)).json["roles"]


@pytest.mark.parametrize("role", ROLES)
def test_an_administrator_grants_any_role_within_the_scope(
    client, headers, grant, chief, other, home, role
):
    granted = grant(chief, other, role=role, region_id=home.id)
    assert granted.status_code == 201
    (held,) = roles_of(client, headers, other)
    assert (held["id"], held["role"], held["region"]["code"]) == (
        granted.json["id"],
        role,
        home.code,
    )


def test_nobody_grants_above_or_beside_the_scope(grant, chief, other, places):
    for code in ("53", "5301"):
        answer = grant(chief, other, role="volunteer", region_id=places[code].id)
        assert refusal(answer) == (403, "people.out_of_scope")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "administrator"])
def test_no_other_role_grants_roles(grant, holding, other, home, role):
    answer = grant(holding(role, home), other, role="volunteer", region_id=home.id)
    assert refusal(answer) == (403, "people.out_of_scope")


def test_nobody_grants_a_role_to_themselves(grant, chief, home):
    answer = grant(chief, chief, role="auditor", region_id=home.id)
    assert refusal(answer) == (403, "people.own_role")


def test_a_role_held_already_is_a_conflict(grant, chief, other, home):
    grant(chief, other, role="auditor", region_id=home.id)
    answer = grant(chief, other, role="auditor", region_id=home.id)
    assert refusal(answer) == (409, "people.role_held")


def test_a_station_manager_is_bound_to_one_station(client, headers, grant, chief, other, home):
    with transaction():
        station = factories.station(home)
    granted = grant(chief, other, role="station_manager", station_id=station.id)
    assert granted.status_code == 201
    (held,) = roles_of(client, headers, other)
    assert (held["region"], held["station_id"]) == (None, str(station.id))


def test_a_station_elsewhere_or_nowhere_has_no_manager_from_here(
    grant, holding, other, places, home
):
    with transaction():
        station = factories.station(home)
    beside = holding("administrator", places["530102001008"])
    answer = grant(beside, other, role="station_manager", station_id=station.id)
    assert refusal(answer) == (403, "people.out_of_scope")
    answer = grant(beside, other, role="station_manager", station_id=other.id)
    assert answer.status_code == 404


def test_a_role_has_one_scope_that_fits_it(grant, chief, other, home):
    with transaction():
        station = factories.station(home)
    answer = grant(chief, other, role="administrator", station_id=station.id)
    assert refusal(answer) == (422, "people.role_not_there")
    assert refusal(grant(chief, other, role="auditor")) == (422, "people.scope_unclear")
    answer = grant(chief, other, role="auditor", station_id=station.id, region_id=home.id)
    assert refusal(answer) == (422, "people.scope_unclear")
    assert grant(chief, other, role="king", region_id=home.id).status_code == 422


def test_who_or_what_is_not_there_is_unknown(client, headers, grant, chief, other, home):
    with transaction():
        nobody = factories.region("530102001009", parent=factories.province())
    answer = grant(chief, nobody, role="auditor", region_id=home.id)
    assert refusal(answer) == (404, "people.unknown_person")
    answer = grant(chief, other, role="auditor", region_id=other.id)
    assert refusal(answer) == (404, "regions.unknown_region")
    answer = client.delete(f"{API}/roles/{other.id}", headers=headers(chief))
    assert refusal(answer) == (404, "people.unknown_role")


def test_an_ended_role_reaches_nothing_from_then_on(client, headers, grant, chief, other, home):
    granted = grant(chief, other, role="administrator", region_id=home.id)
    url = f"{API}/roles/{granted.json['id']}"
    assert client.delete(url, headers=headers(chief)).status_code == 204
    assert roles_of(client, headers, other) == []
    with transaction():
        third = factories.person()
    answer = grant(other, third, role="volunteer", region_id=home.id)
    assert refusal(answer) == (403, "people.out_of_scope")
    assert refusal(client.delete(url, headers=headers(chief))) == (404, "people.unknown_role")
    assert grant(chief, other, role="administrator", region_id=home.id).status_code == 201


def test_nobody_ends_a_role_outside_the_scope(client, headers, holding, places, chief, other):
    with transaction():
        held = factories.grant(other, "auditor", at=places["5301"])
    answer = client.delete(f"{API}/roles/{held.id}", headers=headers(chief))
    assert refusal(answer) == (403, "people.out_of_scope")


def test_who_may_grant_finds_a_person_by_number_and_sees_no_name(
    client, headers, chief, other, holding, home
):
    url = f"{API}/persons/by-number/{other.volunteer_number}"
    found = client.get(url, headers=headers(chief))
    assert found.json == {"id": str(other.id), "volunteer_number": other.volunteer_number}
    assert refusal(client.get(url, headers=headers(holding("volunteer", home)))) == (
        403,
        "people.out_of_scope",
    )
    nobody = client.get(f"{API}/persons/by-number/5300000000010", headers=headers(chief))
    assert refusal(nobody) == (404, "people.unknown_person")
