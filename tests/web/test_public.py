"""What anybody may see, and what is shown when something is wrong."""

import re

import pytest
from sqlalchemy.exc import OperationalError

from incentive.core.db import transaction
from incentive.web import queries as web_queries
from tests.web.test_pages import Page


@pytest.mark.parametrize("path", ["/", "/activities", "/stations", "/register", "/sign-in",
                                  "/complain", "/kit", "/api/v1/docs"])  # fmt: skip
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_public_pages_open_for_anybody(browsing, place, path, lang):
    answer = browsing().get(f"{path}?lang={lang}")
    assert answer.status_code == 200
    page = Page(answer.text)
    assert len(page.all("h1")) == 1
    assert "钱多多" not in answer.text


@pytest.mark.parametrize("path", ["/", "/activities", "/complain"])
def test_whoever_is_signed_in_stays_so_on_public_pages(browsing, place, path):
    assert place.volunteer.volunteer_number in browsing(place.volunteer).get(path).text


def test_the_start_page_shows_the_next_shifts_and_the_stations(browsing, place, queries):
    with queries() as sent:
        page = browsing().get("/").text
    assert place.activity.title in page
    assert place.shop.name in page
    assert len(sent) <= 4, sent


def test_an_unknown_address_is_a_page_in_the_readers_language(browsing, books):
    answer = browsing().get("/nowhere", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.text


def test_an_error_page_asks_nothing_of_the_books(browsing, place, queries):
    browser = browsing(place.volunteer)
    with queries() as sent:
        page = browser.get("/nowhere").text
    assert sent == []
    assert "/me" in page
    assert 'href="/sign-in"' not in page


def test_the_books_away_is_a_page_that_says_when_to_come_back(browsing, monkeypatch):
    def away():
        raise OperationalError("SELECT", {}, ConnectionError())

    monkeypatch.setattr(web_queries, "place_name", away)
    answer = browsing().get("/", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert re.search(r"<h1[^>]*>Back in a moment", answer.text)


def test_the_links_in_the_header_follow_the_roles(browsing, place):
    tabs = {
        "steward": ["/me", "/duty", "/persons"],
        "manager": [
            "/me",
            f"/stations/{place.shop.id}/counter",
            f"/stations/{place.shop.id}/ledger",
        ],
        "volunteer": ["/me"],
    }
    for name, wanted in tabs.items():
        page = browsing(getattr(place, name)).get("/complain").text
        header = page.partition("</header>")[0].partition('class="tabs"')[2]
        assert re.findall(r'<a href="([^"]+)"', header) == wanted, name


def test_an_activity_says_where_and_whose_it_is(browsing, place, queries):
    with queries() as sent:
        page = browsing().get("/activities").text
    assert place.community.name in page
    assert f"{place.community.name} · 志愿队" in page
    assert len(sent) <= 2, sent


def test_a_station_shows_its_goods_to_anybody_and_the_button_to_who_can_use_it(browsing, place):
    path = f"/stations/{place.shop.id}"
    assert f'href="{path}"' in browsing().get("/stations").text
    anybody, volunteer = browsing().get(path).text, browsing(place.volunteer).get(path).text
    assert place.goods.name in anybody
    assert str(place.goods.id) not in anybody
    assert f"/sign-in?next={path}" in anybody
    assert str(place.goods.id) in volunteer


def test_no_station_is_a_page_that_says_so(browsing, place):
    assert browsing(place.volunteer).get(f"/stations/{place.shift.id}").status_code == 404


@pytest.mark.parametrize(("language", "words"), [("zh", "满 16 周岁"), ("en", "from age 16")])
def test_an_activity_says_from_which_age_one_may_serve(browsing, place, language, words):
    address = f"/activities?lang={language}"
    assert words not in browsing().get(address).text
    with transaction() as session:
        session.merge(place.activity).minimum_age = 16
    assert words in browsing().get(address).text
