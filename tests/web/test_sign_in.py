"""Signing in, out and up with a browser."""

import pytest

from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.people import service as people
from incentive.people.models import Person
from incentive.web.addresses import own_path
from tests import factories as make

PHONE = "13812345678"
PASSWORD = "翠湖的红嘴海鸥 8"


@pytest.fixture
def street(books):
    with transaction():
        county = make.region("530102", "county", name="五华区")
        return make.region("530102001", "street", county, name="华山街道")


@pytest.fixture
def home(street):
    with transaction():
        return make.region("530102001007", parent=street, name="翠湖社区")


@pytest.fixture
def member(home):
    with transaction():
        return people.sign_up(
            name="张三", phone=PHONE, password=PASSWORD, home_region_id=home.id, role="volunteer",
            agreed=[make.notices()["privacy"]], at=make.NOW,
        )  # fmt: skip


def signing_in(browser, **more):
    return browser.post("/sign-in", {"phone": PHONE, "password": PASSWORD} | more)


def test_the_right_password_opens_a_session_that_no_script_reads(browsing, member):
    browser = browsing()
    answer = signing_in(browser)
    assert (answer.status_code, answer.location) == (303, "/me")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert member.volunteer_number in browser.get("/me").text


def test_over_https_the_cookie_stays_on_https(browsing, member):
    answer = browsing().client.post(
        "/sign-in",
        data={"phone": PHONE, "password": PASSWORD},
        base_url="https://localhost",
        headers={"Origin": "https://localhost"},
    )
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/me/statement?cursor=a", "/me/statement?cursor=a"),
        ("https://evil.example/me", "/me"),
        ("//evil.example", "/me"),
        ("////evil.example", "/me"),
        ("/\\evil.example", "/me"),
        ("javascript:alert(1)", "/me"),
        ("/\t/evil.example", "/me"),
    ],
)
def test_it_goes_on_to_pages_of_ours_only(browsing, member, wanted, reached):
    assert signing_in(browsing(), next=wanted).location == reached


def test_a_path_is_ours_on_our_own_host(books):
    with books.test_request_context("/", base_url="http://localhost"):
        assert own_path("http://localhost/duty?shift=1") == "/duty?shift=1"
        assert own_path("http://localhost.evil.example/duty") == ""
        assert own_path("http://[") == ""
        assert own_path(None) == ""


def test_a_wrong_password_keeps_the_phone_and_never_the_password(browsing, member):
    answer = signing_in(browsing(), password="wrong password", next="/duty")
    assert answer.status_code == 401
    assert f'value="{PHONE}"' in answer.text
    assert 'value="/duty"' in answer.text
    assert "wrong password" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_what_is_no_phone_is_told_at_the_field(browsing, member):
    answer = signing_in(browsing(), phone="12")
    assert answer.status_code == 422
    assert 'id="phone-error"' in answer.text


def test_after_five_tries_it_says_how_long_to_wait(browsing, member):
    for _try in range(5):
        signing_in(browsing(), password="wrong password")
    answer = signing_in(browsing())
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_another_site_cannot_sign_anybody_in(browsing, member):
    browser = browsing()
    fields = {"phone": PHONE, "password": PASSWORD}
    for headers in ({}, {"Origin": "https://evil.example"}):
        answer = browser.post("/sign-in", fields, headers)
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers


def test_signing_out_ends_the_session_in_the_books_too(browsing, member):
    browser = browsing()
    signing_in(browser)
    token = browser.client.get_cookie("session").value
    assert browser.post("/sign-out", {}).status_code == 303
    assert browser.client.get_cookie("session") is None
    browser.client.set_cookie("session", token)
    assert browser.get("/me").status_code == 303


def test_who_serves_at_one_station_lands_at_its_counter(browsing, member, home):
    with transaction():
        shop = make.station(home)
        make.grant(member, "station_manager", station=shop)
    assert signing_in(browsing()).location == f"/stations/{shop.id}/counter"


def test_who_runs_shifts_lands_on_duty(browsing, member, home):
    with transaction():
        make.grant(member, "grid_worker", at=home)
    assert signing_in(browsing()).location == "/duty"


