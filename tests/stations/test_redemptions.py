from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from incentive.core import codes
from incentive.stations.models import Item, Station
from tests.stations.conftest import (
    API,
    change,
    findings,
    newcomer,
    open_shop,
    order,
    points_of,
    post,
)


def refused(answer, status, code):
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    assert answer.mimetype == "application/problem+json"
    return answer.json


def test_an_order_holds_points_and_goods_and_shows_a_code(client, shop):
    answer = order(client, shop, 2)
    assert answer.status_code == 201
    made = answer.json
    assert (made["status"], made["points"], made["quantity"]) == ("held", 20, 2)
    assert (points_of(shop.person_id), points_of(shop.person_id, "held")) == (80, 20)
    assert shop.stock() == 3
    bare = codes.parse(made["code"]).text
    assert made["code"] == codes.grouped(bare)
    assert made["url"].endswith(f"/s/{bare}")
    waits = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["held_at"])
    assert waits == timedelta(hours=72)
    assert findings() == []


def test_the_same_order_sent_twice_is_one_order(client, shop):
    body = {"item_id": str(shop.item_id), "quantity": 1}
    first = post(client, "/redemptions", shop.person, body, key="same-key-1")
    again = post(client, "/redemptions", shop.person, body, key="same-key-1")
    assert again.json == first.json
    assert again.headers["Idempotent-Replay"] == "true"
    assert shop.stock() == 4


def test_an_order_without_a_key_is_refused(client, shop):
    body = {"item_id": str(shop.item_id), "quantity": 1}
    answer = client.post(f"{API}/redemptions", json=body, headers=shop.person)
    refused(answer, 400, "http.idempotency_key_missing")


def test_nobody_orders_without_signing_in(client, shop):
    refused(order(client, shop, headers={"x": "y"}), 401, "people.not_signed_in")


@pytest.mark.parametrize("quantity", [0, -1, 10**18, 1001, 1.5, "2", True, None])
def test_a_quantity_out_of_range_is_refused_and_nothing_is_written(client, shop, quantity):
    problem = refused(order(client, shop, quantity), 422, "http.unprocessable_entity")
    assert problem["field"] == "quantity"
    assert (shop.stock(), points_of(shop.person_id)) == (5, 100)


def test_an_order_at_the_price_that_was_shown_is_made(client, shop):
    body = {"item_id": str(shop.item_id), "quantity": 2, "points": 20}
    assert post(client, "/redemptions", shop.person, body).status_code == 201


def test_an_order_at_another_price_than_the_one_shown_is_refused_with_the_new_one(client, shop):
    change(Item, shop.item_id, points_price=12)
    body = {"item_id": str(shop.item_id), "quantity": 2, "points": 20}
    problem = refused(
        post(client, "/redemptions", shop.person, body), 409, "stations.price_changed"
    )
    assert problem["field"] == "points"
    assert problem["figures"] == {"shown": 20, "now": 24}
    assert (shop.stock(), points_of(shop.person_id), points_of(shop.person_id, "held")) == (
        5,
        100,
        0,
    )


def test_an_unknown_item_is_refused(client, shop):
    refused(order(client, shop, item_id=uuid4()), 404, "stations.unknown_item")


def test_a_withdrawn_item_is_refused(client, shop):
    change(Item, shop.item_id, status="withdrawn")
    refused(order(client, shop), 409, "stations.item_withdrawn")


def test_a_closed_station_gives_nothing_out(client, shop):
    change(Station, shop.station_id, status="closed")
    refused(order(client, shop), 409, "stations.station_closed")


def test_more_than_the_stock_is_refused_with_both_figures(client, shop):
    problem = refused(order(client, shop, 6), 409, "stations.out_of_stock")
    assert problem["figures"] == {"wanted": 6, "left": 5}


def test_too_few_points_are_refused_and_the_goods_stay(client, books):
    shop = open_shop(points=15)
    problem = refused(order(client, shop, 2), 409, "ledger.insufficient_points")
    assert problem["figures"] == {"needed": 20, "held": 15}
    assert shop.stock() == 5


