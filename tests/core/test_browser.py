import pytest

from incentive.core.db import transaction
from tests import factories as make

SWITCH = "/api/v1/sessions/current"


@pytest.fixture
def token(books):
    with transaction():
        return make.token(make.person())


def test_a_page_forbids_foreign_and_inline_scripts_and_frames(client):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy


def test_what_is_no_page_may_run_nothing(client):
    policy = client.get("/api/v1/regions").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")


def test_a_program_gets_no_cookie(client):
    assert "Set-Cookie" not in client.get("/api/v1/regions?lang=en").headers


def test_a_page_that_is_not_a_file_is_never_kept_by_a_cache(client, token):
    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_cookie_signs_a_reader_in(client, token):
    client.set_cookie("session", token)
    assert client.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[x"},
        {"Referer": "http://[::1/"},
        {"Referer": "https://evil.example/localhost"},
    ],
)
def test_a_change_by_cookie_from_another_site_is_refused(client, token, headers):
    client.set_cookie("session", token)
    answer = client.delete(SWITCH, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (403, "people.foreign_origin")


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://localhost"}, {"Referer": "http://localhost/me"}]
)
def test_a_change_by_cookie_from_our_own_page_is_made(client, token, headers):
    client.set_cookie("session", token)
    assert client.delete(SWITCH, headers=headers).status_code == 204
