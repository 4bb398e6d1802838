from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import request

from incentive.app import create_app
from incentive.config import Settings, SettingsError
from incentive.core.db import db, transaction
from incentive.core.keystore.store import keystore
from tests import factories

ENVIRON = {
    "INCENTIVE_DATABASE_URL": "postgresql://x/y",
    "INCENTIVE_REDIS_URL": "redis://x",
    "INCENTIVE_SECRET": "x" * 32,
}
PUBLIC = "https://points.example"
PASSWORD = "翠湖的红嘴海鸥 8"
CARD = "/api/v1/me/card"


@contextmanager
def application(live, **settings):
    """The application of `live` with other settings, and a person who can sign in to it."""
    app = create_app(replace(live.config["SETTINGS"], **settings))
    app.testing = True
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
            keystore().dispose()


def card_url(app, **headers):
    with app.app_context():
        with transaction():
            signed_in = factories.bearer(factories.person())
        return app.test_client().get(CARD, headers=signed_in | headers)


def test_without_a_public_address_a_code_leads_to_where_the_request_came(live):
    assert card_url(live, Host="10.0.0.1:81").json["url"].startswith("http://10.0.0.1:81/s/")


def test_a_code_leads_to_the_public_address_wherever_the_request_came(live):
    with application(live, public_url=PUBLIC) as app:
        assert card_url(app, Host="10.0.0.1").json["url"].startswith(f"{PUBLIC}/s/")


FORGED = ["evil.example", "points.example.evil.example", "8.8.8.8", "localhost.evil.example"]


@pytest.mark.parametrize("host", FORGED)
def test_no_link_follows_a_forged_host(live, host):
    """Neither for who is signed in, nor into a cache: it is refused before any view."""
    answer = card_url(live, Host=host)
    assert (answer.status_code, answer.json["code"]) == (400, "http.unknown_host")
    feed = live.test_client().get("/checkpoints/feed.json", headers={"Host": host})
    assert feed.status_code == 400
    assert host not in feed.headers.get("Location", "")


def test_whether_the_server_is_well_is_told_to_whoever_asks(live):
    assert live.test_client().get("/healthz", headers={"Host": "8.8.8.8"}).status_code == 200


@pytest.mark.parametrize(
    "host", ["localhost:8000", "127.0.0.1", "[::1]:9", "192.168.1.7:8000", "10.0.0.1"]
)
def test_a_private_address_is_nobodys_trick(live, host):
    assert card_url(live, Host=host).status_code == 200


def test_listed_hosts_and_those_of_jurisdictions_are_ours(live):
    listed = frozenset({"other.example"})
    with application(live, public_url=PUBLIC, trusted_hosts=listed) as app:
        for host in ("points.example", "other.example:81"):
            assert card_url(app, Host=host).status_code == 200
        assert card_url(app, Host="evil.example").status_code == 400


def test_hosts_are_listed_as_names():
    listed = {"INCENTIVE_TRUSTED_HOSTS": "A.example, b.example"}
    found = Settings.from_environment(ENVIRON | listed).trusted_hosts
    assert found == {"a.example", "b.example"}
    with pytest.raises(SettingsError, match="INCENTIVE_TRUSTED_HOSTS"):
        Settings.from_environment(ENVIRON | {"INCENTIVE_TRUSTED_HOSTS": "https://a.example"})


def test_a_host_that_is_no_name_breaks_nothing(live):
    with application(live) as app:
        with transaction():
            headers = factories.bearer(factories.person()) | {"Host": "xn--a"}
        # The test's own client could not even ask.
        with app.test_request_context(CARD, headers=headers):
            answer = app.full_dispatch_request()
        # Pythons differ on whether this is a name; none may fall over it.
        assert answer.status_code in {200, 400}


@pytest.mark.parametrize(
    ("settings", "forwarded", "secure"),
    [
        ({}, "https", False),
        ({"trusted_proxies": 1}, "https", True),
        ({"trusted_proxies": 1}, "http", False),
        ({"public_url": PUBLIC}, "http", True),
        ({"public_url": "http://points.example"}, "https", False),
    ],
)
def test_cookies_are_for_tls_only_where_there_is_tls(live, settings, forwarded, secure):
    with application(live, **settings) as app:
        with transaction():
            home, notice = factories.region(), str(factories.notices()["privacy"])
        key = {"Idempotency-Key": "12345678"}
        new = {"name": "张三", "phone": "13812345678", "password": PASSWORD, "notice": notice}
        made = app.test_client().post(
            "/api/v1/me", json=new | {"home_region_id": str(home.id)}, headers=key
        )
        assert made.status_code == 201, made.text
        headers = {"Origin": "http://localhost", "X-Forwarded-Proto": forwarded}
        if settings.get("trusted_proxies") and secure:
            headers["Origin"] = "https://localhost"
        answer = app.test_client().post("/sign-in", data=new, headers=headers)
        assert answer.status_code == 303, answer.text
        cookies = answer.headers.getlist("Set-Cookie")
        assert any(each.startswith("__Host-session=" if secure else "session=") for each in cookies)
        assert all(("; Secure" in each) is secure for each in cookies), cookies


def test_a_page_at_the_public_address_is_ours_whatever_host_the_proxy_names(live):
    with application(live, public_url=PUBLIC) as app:
        client = app.test_client()
        with transaction():
            client.set_cookie("__Host-session", factories.token(factories.person()), secure=False)
        answer = client.delete("/api/v1/sessions/current", headers={"Origin": PUBLIC})
        assert answer.status_code == 204


def test_only_the_last_of_the_addresses_that_a_proxy_names_is_believed(live):
    with application(live, trusted_proxies=1) as app:
        headers = {"X-Forwarded-For": "1.1.1.1, 2.2.2.2", "X-Forwarded-Host": "evil.example"}
        seen = {}
        app.before_request(
            lambda: seen.update(address=request.remote_addr, host=request.host) or None
        )
        app.test_client().get("/healthz", headers=headers)
        assert seen == {"address": "2.2.2.2", "host": "localhost"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("INCENTIVE_PUBLIC_URL", "points.example"),
        ("INCENTIVE_PUBLIC_URL", "ftp://points.example"),
        ("INCENTIVE_PUBLIC_URL", "https://"),
        ("INCENTIVE_PUBLIC_URL", "https://[x"),
        ("INCENTIVE_PUBLIC_URL", "https://points.example/path"),
        ("INCENTIVE_PUBLIC_URL", "https://user@points.example"),
        ("INCENTIVE_TRUSTED_PROXIES", "0"),
        ("INCENTIVE_TRUSTED_PROXIES", "-1"),
        ("INCENTIVE_TRUSTED_PROXIES", "all"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name, text):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment(ENVIRON | {name: text})


def test_a_slash_at_the_end_of_the_public_address_is_dropped():
    settings = Settings.from_environment(ENVIRON | {"INCENTIVE_PUBLIC_URL": f"{PUBLIC}/"})
    assert (settings.public_url, settings.trusted_proxies) == (PUBLIC, 0)
