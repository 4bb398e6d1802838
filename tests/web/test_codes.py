"""One-time codes with a browser."""

from dataclasses import replace

import pytest

from incentive.core import sms
from incentive.core.db import transaction
from incentive.people import service as people
from tests import factories as make
from tests import messages
from tests.web.test_sign_in import PASSWORD, PHONE, registering

E164 = "+8613812345678"
WRONG = "000000"


@pytest.fixture
def outbox(books):
    yield messages.outbox(books)
    del books.extensions["sms"]
    sms.init_app(books)


@pytest.fixture
def home(books):
    with transaction():
        return make.region(name="翠湖社区")


@pytest.fixture
def member(home):
    with transaction():
        return people.sign_up(
            name="张三", phone=PHONE, password=PASSWORD, home_region_id=home.id, role="volunteer",
            agreed=[make.notices()["privacy"]], at=make.NOW,
        )  # fmt: skip


def test_a_code_signs_in_and_goes_on_to_where_one_wanted_to_be(browsing, member, outbox):
    browser = browsing()
    assert 'href="/sign-in/sms?next=/activities"' in browser.get("/sign-in?next=/activities").text
    asked = browser.post("/sign-in/sms", {"phone": PHONE, "next": "/activities"})
    assert asked.status_code == 200
    code = outbox.code(E164)
    fields = {"phone": PHONE, "next": "/activities"}
    if code != WRONG:
        wrong = browser.post("/sign-in/sms/code", fields | {"code": WRONG})
        assert wrong.status_code == 401
        assert 'id="code-error"' in wrong.text
    done = browser.post("/sign-in/sms/code", fields | {"code": code})
    assert (done.status_code, done.location) == (303, "/activities")
    assert member.volunteer_number in browser.get("/me").text


def test_an_unknown_phone_is_shown_the_very_same_page(browsing, member, outbox):
    known = browsing().post("/sign-in/sms", {"phone": PHONE})
    unknown = browsing().post("/sign-in/sms", {"phone": "13912345678"})
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(PHONE, "") == unknown.text.replace("13912345678", "")


def test_a_forgotten_password_is_set_anew(browsing, member, outbox):
    browser = browsing()
    assert 'href="/password/forgotten"' in browser.get("/sign-in").text
    assert browser.post("/password/forgotten", {"phone": PHONE}).status_code == 200
    fields = {"phone": PHONE, "code": outbox.code(E164)}
    for new in ("12345678", "x" * 201):
        weak = browser.post("/password/forgotten/code", fields | {"password": new})
        assert weak.status_code == 422
        assert 'id="password-error"' in weak.text
    done = browser.post("/password/forgotten/code", fields | {"password": "another password"})
    assert (done.status_code, done.location) == (303, "/sign-in")
    signed_in = browser.post("/sign-in", {"phone": PHONE, "password": "another password"})
    assert signed_in.location == "/me"


def test_too_many_codes_say_how_long_to_wait(browsing, member, outbox):
    browsing().post("/sign-in/sms", {"phone": PHONE})
    answer = browsing().post("/sign-in/sms", {"phone": PHONE})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    "path", ["/sign-in/sms", "/sign-in/sms/code", "/password/forgotten", "/password/forgotten/code"]
)
def test_another_site_has_no_code_sent_or_tried(browsing, member, outbox, path):
    answer = browsing().post(
        path, {"phone": PHONE, "code": WRONG}, {"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert outbox.is_empty()


def test_without_a_way_for_messages_the_pages_say_so(browsing, member, outbox, books):
    books.extensions["sms"] = sms.Courier(None)
    assert "/sign-in/sms" not in browsing().get("/sign-in").text
    assert browsing().get("/sign-in/sms").status_code == 503
    assert browsing().get("/password/forgotten").status_code == 503


def test_who_registers_has_a_code_sent_and_keeps_what_was_typed(
    browsing,
    home,
    outbox,
    books,
):
    settings = books.config["SETTINGS"]
    books.config["SETTINGS"] = replace(settings, prove_phones=True)
    try:
        browser, fields = browsing(), registering(home)
        sent = browser.post("/register/code", fields)
        assert sent.status_code == 200
        assert f'value="{PHONE}"' in sent.text
        assert PASSWORD not in sent.text
        code = outbox.code(E164)
        assert 'id="code-error"' in browser.post("/register", fields | {"code": ""}).text
        done = browser.post("/register", fields | {"code": code})
        assert (done.status_code, done.location) == (303, "/me")
    finally:
        books.config["SETTINGS"] = settings
