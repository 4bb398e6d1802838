from uuid import uuid4

import pytest

from incentive.core.db import session, transaction
from incentive.stations.domain import STOCK_MAX
from incentive.stations.models import Item, Station
from incentive.stations.stock.models import StockMovement
from tests import factories
from tests.stations.conftest import API, findings, newcomer, post
from tests.stations.test_redemptions import refused

RICE = {"name": "大米 5 kg", "points_price": 300, "stock": 20, "per_person_limit": 2}


def test_anyone_sees_what_a_station_offers_by_name(client, shop):
    with transaction():
        station = session().get(Station, shop.station_id)
        for name in ("b", "a"):
            factories.item(station, stock=0).name = name
        factories.item(station).status = "withdrawn"
    path = f"{API}/stations/{shop.station_id}/items?limit=2"
    seen = client.get(path).json
    rest = client.get(f"{path}&cursor={seen['next_cursor']}").json
    assert [each["name"] for each in seen["items"]] == ["a", "b"]
    assert [each["id"] for each in rest["items"]] == [str(shop.item_id)]
    withdrawn = client.get(f"{API}/stations/{shop.station_id}/items?status=withdrawn").json
    assert len(withdrawn["items"]) == 1
    unknown = client.get(f"{API}/stations/{uuid4()}/items")
    refused(unknown, 404, "stations.unknown_station")


@pytest.mark.parametrize("who", ["manager", "worker"])
def test_the_manager_and_the_community_add_items(client, shop, who):
    answer = post(client, f"/stations/{shop.station_id}/items", getattr(shop, who), RICE)
    assert answer.status_code == 201, answer.text
    assert answer.json["stock"] == 20
    assert findings() == []


def test_nobody_else_adds_changes_or_receives(client, shop):
    for headers in (shop.person, shop.auditor, newcomer()[1]):
        for answer in (
            post(client, f"/stations/{shop.station_id}/items", headers, RICE),
            post(client, f"/items/{shop.item_id}/receipts", headers, {"quantity": 1}),
            client.patch(f"{API}/items/{shop.item_id}", json={}, headers=headers),
        ):
            refused(answer, 403, "people.out_of_scope")
    assert shop.stock() == 5


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"points_price": 0}, "points_price"),
        ({"points_price": 1_000_001}, "points_price"),
        ({"per_person_limit": 0}, "per_person_limit"),
        ({"stock": -1}, "stock"),
        ({"stock": 10**18}, "stock"),
        ({"name": ""}, "name"),
        ({"name": "a\u0000b"}, "name"),
    ],
)
def test_an_item_that_cannot_be_is_refused_by_field(client, shop, change, field):
    answer = post(client, f"/stations/{shop.station_id}/items", shop.manager, RICE | change)
    assert refused(answer, 422, "http.unprocessable_entity")["field"] == field


def test_two_items_of_a_station_cannot_have_one_name(client, shop):
    post(client, f"/stations/{shop.station_id}/items", shop.manager, RICE)
    again = post(client, f"/stations/{shop.station_id}/items", shop.manager, RICE)
    refused(again, 409, "stations.name_taken")
    rename = client.patch(
        f"{API}/items/{shop.item_id}", json={"name": RICE["name"]}, headers=shop.manager
    )
    refused(rename, 409, "stations.name_taken")


def test_an_item_is_changed_in_part(client, shop):
    path = f"{API}/items/{shop.item_id}"
    body = {"points_price": 15, "per_person_limit": 3, "status": "withdrawn"}
    changed = client.patch(path, json=body, headers=shop.manager).json
    assert body.items() <= changed.items()
    freed = client.patch(path, json={"per_person_limit": None}, headers=shop.manager).json
    assert freed == changed | {"per_person_limit": None}
    refused(
        client.patch(f"{API}/items/{uuid4()}", json={}, headers=shop.manager),
        404,
        "stations.unknown_item",
    )


def test_goods_received_are_on_the_shelf_with_who_and_when(client, shop):
    answer = post(client, f"/items/{shop.item_id}/receipts", shop.manager, {"quantity": 100_000})
    assert (answer.status_code, answer.json["stock"]) == (201, 100_005)
    with transaction():
        last = session().query(StockMovement).order_by(StockMovement.id.desc()).first()
        assert (last.kind, last.delta, last.by_person_id) == ("received", 100_000, shop.manager_id)
    assert findings() == []


@pytest.mark.parametrize("quantity", [0, -1, 100_001, 10**18])
def test_a_receipt_out_of_range_is_refused(client, shop, quantity):
    answer = post(client, f"/items/{shop.item_id}/receipts", shop.manager, {"quantity": quantity})
    refused(answer, 422, "http.unprocessable_entity")
    assert shop.stock() == 5


def test_more_than_a_station_keeps_is_refused(client, shop):
    with transaction():
        item = session().get(Item, shop.item_id)
        item.stock = item.on_shelf = STOCK_MAX
    answer = post(client, f"/items/{shop.item_id}/receipts", shop.manager, {"quantity": 1})
    refused(answer, 409, "stations.stock_too_large")
