"""Goods come and go: every change is a movement, and a mistake is taken back in the open."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.zone import day_of
from incentive.stations.models import Item, Station
from incentive.stations.stock.models import StockMovement
from tests import factories
from tests.stations.conftest import API, collect, findings, order, post
from tests.stations.test_redemptions import refused

DELIVERY = {
    "quantity": 30,
    "supplier": "昆明粮油",
    "delivery_note": "YS-2026-118",
    "unit_cost_fen": 1250,
    "note": "一箱外包装破",
}


def shelf(shop):
    with transaction():
        item = session().get(Item, shop.item_id, populate_existing=True)
        return item.stock, item.on_shelf


def listed(client, shop, query="", who=None):
    path = f"{API}/stations/{shop.station_id}/stock/movements{query}"
    answer = client.get(path, headers=who or shop.auditor)
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def spoil(client, shop, quantity, who=None, **more):
    body = {"quantity": quantity, "cause": "damaged"} | more
    return post(client, f"/items/{shop.item_id}/spoilage", who or shop.manager, body)


def test_a_delivery_keeps_its_note_its_supplier_and_its_cost(client, shop):
    answer = post(client, f"/items/{shop.item_id}/receipts", shop.manager, DELIVERY)
    assert (answer.status_code, answer.json["stock"]) == (201, 35)
    latest = listed(client, shop)[0]
    assert (latest["kind"], latest["delta"], latest["shelf"]) == ("received", 30, 30)
    assert latest["unit_cost_fen"] == 1250
    assert (latest["supplier"], latest["delivery_note"]) == ("昆明粮油", "YS-2026-118")
    assert latest["reason"] == "一箱外包装破"
    assert findings() == []


def test_goods_held_for_an_order_lie_on_the_shelf_until_they_are_handed_over(client, shop):
    made = order(client, shop, 2).json
    assert shelf(shop) == (3, 5)
    collect(client, shop, made["code"])
    assert shelf(shop) == (3, 3)
    post(
        client,
        f"/redemptions/{made['id']}/refund",
        shop.manager,
        {"reason": "坏了", "restock": True},
    )
    assert shelf(shop) == (5, 5)
    kinds = [(m["kind"], m["delta"], m["shelf"]) for m in listed(client, shop)]
    assert kinds == [("returned", 2, 2), ("given", 0, -2), ("held", -2, 0), ("received", 5, 5)]
    assert findings() == []


def test_an_order_cancelled_frees_goods_that_never_left_the_shelf(client, shop, held):
    post(client, f"/redemptions/{held['id']}/cancel", shop.person)
    assert shelf(shop) == (5, 5)
    latest = listed(client, shop)[0]
    assert (latest["kind"], latest["delta"], latest["shelf"]) == ("returned", 2, 0)
    assert findings() == []


def test_spoiled_goods_go_with_a_cause(client, shop):
    answer = spoil(client, shop, 2, note="漏液")
    assert answer.status_code == 201, answer.text
    assert answer.json["shelf"] == -2
    assert answer.json["cause"] == "damaged"
    assert answer.json["by"]
    refused(spoil(client, shop, 1, cause="boredom"), 422, "http.unprocessable_entity")
    assert shelf(shop) == (3, 3)
    assert findings() == []


def test_what_is_held_for_orders_can_neither_spoil_nor_be_sent_back(client, shop, held):
    answer = refused(spoil(client, shop, 4), 409, "stations.stock_too_small")
    assert answer["figures"] == {"wanted": 4, "free": 3, "held": 2}
    body = {"quantity": 4, "reason": "临期"}
    back = post(client, f"/items/{shop.item_id}/supplier-returns", shop.manager, body)
    refused(back, 409, "stations.stock_too_small")
    assert shelf(shop) == (3, 5)


def test_goods_go_back_to_their_supplier_with_a_reason(client, shop):
    body = {"quantity": 3, "reason": "临期退货", "supplier": "昆明粮油"}
    answer = post(client, f"/items/{shop.item_id}/supplier-returns", shop.manager, body)
    assert (answer.status_code, answer.json["kind"]) == (201, "sent_back")
    assert shelf(shop) == (2, 2)
    missing = post(client, f"/items/{shop.item_id}/supplier-returns", shop.manager, {"quantity": 1})
    refused(missing, 422, "http.unprocessable_entity")


def test_a_mistake_is_taken_back_by_a_movement_that_names_it_once(client, shop):
    post(client, f"/items/{shop.item_id}/receipts", shop.manager, DELIVERY)
    wrong = listed(client, shop)[0]
    path, body = f"/stock-movements/{wrong['id']}/correction", {"reason": "多记了一位"}
    answer = post(client, path, shop.manager, body)
    assert (answer.status_code, answer.json["corrects_id"]) == (201, wrong["id"])
    assert shelf(shop) == (5, 5)
    refused(post(client, path, shop.manager, body), 409, "stations.already_corrected")
    assert listed(client, shop)[1] == wrong | {"corrected_by_id": answer.json["id"]}
    assert findings() == []


def test_a_correction_may_not_take_what_is_gone_or_held(client, shop):
    post(client, f"/items/{shop.item_id}/receipts", shop.manager, {"quantity": 1})
    wrong = listed(client, shop)[0]["id"]
    spoil(client, shop, 4)
    order(client, shop, 2)
    answer = post(client, f"/stock-movements/{wrong}/correction", shop.manager, {"reason": "记错"})
    refused(answer, 409, "stations.stock_too_small")


def test_orders_movements_are_not_corrected_by_hand(client, shop, held):
    wrong = listed(client, shop)[0]
    path = f"/stock-movements/{wrong['id']}/correction"
    refused(post(client, path, shop.manager, {"reason": "x"}), 409, "stations.not_correctable")
    unknown = post(client, "/stock-movements/999999999/correction", shop.manager, {"reason": "x"})
    refused(unknown, 404, "stations.unknown_movement")


def test_goods_written_down_later_count_to_their_own_day(client, shop):
    today = day_of(clock.now())
    day = str(today - timedelta(days=3))
    path = f"/items/{shop.item_id}/receipts"
    assert post(client, path, shop.manager, DELIVERY | {"day": day}).status_code == 201
    assert listed(client, shop, f"?from={day}&to={day}")[0]["day"] == day
    for wrong in (today + timedelta(days=1), today - timedelta(days=32)):
        answer = post(client, path, shop.manager, DELIVERY | {"day": str(wrong)})
        assert refused(answer, 422, "stations.day_out_of_range")["field"] == "day"


def test_movements_are_filtered_by_item_kind_and_days_and_paged(client, shop):
    spoil(client, shop, 1)
    with transaction():
        other = factories.item(session().get(Station, shop.station_id), stock=7).id
    assert {m["kind"] for m in listed(client, shop, "?kind=spoiled")} == {"spoiled"}
    assert [m["delta"] for m in listed(client, shop, f"?item_id={other}")] == [7]
    assert listed(client, shop, "?to=2020-01-01") == []
    path = f"{API}/stations/{shop.station_id}/stock/movements?limit=2"
    first = client.get(path, headers=shop.manager).json
    rest = client.get(f"{path}&cursor={first['next_cursor']}", headers=shop.manager).json
    ids = [m["id"] for m in first["items"] + rest["items"]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 3
    backwards = client.get(f"{path}&from=2026-02-02&to=2026-01-01", headers=shop.manager)
    refused(backwards, 422, "stations.days_backwards")


def test_the_stock_list_tells_free_held_and_what_moved(client, shop, held):
    spoil(client, shop, 1)
    answer = client.get(f"{API}/stations/{shop.station_id}/stock", headers=shop.auditor)
    row = answer.json["items"][0]
    assert (row["stock"], row["held"], row["on_shelf"]) == (2, 2, 4)
    assert row["went"] == 1


def test_nobody_without_the_role_sees_or_moves_goods(client, shop):
    for path in ("stock", "stock/movements"):
        answer = client.get(f"{API}/stations/{shop.station_id}/{path}", headers=shop.person)
        refused(answer, 403, "people.out_of_scope")
    for who in (shop.person, shop.auditor):
        refused(spoil(client, shop, 1, who=who), 403, "people.out_of_scope")
    wrong = listed(client, shop)[0]["id"]
    answer = post(client, f"/stock-movements/{wrong}/correction", shop.auditor, {"reason": "x"})
    refused(answer, 403, "people.out_of_scope")
    assert shelf(shop) == (5, 5)


@pytest.mark.parametrize(
    "change",
    [
        {"delta": -6, "shelf": -6},
        {"kind": "given", "delta": 0, "shelf": -1},
        {"kind": "spoiled", "delta": -1, "shelf": -1},
        {"kind": "sent_back", "delta": -1, "shelf": -1},
        {"kind": "corrected", "delta": -1, "shelf": -1, "reason": "x"},
        {"delta": 1, "shelf": 0},
        {"kind": "held", "delta": -1, "shelf": -1},
        {"unit_cost_fen": -1},
        {"kind": "gift"},
    ],
)
def test_the_books_refuse_a_movement_that_cannot_be(shop, change):
    row = {"kind": "received", "delta": 1, "shelf": 1, "day": "2026-11-22", "at": factories.NOW}
    row |= {"station_id": shop.station_id, "item_id": shop.item_id}
    with pytest.raises(IntegrityError), transaction():
        session().add(StockMovement(**(row | change)))
        session().flush()


def test_the_books_refuse_a_shelf_with_less_than_is_promised(shop):
    with pytest.raises(IntegrityError), transaction():
        session().get(Item, shop.item_id).on_shelf = 4
