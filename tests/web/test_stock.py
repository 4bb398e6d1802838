"""The stock page: goods received, spoiled, sent back and corrected, from the books."""

import html
import re

import pytest

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.zone import day_of
from incentive.stations.models import Item
from tests import factories as make


@pytest.fixture
def manager(browsing, place):
    return browsing(place.manager)


@pytest.fixture
def path(place):
    return f"/stations/{place.shop.id}/stock"


def free(place):
    with transaction():
        return session().get(Item, place.goods.id, populate_existing=True).stock


def test_a_delivery_is_put_on_the_shelf_with_its_note_and_cost(manager, path, place):
    answer = manager.send(
        f"{path}/receive",
        item_id=place.goods.id,
        quantity="12",
        supplier="昆明粮油",
        delivery_note="YS-7",
        unit_cost="12.5",
        day=str(day_of(clock.now())),
        note="",
    )
    assert (answer.status_code, answer.location) == (303, path)
    page = manager.get(path).text
    assert "Received:" in page
    assert "昆明粮油 · YS-7 · ¥12.50 each" in page
    assert free(place) == 17


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"quantity": "none"}, "receive-quantity"),
        ({"quantity": "0"}, "receive-quantity"),
        ({"unit_cost": "12,5"}, "receive-cost"),
        ({"day": "2020-01-01"}, "receive-day"),
        ({"day": "soon"}, "receive-day"),
        ({"supplier": "x" * 61}, "receive-supplier"),
        ({"item_id": "x"}, "receive-item"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field_and_kept(manager, path, place, fields, field):
    usual = {"item_id": place.goods.id, "quantity": "1", "note": "第一批"}
    answer = manager.send(f"{path}/receive", **(usual | fields))
    assert answer.status_code in {404, 422}
    assert f'id="{field}-error"' in answer.text
    assert "第一批" in answer.text
    assert free(place) == 5


def test_spoiled_goods_and_goods_for_the_supplier_leave_by_one_form(manager, path, place):
    usual = {"item_id": place.goods.id, "quantity": "1"}
    assert manager.send(f"{path}/take-off", **usual, cause="damaged").status_code == 303
    unsaid = manager.send(f"{path}/take-off", **usual, cause="sent_back")
    assert unsaid.status_code == 422
    assert 'id="off-note-error"' in unsaid.text
    sent = manager.send(f"{path}/take-off", **usual, cause="sent_back", note="临期")
    assert sent.status_code == 303
    many = manager.send(f"{path}/take-off", **(usual | {"quantity": "9"}), cause="damaged")
    assert many.status_code == 409
    assert 'id="off-quantity-error"' in many.text
    assert free(place) == 3


def test_a_movement_is_corrected_where_it_stands(manager, path, place):
    manager.send(f"{path}/receive", item_id=place.goods.id, quantity="30")
    page = manager.get(path).text
    action = re.search(rf"{path}/movements/\d+/correct", page).group()
    unsaid = manager.send(action, reason=" ")
    assert unsaid.status_code == 422
    assert '<details class="confirm" open>' in unsaid.text
    assert manager.send(action, reason="多记了").status_code == 303
    assert "taken back" in manager.get(path).text
    assert free(place) == 5
    again = manager.send(action, reason="多记了")
    assert again.status_code == 409
    assert "was corrected before" in again.text


def test_movements_are_filtered_and_what_cannot_be_read_is_told(manager, path, place):
    assert "received" in manager.get(f"{path}?kind=received&item_id={place.goods.id}").text
    none = manager.get(f"{path}?kind=spoiled")
    assert "Nothing here yet." in none.text
    for wrong in ("from=soon", "kind=gift", "from=2026-02-02&to=2026-01-01", "item_id=x"):
        answer = manager.get(f"{path}?{wrong}")
        assert answer.status_code == 422, wrong
        assert "-error" in answer.text, wrong


def test_who_audits_reads_and_finds_no_form(browsing, path, place):
    with transaction():
        auditor = make.person()
        make.grant(auditor, "auditor", at=place.community)
    browser = browsing(auditor)
    page = browser.get(path)
    assert page.status_code == 200
    assert place.goods.name in page.text
    assert "/receive" not in page.text
    answer = browser.send(f"{path}/receive", item_id=place.goods.id, quantity="1")
    assert answer.status_code == 403
    assert browsing(place.volunteer).get(path).status_code == 403


def test_the_stock_page_asks_few_questions(manager, path, queries):
    with queries() as sent:
        manager.get(path)
    assert len(sent) <= 8, sent


def test_a_statement_s_figures_lead_to_the_movements_that_make_them_up(manager, path, place):
    manager.send(
        f"{path}/receive", item_id=place.goods.id, quantity="12", day=str(day_of(clock.now()))
    )
    page = manager.get(f"/stations/{place.shop.id}/statement").text
    links = re.findall(
        rf'href="([^"]*item_id={place.goods.id}[^"]*kind=received[^"]*)">(\d+)<', page
    )
    assert len(links) == 1, page
    href, shown = html.unescape(links[0][0]), int(links[0][1])
    rows = re.findall(
        r'data-label="On the shelf"[^>]*><span>\s*\+(\d+)', manager.get(href.split("#")[0]).text
    )
    assert sum(map(int, rows)) == shown >= 12
