"""The second factor and the list of sessions with a browser."""

import re
from dataclasses import replace

import pyotp
import pytest

from incentive.core.db import transaction
from incentive.people import service as people
from tests import factories as make
from tests.web.test_sign_in import PASSWORD, PHONE


@pytest.fixture
def required(books):
    settings = books.config["SETTINGS"]
    books.config["SETTINGS"] = replace(settings, second_factor_required=True)
    yield
    books.config["SETTINGS"] = settings


@pytest.fixture
def chief(books):
    with transaction():
        home = make.region()
        return people.create_person(
            name="张三", phone=PHONE, password=PASSWORD, home_region_id=home.id,
            role="administrator", by=None, agreed=[make.notices()["privacy"]], at=make.NOW,
        )  # fmt: skip


def signing_in(browser, **more):
    return browser.post("/sign-in", {"phone": PHONE, "password": PASSWORD} | more)


def test_who_needs_the_app_sets_it_up_at_the_sign_in_and_uses_it_from_then_on(
    browsing, required, chief
):
    browser = browsing()
    assert signing_in(browser).location == "/me/second-factor"
    assert browser.get("/me").location.startswith("/sign-in")
    page = browser.get("/me/second-factor").text
    secret = re.search(r"data-qr-code>([A-Z2-7]{32})<", page)[1]
    assert secret in browser.get("/me/second-factor").text
    wrong = browser.post("/me/second-factor", {"code": "1"})
    assert wrong.status_code == 401
    assert 'id="code-error"' in wrong.text
    half = browser.client.get_cookie("session").value
    done = browser.post("/me/second-factor", {"code": pyotp.TOTP(secret).now()})
    codes = re.findall(r'class="code">([0-9A-Z-]+)<', done.text)
    assert len(codes) == 10
    assert browser.client.get_cookie("session").value != half
    assert browser.get("/me").status_code == 200

    other = browsing()
    assert signing_in(other, next="/activities").location == "/sign-in/code?next=/activities"
    assert other.get("/me").location.startswith("/sign-in")
    assert 'value="/activities"' in other.get("/sign-in/code?next=/activities").text
    assert other.post("/sign-in/code", {"code": "0"}).status_code == 401
    opened = other.post("/sign-in/code", {"code": codes[0], "next": "/activities"})
    assert (opened.status_code, opened.location) == (303, "/activities")
    assert "9" in other.get("/me/second-factor").text
    kept = other.post("/me/second-factor/take-off", {"code": codes[1]})
    assert kept.status_code == 403
    assert other.post("/me/second-factor/recovery-codes", {"code": codes[1]}).status_code == 200


def test_the_code_is_asked_of_nobody_who_has_not_signed_in(browsing, chief):
    assert browsing().post("/sign-in/code", {"code": "0"}).location.startswith("/sign-in")
    assert browsing().get("/me/second-factor").location.startswith("/sign-in")


def test_over_https_the_session_s_cookie_is_bound_to_the_host(browsing, chief):
    client = browsing().client
    more = {"base_url": "https://localhost", "headers": {"Origin": "https://localhost"}}
    answer = client.post("/sign-in", data={"phone": PHONE, "password": PASSWORD}, **more)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for flag in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert flag in cookie
    assert "Domain" not in cookie
    assert client.get("/me", base_url="https://localhost").status_code == 200
    planted = browsing().client
    planted.set_cookie("session", answer.headers["Set-Cookie"].split("=")[1].split(";")[0])
    assert planted.get("/me", base_url="https://localhost").status_code == 303


def test_one_signs_out_another_browser_and_then_all(browsing, chief):
    here, there = browsing(), browsing()
    signing_in(here)
    signing_in(there)
    page = here.get("/me/sessions").text
    (path,) = re.findall(r'action="(/me/sessions/[0-9a-f-]{36}/end)"', page)
    assert here.send(path).location == "/me/sessions"
    assert there.get("/me").location.startswith("/sign-in")
    gone = here.send(path)
    assert gone.status_code == 404
    signing_in(there)
    assert here.send("/me/sessions/end-all").location == "/sign-in"
    for browser in (here, there):
        assert browser.get("/me").location.startswith("/sign-in")
