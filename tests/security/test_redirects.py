"""Whoever signs in goes on to a page of ours, whatever a link said."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from incentive.core.db import transaction
from incentive.people import service
from incentive.web.addresses import own_path
from tests import factories as make
from tests.security.urls import addresses

HOST = "localhost"
ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "http:evil.example",
    "http:/evil.example",
    "http:///evil.example",
    "http:////evil.example",
    "https:localhost@evil.example",
    "http://localhost@evil.example/",
    "http://localhost:80@evil.example/",
    "http://localhost.evil.example/",
    "http://evil.example#@localhost/",
    "http://evil.example?localhost",
    "http://[::1]@evil.example",
    "http://[x",
    "javascript:alert(1)",
    "JavaScript://localhost/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    "/.//evil.example",
    "/..//evil.example",
    "/me\r\nLocation: https://evil.example",
    "/%0d%0aLocation:%20https://evil.example",
    "/me\u2028//evil.example",
    "//evil。example",
    "http://localhost。evil.example/",
]


def leads_to(text):
    """Where a browser goes that reads `text` as the address after http://localhost/sign-in.

    As the URL standard has it: tabs and line ends are dropped, a backslash is a slash, and any
    number of slashes may stand before a host.
    """
    read = text.strip("".join(map(chr, range(33))))
    read = read.translate({9: None, 10: None, 13: None}).replace("\\", "/")
    if read.startswith("//"):
        read = "//" + read.lstrip("/")
    return urlsplit(urljoin(f"http://{HOST}/sign-in", read))


@pytest.mark.parametrize("text", ELSEWHERE)
def test_no_address_leads_elsewhere(books, text):
    with books.test_request_context("/sign-in"):
        kept = own_path(text)
    assert kept == "" or kept.startswith("/")
    assert not kept.startswith(("//", "/\\"))
    assert leads_to(kept).netloc == HOST


def test_our_own_pages_are_kept_as_they_are(books):
    with books.test_request_context("/sign-in"):
        for path in ("/me", "/stations?cursor=a%2Fb", "/s/C1.AAAA"):
            assert own_path(path) == path
            assert own_path(f"http://{HOST}{path}") == path


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("/\\:@?#.;%ehtpslocaivx\t\n\r 09[]。"), max_size=20))
@example("http:\\\\evil.example")
def test_no_text_at_all_leads_elsewhere(app, text):
    with app.test_request_context("/sign-in"):
        kept = own_path(text)
    assert leads_to(kept).netloc == HOST
    assert "\n" not in kept
    assert "\r" not in kept


@pytest.mark.parametrize("text", ELSEWHERE[:12])
def test_signing_in_goes_nowhere_else(books, client, text):
    with transaction():
        service.create_person(
            name="张三",
            phone=PHONE,
            password=PASSWORD,
            home_region_id=make.region().id,
            by=None,
            agreed=[make.notices()["privacy"]],
            at=make.NOW,
        )
    answer = client.post(
        "/sign-in",
        data={"phone": PHONE, "password": PASSWORD, "next": text},
        headers={"Origin": f"http://{HOST}"},
    )
    assert answer.status_code == 303
    assert leads_to(answer.headers["Location"]).netloc == HOST


def test_no_other_parameter_is_an_address_to_go_to(books, client):
    evil = "https://evil.example/"
    names = ("next", "url", "to", "return", "back", "redirect", "continue", "lang", "cursor", "q")
    for address in addresses(books):
        if address.method == "GET":
            answer = client.get(address.path, query_string=dict.fromkeys(names, evil))
            where = answer.headers.get("Location", "")
            assert leads_to(where).netloc == HOST, address
            answer.close()


PHONE = "13800138123"
PASSWORD = "翠湖的红嘴海鸥 8"