def test_an_order_keeps_the_price_at_which_it_was_made(client, shop, held):
    client.patch(f"{API}/items/{shop.item_id}", json={"points_price": 99}, headers=shop.manager)
    answer = client.get(f"{API}/redemptions/{held['id']}", headers=shop.person)
    assert answer.json["points"] == 20


def test_the_limit_counts_what_is_held_and_collected(client, books):
    shop = open_shop(per_person_limit=2)
    first = order(client, shop).json
    post(client, f"/redemptions/{first['code']}/collect", shop.manager)
    assert order(client, shop).status_code == 201
    problem = refused(order(client, shop), 409, "stations.limit_reached")
    assert problem["figures"] == {"limit": 2, "had": 2}


def test_a_cancelled_order_counts_no_longer_towards_the_limit(client, books):
    shop = open_shop(per_person_limit=1)
    first = order(client, shop).json
    refused(order(client, shop), 409, "stations.limit_reached")
    post(client, f"/redemptions/{first['id']}/cancel", shop.person)
    assert order(client, shop).status_code == 201


def test_another_persons_orders_do_not_count(client, books):
    shop = open_shop(per_person_limit=1)
    order(client, shop)
    _, other = newcomer(points=10)
    assert order(client, shop, headers=other).status_code == 201


def test_my_orders_are_mine_alone_newest_first(client, shop, held):
    second = order(client, shop).json
    _, other = newcomer(points=10)
    order(client, shop, headers=other)
    mine = client.get(f"{API}/me/redemptions", headers=shop.person).json["items"]
    assert [each["id"] for each in mine] == [second["id"], held["id"]]
    assert mine[1] == held
    none = client.get(f"{API}/me/redemptions?status=lapsed", headers=shop.person).json["items"]
    assert none == []


def test_my_orders_are_read_page_by_page(client, shop):
    made = [order(client, shop).json["id"] for _ in range(3)]
    page = client.get(f"{API}/me/redemptions?limit=2", headers=shop.person).json
    rest = client.get(
        f"{API}/me/redemptions?limit=2&cursor={page['next_cursor']}", headers=shop.person
    ).json
    assert [each["id"] for each in page["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None


def test_the_station_sees_an_order_without_its_code(client, shop, held):
    for headers in (shop.manager, shop.auditor):
        seen = client.get(f"{API}/redemptions/{held['id']}", headers=headers).json
        assert (seen["code"], seen["url"]) == (None, None)
        assert seen["volunteer_number"] == shop.number


def test_a_stranger_does_not_learn_that_an_order_exists(client, shop, held):
    _, other = newcomer()
    for path in ("", "/code.svg", "/code.png"):
        answer = client.get(f"{API}/redemptions/{held['id']}{path}", headers=other)
        refused(answer, 404, "stations.unknown_redemption")
    refused(
        post(client, f"/redemptions/{held['id']}/cancel", other),
        404,
        "stations.unknown_redemption",
    )


def test_the_code_is_drawn_for_its_holder_alone(client, shop, held):
    svg = client.get(f"{API}/redemptions/{held['id']}/code.svg", headers=shop.person)
    png = client.get(f"{API}/redemptions/{held['id']}/code.png", headers=shop.person)
    assert (svg.mimetype, svg.data[:5]) == ("image/svg+xml", b"<?xml")
    assert (png.mimetype, png.data[1:4]) == ("image/png", b"PNG")
    assert "no-store" in svg.headers["Cache-Control"]
    answer = client.get(f"{API}/redemptions/{held['id']}/code.svg", headers=shop.manager)
    refused(answer, 404, "stations.unknown_redemption")


def test_its_holder_cancels_an_order_and_everything_comes_back(client, shop, held):
    answer = post(client, f"/redemptions/{held['id']}/cancel", shop.person)
    assert answer.json["status"] == "cancelled"
    assert (shop.stock(), points_of(shop.person_id), points_of(shop.person_id, "held")) == (
        5,
        100,
        0,
    )
    again = post(client, f"/redemptions/{held['id']}/cancel", shop.person)
    refused(again, 410, "stations.redemption_cancelled")
    assert shop.stock() == 5
    assert findings() == []
