"""No other site's page changes anything here by what the browser sends along by itself."""

import pytest

from incentive.core.db import transaction
from tests import factories as make
from tests.security.urls import addresses

FOREIGN = [
    {},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:81"},
    {"Referer": "https://evil.example/?http://localhost/"},
]
OWN = {"Origin": "http://localhost"}


@pytest.fixture
def token(books):
    with transaction():
        person = make.person()
        make.grant(person, "administrator", at=make.province())
        return make.token(person)


def changes(app):
    found = [address for address in addresses(app) if address.is_change]
    assert len(found) > 100
    return found


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_no_address_takes_a_change_with_a_cookie_from_elsewhere(client, books, token, headers):
    client.set_cookie("session", token)
    passed = [
        str(address)
        for address in changes(books)
        if client.open(address.path, method=address.method, headers=headers).status_code != 403
    ]
    assert passed == []


def test_the_refusal_comes_before_anything_of_the_request_is_read(client, books, token):
    client.set_cookie("session", token)
    answer = client.post("/api/v1/activities", data=b"{", headers=FOREIGN[1])
    assert (answer.status_code, answer.json["code"]) == (403, "people.foreign_origin")


def test_no_form_takes_a_change_from_elsewhere_even_of_a_stranger(client, books):
    """Else another site's form could sign its reader in as somebody else."""
    passed = [
        str(address)
        for address in changes(books)
        if not address.is_api
        and client.open(address.path, method=address.method, headers=FOREIGN[1]).status_code != 403
    ]
    assert passed == []


def test_our_own_pages_are_heard(client, books, token):
    client.set_cookie("session", token)
    refused = [
        str(address)
        for address in changes(books)
        if "foreign_origin"
        in client.open(address.path, method=address.method, headers=OWN).get_data(as_text=True)
    ]
    assert refused == []


def test_a_program_with_a_bearers_token_comes_from_anywhere(client, token):
    client.set_cookie("session", token)
    headers = {"Authorization": f"Bearer {token}"} | FOREIGN[1]
    assert client.delete("/api/v1/sessions/current", headers=headers).status_code == 204


def test_a_token_that_is_none_lends_the_cookie_nothing(client, token):
    client.set_cookie("session", token)
    headers = {"Authorization": "Bearer x"} | FOREIGN[1]
    assert client.delete("/api/v1/sessions/current", headers=headers).status_code == 401
