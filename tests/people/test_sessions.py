from datetime import timedelta

import pytest
from sqlalchemy import select, update

from incentive.core.db import session, transaction
from incentive.people import service
from incentive.people.models import SignIn
from incentive.people.sessions.domain import coarse_network, device_name
from tests import factories as make
from tests.people.conftest import PASSWORD, PHONE

API = "/api/v1"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; V2324A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0"
    " Mobile Safari/537.36 MicroMessenger/8.0.47"
)


@pytest.fixture
def person(home):
    with transaction():
        return service.create_person(
            name="张三",
            phone=PHONE,
            password=PASSWORD,
            home_region_id=home.id,
            by=None,
            at=make.NOW,
        )


def signing_in(client, agent=WECHAT):
    answer = client.post(
        f"{API}/sessions",
        json={"phone": PHONE, "password": PASSWORD},
        headers={"User-Agent": agent},
        environ_overrides={"REMOTE_ADDR": "203.0.113.77"},
    )
    return {"Authorization": f"Bearer {answer.json['token']}"}


def listed(client, headers):
    return client.get(f"{API}/me/sessions", headers=headers).json["items"]


def test_one_sees_where_one_is_signed_in_and_nothing_finer(client, person):
    here, _there = signing_in(client), signing_in(client, "curl/8")
    rows = listed(client, here)
    assert [(row["browser"], row["network"]) for row in rows if row["current"]] == [
        ("WeChat · Android", "203.0.113.*")
    ]
    assert [row["browser"] for row in rows if not row["current"]] == [""]


def test_one_ends_one_of_them_and_it_opens_nothing_at_the_next_request(client, person):
    here, there = signing_in(client), signing_in(client)
    (other,) = [row["id"] for row in listed(client, here) if not row["current"]]
    assert client.delete(f"{API}/me/sessions/{other}", headers=here).status_code == 204
    assert client.get(f"{API}/me", headers=there).status_code == 401
    assert client.get(f"{API}/me", headers=here).status_code == 200
    again = client.delete(f"{API}/me/sessions/{other}", headers=here)
    assert again.json["code"] == "people.unknown_session"


def test_nobody_ends_anothers(client, person, books):
    mine = signing_in(client)
    with transaction():
        stranger = make.bearer(make.person())
    (own,) = [row["id"] for row in listed(client, mine)]
    assert client.delete(f"{API}/me/sessions/{own}", headers=stranger).status_code == 404
    assert client.get(f"{API}/me", headers=mine).status_code == 200


def test_signing_out_everywhere_ends_all_of_them_here_too(client, person):
    here, there = signing_in(client), signing_in(client)
    assert client.delete(f"{API}/me/sessions", headers=here).status_code == 204
    for headers in (here, there):
        assert client.get(f"{API}/me", headers=headers).status_code == 401


def test_the_time_of_last_use_is_written_once_an_hour_at_most(client, person):
    headers = signing_in(client)
    with transaction():
        early = session().scalars(select(SignIn.used_at)).one()
    client.get(f"{API}/me", headers=headers)
    with transaction():
        assert session().scalars(select(SignIn.used_at)).one() == early
        past = early - timedelta(hours=1, minutes=1)
        session().execute(update(SignIn).values(used_at=past))
    client.get(f"{API}/me", headers=headers, environ_overrides={"REMOTE_ADDR": "198.51.100.9"})
    with transaction():
        session().expire_all()
        row = session().scalars(select(SignIn)).one()
        assert row.used_at >= early
        assert row.network == "198.51.100.*"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (WECHAT, "WeChat · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120", "Edge · Windows"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_as_people_know_it(agent, name):
    assert device_name(agent) == name


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.*"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_a_network_is_kept_no_finer_than_it_is_known(address, network):
    assert coarse_network(address) == network
