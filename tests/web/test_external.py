"""Signing in by another service: over real HTTP, with real keys, against a real provider."""

import socket
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select, update

from incentive.config import SettingsError
from incentive.core import clock, sms
from incentive.core.db import session, transaction
from incentive.people import service as people
from incentive.people.external import asking
from incentive.people.external.domain import provider as configured
from incentive.people.external.errors import ProviderAway
from incentive.people.external.models import IdentityAttempt, LinkedIdentity
from tests import factories as make
from tests import messages, oidc
from tests.web.test_sign_in import PASSWORD, PHONE

E164 = "+8613812345678"
BACK = "http://localhost/sign-in/with/city/back"


@pytest.fixture(scope="module")
def served():
    with oidc.running() as provider:
        yield provider


@pytest.fixture
def city(books, served):
    """The provider, configured as `city`, telling the truth."""
    served.lie, served.subject, served.back = None, "person-1", BACK
    served.codes.clear()
    served.tokens.clear()
    served.token_requests.clear()
    values = {"label": "市民通", "issuer": served.issuer, "client_id": oidc.CLIENT}
    values |= {"client_secret": oidc.SECRET, "loopback": True}
    books.extensions["identity_providers"] = {"city": configured("city", values)}
    yield served
    books.extensions["identity_providers"] = {}


@pytest.fixture
def outbox(books):
    yield messages.outbox(books)
    sms.init_app(books)


@pytest.fixture
def member(books):
    with transaction():
        home = make.region()
        return people.create_person(
            name="张三", phone=PHONE, password=PASSWORD, home_region_id=home.id, by=None, agreed=[make.notices()["privacy"]],
            at=make.NOW,
        )  # fmt: skip