def registering(home, **more):
    with transaction():
        notice = make.notices()["privacy"]
    return {
        "notice": str(notice),
        "agree": "yes",
        "key": str(new_id()),
        "q": "翠湖",
        "name": "李春梅",
        "phone": PHONE,
        "password": PASSWORD,
        "home_region_id": str(home.id),
        "role": "volunteer",
    } | more


@pytest.mark.parametrize("begin", ["翠湖", "华山"])
def test_a_community_is_found_by_its_name_or_its_streets(browsing, home, begin):
    page = browsing().get(f"/register?q={begin}").text
    assert "翠湖社区 · 华山街道 · 五华区" in page


@pytest.mark.parametrize("begin", ["%", "不存在", "\x00"])
def test_what_no_community_begins_with_finds_none(browsing, home, begin):
    answer = browsing().get("/register", query_string={"q": begin})
    assert answer.status_code == 200
    assert "home_region_id" not in answer.text


def test_registering_signs_in_and_twice_is_once(browsing, home):
    browser, fields = browsing(), registering(home)
    for _time in range(2):
        answer = browser.post("/register", fields)
        assert (answer.status_code, answer.location) == (303, "/me")
    assert browser.get("/me").status_code == 200
    with transaction():
        assert session().query(Person).count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "长" * 51}, "name"),
        ({"phone": "123"}, "phone"),
        ({"password": "12345678"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"home_region_id": ""}, "home_region_id"),
        ({"agree": None}, "notice"),
        ({"notice": ""}, "notice"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_the_rest_is_kept(browsing, home, wrong, field):
    typed = registering(home, **wrong)
    fields = {name: value for name, value in typed.items() if value is not None}
    answer = browsing().post("/register", fields)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert PASSWORD not in answer.text
    if field != "phone":
        assert f'value="{PHONE}"' in answer.text
    with transaction():
        assert session().query(Person).count() == 0


def test_a_phone_that_is_taken_is_told_at_its_field(browsing, home, member):
    answer = browsing().post("/register", registering(home))
    assert answer.status_code == 409
    assert 'id="phone-error"' in answer.text


def test_nobody_registers_as_more_than_they_may(browsing, home):
    browser = browsing()
    browser.post("/register", registering(home, role="administrator"))
    assert browser.get("/duty").status_code == 403


def test_a_password_is_changed_on_a_page_that_ones_own_page_links_to(browsing, member):
    browser, other = browsing(), browsing()
    signing_in(browser)
    signing_in(other)
    assert 'href="/me/password"' in browser.get("/me").text
    assert browser.get("/me/password").status_code == 200
    new = {"current": PASSWORD, "new": "another password"}
    answer = browser.post("/me/password", new)
    assert (answer.status_code, answer.location) == (303, "/me")
    assert browser.get("/me").status_code == 200
    assert other.get("/me").location.startswith("/sign-in")
    assert signing_in(browsing(), password="another password").status_code == 303


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"current": "wrong wrong", "new": "another password"}, 401, "current"),
        ({"current": PASSWORD, "new": "12345678"}, 422, "new"),
        ({"current": PASSWORD, "new": "x" * 201}, 422, "new"),
        ({}, 422, "new"),
    ],
)
def test_a_password_that_is_not_changed_names_the_field(browsing, member, change, status, field):
    browser = browsing()
    signing_in(browser)
    answer = browser.post("/me/password", change)
    assert answer.status_code == status
    assert f'href="#{field}"' in answer.text
    assert signing_in(browsing()).status_code == 303


def test_nobody_changes_a_password_without_signing_in(browsing, member):
    assert browsing().get("/me/password").location.startswith("/sign-in")
    browsing().post("/me/password", {"current": PASSWORD, "new": "another password"})
    assert signing_in(browsing()).location == "/me"


@pytest.mark.parametrize("path", ["/sign-in", "/register"])
def test_whoever_is_signed_in_need_not_do_it_again(browsing, place, path):
    assert browsing(place.volunteer).get(path).location == "/me"
