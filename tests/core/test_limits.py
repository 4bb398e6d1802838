import os
import time
from dataclasses import replace

import pytest

from incentive.app import create_app
from incentive.core.db import db
from incentive.core.keystore.store import keystore
from incentive.core.limits import Limits, TooFast
from tests import server

HERE, THERE = {"REMOTE_ADDR": "203.0.113.1"}, {"REMOTE_ADDR": "203.0.113.2"}
AWAY = "unix:///nonexistent/valkey.sock"


@pytest.fixture
def narrow(live):
    """A client of an application that lets one address sign in and register twice a minute."""
    settings = live.config["SETTINGS"]
    app = create_app(replace(settings, sign_ins_per_minute=2, registrations_per_minute=2))
    with app.app_context():
        yield app.test_client()
        db.session.remove()
        db.engine.dispose()
        keystore().dispose()


@pytest.mark.parametrize("where", ["redis", "memory"])
def test_so_many_a_minute_and_no_more(where, tmp_path):
    limits = Limits(os.environ[server.REDIS_URL] if where == "redis" else AWAY)
    who = str(tmp_path)
    for _ in range(3):
        limits.spend("test", who, 3)
    with pytest.raises(TooFast) as refused:
        limits.spend("test", who, 3)
    assert 1 <= refused.value.figures["retry_after_seconds"] <= 60
    limits.spend("test", f"{who}/another", 3)
    limits.spend("another", who, 3)


def test_without_redis_the_wait_is_for_once():
    limits = Limits(AWAY)
    began = time.monotonic()
    for n in range(100):
        limits.spend("test", str(n), 1)
    assert time.monotonic() - began < 1.0


def test_one_address_tries_to_sign_in_so_often_and_another_does_not_mind(narrow):
    body = {"phone": "13812345678", "password": "wrong wrong"}

    def attempt(environ):
        url = "/api/v1/sessions"
        return narrow.post(url, json=body, environ_overrides=environ).status_code

    assert [attempt(HERE) for _ in range(3)] == [401, 401, 429]
    assert attempt(THERE) == 401


@pytest.mark.parametrize("path", ["/sign-in", "/register"])
def test_a_form_that_is_sent_too_often_says_how_long_to_wait(narrow, path):
    def attempt():
        fields = {"phone": "13812345678", "password": "wrong wrong", "name": "张三"}
        fields |= {"key": "018f0000-0000-7000-8000-000000000000"}
        origin = {"Origin": "http://localhost"}
        return narrow.post(path, data=fields, headers=origin, environ_overrides=HERE)

    answers = [attempt() for _ in range(3)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60


def test_one_address_registers_so_many_people(narrow):
    def attempt(n):
        body = {"name": "张三", "phone": f"1381234567{n}", "password": "a password"}
        body |= {"home_region_id": "018f0000-0000-7000-8000-000000000000"}
        body |= {"notice": "018f0000-0000-7000-8000-000000000000"}
        headers = {"Idempotency-Key": f"a-key-of-the-tests-{n}"}
        return narrow.post("/api/v1/me", json=body, headers=headers, environ_overrides=HERE)

    answers = [attempt(n) for n in range(3)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]
    assert answers[2].json["code"] == "http.too_fast"
