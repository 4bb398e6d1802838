"""A stocktake on the pages: counted in parts, explained, booked by a second person."""

import re

import pytest

from incentive.core.db import session, transaction
from incentive.stations.models import Item
from incentive.stations.stocktakes.models import Stocktake
from tests import factories as make


@pytest.fixture
def manager(browsing, place):
    return browsing(place.manager)


@pytest.fixture
def second(browsing, place):
    return browsing(place.worker)


@pytest.fixture
def path(place):
    return f"/stations/{place.shop.id}/stocktakes"


@pytest.fixture
def opened(manager, path):
    assert manager.send(path, note="月末盘点").status_code == 303
    with transaction():
        return f"{path}/{session().query(Stocktake.id).scalar()}"


def field(place):
    return f"counted-{place.goods.id}"


def on_shelf(place):
    with transaction():
        return session().get(Item, place.goods.id, populate_existing=True).on_shelf


def test_a_wrong_count_is_found_explained_and_booked(manager, second, opened, place):
    page = manager.get(opened).text
    assert f'name="{field(place)}"' in page
    answer = manager.send(f"{opened}/counts", **{field(place): "3"})
    assert answer.location == opened
    page = manager.get(opened).text
    assert "−2" in page
    assert "Book it" not in page
    sent = {"item_id": place.goods.id, "cause": "lost", "note": "货架后没有"}
    assert manager.send(f"{opened}/explanations", **sent).status_code == 303
    page = manager.get(opened).text
    assert "somebody else must look" in page
    assert f"{opened}/book" not in page
    refused = manager.send(f"{opened}/book")
    assert refused.status_code == 403
    assert "Somebody else must book" in refused.text
    assert f"{opened}/book" in second.get(opened).text
    assert second.send(f"{opened}/book").status_code == 303
    assert on_shelf(place) == 3
    stock = second.get(opened.replace(re.search(r"/stocktakes/.*", opened).group(), "/stock")).text
    assert opened in stock
    assert "货架后没有" in stock


def test_the_figure_of_the_books_is_not_told_before_the_count(manager, opened):
    assert "In the books" not in manager.get(f"{opened}?show=all").text


def test_what_is_no_number_is_told_at_its_field_and_the_others_are_kept(manager, opened, place):
    with transaction():
        other = make.item(place.shop, stock=7)
    fields = {field(place): "drei", f"counted-{other.id}": "7"}
    answer = manager.send(f"{opened}/counts", **fields)
    assert answer.status_code == 422
    assert f'id="{field(place)}-error"' in answer.text
    assert 'value="drei"' in answer.text
    nothing = manager.send(f"{opened}/counts", **{field(place): " "})
    assert nothing.status_code == 422
    assert "at least one figure" in nothing.text


def test_a_reason_that_cannot_be_is_told_where_it_was_given(manager, opened, place):
    manager.send(f"{opened}/counts", **{field(place): "9"})
    wrong = {"item_id": place.goods.id, "cause": "lost", "note": "x"}
    answer = manager.send(f"{opened}/explanations", **wrong)
    assert answer.status_code == 422
    assert f'id="cause-{place.goods.id}-error"' in answer.text
    missing = manager.send(f"{opened}/explanations", **(wrong | {"cause": "other", "note": ""}))
    assert f'id="note-{place.goods.id}-error"' in missing.text


def test_a_second_one_is_not_opened_and_giving_up_needs_a_reason(manager, opened, path):
    assert manager.send(path).status_code == 409
    assert opened in manager.get(path).text
    assert "give-up" in manager.get(opened).text
    assert manager.send(f"{opened}/give-up", reason=" ").status_code == 422
    assert manager.send(f"{opened}/give-up", reason="停电").status_code == 303
    page = manager.get(opened).text
    assert "停电" in page
    assert "/counts" not in page


def test_who_audits_reads_and_finds_no_form_and_others_nothing(browsing, opened, path, place):
    with transaction():
        auditor = make.person()
        make.grant(auditor, "auditor", at=place.community)
    browser = browsing(auditor)
    assert browser.get(path).status_code == 200
    assert '<form method="post" action="/stations' not in browser.get(opened).text
    assert browsing(place.volunteer).get(opened).status_code == 403


def test_another_station_s_address_does_not_show_it(manager, opened, place):
    with transaction():
        other = make.station(place.community)
        make.grant(place.manager, "station_manager", station=other)
    wrong = opened.replace(str(place.shop.id), str(other.id))
    assert manager.get(wrong).status_code == 404


def test_the_stocktake_pages_ask_few_questions(manager, opened, path, queries):
    for each in (path, opened):
        with queries() as sent:
            manager.get(each)
        assert len(sent) <= 10, sent