def there(browser):
    """Go to the service; return the path by which it sends the browser back."""
    went = browser.get("/sign-in/with/city")
    assert went.status_code == 303, went.text
    answer = httpx.get(went.location, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(BACK)
    return answer.headers["Location"].removeprefix("http://localhost")


def linked(browser, outbox):
    """Prove the phone, once the service has said who it is."""
    assert browser.get(there(browser)).location == "/sign-in/link"
    assert browser.post("/sign-in/link", {"phone": PHONE}).status_code == 200
    return browser.post("/sign-in/link/code", {"phone": PHONE, "code": outbox.code(E164)})


def links():
    with transaction():
        return session().scalars(select(LinkedIdentity)).all()


def test_an_account_is_linked_by_proving_the_phone_and_signs_in_from_then_on(
    browsing, city, member, outbox
):
    assert "/sign-in/with/city" in browsing().get("/sign-in").text
    browser = browsing()
    done = linked(browser, outbox)
    assert (done.status_code, done.location) == (303, "/me")
    assert member.volunteer_number in browser.get("/me").text
    (link,) = links()
    assert b"person-1" not in link.subject_blind
    again = browsing()
    assert again.get(there(again)).location == "/me"
    assert member.volunteer_number in again.get("/me").text


def test_the_way_there_has_state_nonce_and_a_challenge_and_the_way_back_the_verifier(
    browsing, city, member
):
    browser = browsing()
    went = browser.get("/sign-in/with/city")
    asked = parse_qs(urlsplit(went.location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert asked["redirect_uri"] == [BACK]
    cookie = next(c for c in went.headers.getlist("Set-Cookie") if c.startswith("way="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    browser.get(there(browser))
    (request,) = city.token_requests
    assert len(request["code_verifier"]) >= 43


def test_what_the_service_tells_of_phones_and_addresses_links_nobody(browsing, city, member):
    """It claims the member's very phone; without a code to that phone it is nobody's."""
    browser = browsing()
    assert browser.get(there(browser)).location == "/sign-in/link"
    assert browser.get("/me").location.startswith("/sign-in")
    assert browser.post("/sign-in/link/code", {"phone": PHONE, "code": "123456"}).status_code == 401
    assert links() == []


@pytest.mark.parametrize(
    "lie",
    [
        "forged",
        "unsigned",
        "public key as secret",
        "issuer",
        "audience",
        "other party",
        "expired",
        "nonce",
        "no subject",
    ],
)
def test_a_token_that_lies_is_refused(browsing, city, member, outbox, lie):
    linked(browsing(), outbox)
    city.lie = lie
    browser = browsing()
    answer = browser.get(there(browser))
    assert answer.status_code == 401
    assert "way=" not in answer.headers.get("Set-Cookie", "")
    assert browser.get("/me").location.startswith("/sign-in")


def test_a_token_of_an_earlier_sign_in_is_refused(browsing, city, member, outbox):
    linked(browsing(), outbox)
    city.lie = "replayed"
    browser = browsing()
    assert browser.get(there(browser)).status_code == 401


@pytest.mark.parametrize("lie", ["another issuer", "elsewhere", "redirect", "endless"])
def test_nothing_but_the_configured_service_is_asked(browsing, city, member, lie):
    browser = browsing()
    back = there(browser)
    city.lie = lie
    answer = browser.get(back)
    assert answer.status_code == 503
    assert browser.get("/me").location.startswith("/sign-in")


def test_an_answer_is_good_once_in_the_browser_that_asked_for_minutes(
    browsing, city, member, outbox
):
    linked(browsing(), outbox)
    browser, other = browsing(), browsing()
    back = there(browser)
    assert other.get(back).status_code == 401  # another browser's
    assert browser.get(back).location == "/me"
    assert browser.get(back).status_code == 401  # used
    late = browsing()
    back = there(late)
    with transaction():
        session().execute(update(IdentityAttempt).values(expires_at=clock.now()))
    assert late.get(back).status_code == 401


def test_a_state_or_code_of_another_attempt_is_refused(browsing, city, member, outbox):
    linked(browsing(), outbox)
    mine, theirs = browsing(), browsing()
    own, other = (parse_qs(urlsplit(there(each)).query) for each in (mine, theirs))
    path = urlsplit(BACK).path
    swapped = {"state": other["state"][0], "code": own["code"][0]}
    assert mine.get(path, query_string=swapped).status_code == 401
    # A code that was begun with another verifier and nonce proves nothing here.
    injected = {"state": own["state"][0], "code": other["code"][0]}
    assert mine.get(path, query_string=injected).status_code == 401
    assert mine.get(path).status_code == 401


def test_an_answer_that_names_another_issuer_is_refused(browsing, city, member, outbox):
    linked(browsing(), outbox)
    browser = browsing()
    assert browser.get(there(browser) + "&iss=https://evil.example").status_code == 401


def test_an_account_links_one_person_and_a_person_one_account(browsing, city, member, outbox):
    linked(browsing(), outbox)
    city.subject = "person-2"
    with transaction():
        from incentive.people.one_time.models import OneTimeCode

        session().execute(OneTimeCode.__table__.delete())
    refused = linked(browsing(), outbox)
    assert refused.status_code == 409
    assert len(links()) == 1


def test_a_suspended_person_does_not_get_in_by_it(browsing, city, member, outbox):
    linked(browsing(), outbox)
    with transaction():
        people.person(member.id).status = "suspended"
    browser = browsing()
    assert browser.get(there(browser)).location == "/sign-in/link"


def test_unlinked_it_signs_in_no_more(browsing, city, member, outbox):
    browser = browsing()
    linked(browser, outbox)
    (link,) = links()
    page = browser.get("/me/sessions").text
    assert f"/me/identities/{link.id}/unlink" in page
    assert browser.send(f"/me/identities/{link.id}/unlink").status_code == 303
    other = browsing()
    assert other.get(there(other)).location == "/sign-in/link"


def test_without_a_service_there_is_no_such_way(browsing, member):
    assert browsing().get("/sign-in/with/city").status_code == 404
    assert browsing().get("/sign-in/with/city/back").status_code == 404


def test_wechat_is_asked_by_its_own_names(browsing, books, city, member, outbox):
    values = {"preset": "wechat", "client_id": "wx1", "client_secret": "s", "loopback": True}
    values |= {
        "authorize_url": f"{city.issuer}/connect/qrconnect",
        "token_url": f"{city.issuer}/sns/oauth2/access_token",
    }
    books.extensions["identity_providers"] = {"wechat": configured("wechat", values)}
    browser = browsing()
    went = browser.get("/sign-in/with/wechat").location
    assert went.endswith("#wechat_redirect")
    asked = parse_qs(urlsplit(went).query)
    assert (asked["appid"], asked["scope"]) == (["wx1"], ["snsapi_login"])
    path = "/sign-in/with/wechat/back"
    refused = browser.get(path, query_string={"state": asked["state"][0], "code": "no"})
    assert refused.status_code == 401
    asked = parse_qs(urlsplit(browser.get("/sign-in/with/wechat").location).query)
    back = browser.get(path, query_string={"state": asked["state"][0], "code": "wx-code"})
    assert back.location == "/sign-in/link"
    assert city.token_requests[-1] == {
        "appid": "wx1",
        "secret": "s",
        "code": "wx-code",
        "grant_type": "authorization_code",
    }


def test_wechat_as_configured_is_wechat_by_tls():
    made = configured("wechat", {"preset": "wechat", "client_id": "wx1", "client_secret": "s"})
    assert made.allows("https://api.weixin.qq.com/sns/oauth2/access_token")
    assert not made.allows("http://api.weixin.qq.com/sns/oauth2/access_token")
    assert not made.allows("https://evil.example/")
    assert not made.allows("https://api.weixin.qq.com@evil.example/")
    assert "client_secret" not in repr(made) or "'s'" not in repr(made)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"issuer": "http://id.city.example", "client_id": "x", "client_secret": "y"},
        {"issuer": "http://127.0.0.1:80", "client_id": "x", "client_secret": "y"},
        {"preset": "unknown", "client_id": "x", "client_secret": "y"},
        {"issuer": "https://id.example", "client_id": "x", "client_secret": "y", "typo": 1},
    ],
)
def test_a_service_that_cannot_be_believed_is_refused_at_the_start(values):
    with pytest.raises(SettingsError):
        configured("city", values)


def test_a_service_is_not_asked_in_a_private_network_unless_the_operator_says_so(monkeypatch):
    """A name of an issuer's that leads inside would have us ask our own network."""
    tried = []

    def refuse(address, *_args, **_kwargs):
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    values = {"issuer": "https://127.0.0.1:1", "client_id": "x", "client_secret": "s"}
    asked = {"state": "s", "nonce": "n", "verifier": "v"}
    for inside in (False, True):
        found = configured("city", values | {"inside": inside})
        with pytest.raises(ProviderAway):
            asking.way_there(found, "https://here.example/back", **asked)
        assert tried == (["127.0.0.1"] if inside else [])
