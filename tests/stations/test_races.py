"""Real parallel connections on books of their own: nothing is given twice or lost."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.core.zone import day_of
from incentive.stations import orders
from incentive.stations.models import Redemption
from tests.stations.conftest import (
    API,
    change,
    collect,
    findings,
    income_of,
    newcomer,
    open_shop,
    order,
    points_of,
    post,
)
from tests.stations.test_days import close, day_now
from tests.stations.test_stocktakes import begin, book, counted, explain


def together(app, works):
    """Run every one of `works` with a client of its own, all at once; return what they return."""
    barrier = Barrier(len(works))

    def run(work):
        client = app.test_client()
        barrier.wait()
        return work(client)

    with ThreadPoolExecutor(len(works)) as threads:
        return [future.result() for future in [threads.submit(run, work) for work in works]]


def outcomes(answers):
    return Counter(
        answer.status_code if answer.status_code < 300 else answer.json["code"]
        for answer in answers
    )


@pytest.fixture
def inside(live):
    """The live application with a context for looking at the books."""
    with live.app_context():
        yield live


def test_of_twenty_orders_with_points_for_one_one_is_made(inside):
    shop = open_shop(points=10, stock=50)
    answers = together(inside, [lambda client: order(client, shop)] * 20)
    assert outcomes(answers) == {201: 1, "ledger.insufficient_points": 19}
    assert (points_of(shop.person_id), points_of(shop.person_id, "held")) == (0, 10)
    assert shop.stock() == 49
    assert findings() == []


def test_of_twenty_people_who_want_the_last_piece_one_gets_it(inside):
    shop = open_shop(points=0, stock=1)
    people = [newcomer(points=10) for _ in range(20)]
    answers = together(
        inside,
        [
            lambda client, headers=headers: order(client, shop, headers=headers)
            for _, headers in people
        ],
    )
    assert outcomes(answers) == {201: 1, "stations.out_of_stock": 19}
    assert sum(points_of(person, "held") for person, _ in people) == 10
    assert sum(points_of(person) for person, _ in people) == 190
    assert shop.stock() == 0
    assert findings() == []


def test_a_limit_holds_against_ten_orders_at_once(inside):
    shop = open_shop(stock=50, per_person_limit=3)
    answers = together(inside, [lambda client: order(client, shop)] * 10)
    assert outcomes(answers) == {201: 3, "stations.limit_reached": 7}
    assert shop.stock() == 47
    assert findings() == []


def test_ten_retries_of_one_order_are_one_order(inside):
    shop = open_shop()
    body = {"item_id": str(shop.item_id), "quantity": 1}
    key = str(new_id())
    answers = together(
        inside, [lambda client: post(client, "/redemptions", shop.person, body, key=key)] * 10
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert shop.stock() == 4


def test_of_ten_who_hand_over_one_code_one_does(inside):
    shop = open_shop()
    made = order(inside.test_client(), shop).json
    answers = together(inside, [lambda client: collect(client, shop, made["code"])] * 10)
    assert outcomes(answers) == {200: 1, "stations.already_collected": 9}
    assert income_of(shop.station_id) == 10
    assert findings() == []


def test_ten_retries_of_one_handing_over_are_all_answered_alike(inside):
    shop = open_shop()
    made = order(inside.test_client(), shop).json
    key = str(new_id())
    answers = together(inside, [lambda client: collect(client, shop, made["code"], key=key)] * 10)
    assert outcomes(answers) == {200: 10}
    assert all(answer.json == answers[0].json for answer in answers)
    assert income_of(shop.station_id) == 10


def test_of_ten_refunds_at_once_one_is_made(inside):
    shop = open_shop()
    made = order(inside.test_client(), shop).json
    collect(inside.test_client(), shop, made["code"])
    body = {"reason": "坏了", "restock": True}
    answers = together(
        inside,
        [lambda client: post(client, f"/redemptions/{made['id']}/refund", shop.manager, body)] * 10,
    )
    assert outcomes(answers) == {200: 1, "stations.redemption_refunded": 9}
    assert (points_of(shop.person_id), shop.stock()) == (100, 5)
    assert findings() == []


def test_collecting_cancelling_and_lapsing_at_once_have_one_winner(inside):
    shop = open_shop(points=1000, stock=100)
    client = inside.test_client()
    won = Counter()
    for _ in range(12):
        made = order(client, shop).json
        # The counter's clock still has a moment; the sweeper's is a little ahead.
        soon = clock.now() + timedelta(hours=1)
        change(Redemption, made["id"], expires_at=soon)

        def lapse(_client, order_id=made["id"], soon=soon):
            with inside.app_context(), transaction():
                return orders.lapse([order_id], soon)

        works = [
            lambda client, code=made["code"]: collect(client, shop, code).status_code,
            lambda client, order_id=made["id"]: (
                post(client, f"/redemptions/{order_id}/cancel", shop.person).status_code
            ),
            lapse,
        ]
        collected, cancelled, lapsed = together(inside, works)
        assert (collected == 200) + (cancelled == 200) + lapsed == 1
        status = shop.status(made["id"])
        assert status == (
            "collected" if collected == 200 else "cancelled" if cancelled == 200 else "lapsed"
        )
        won[status] += 1
    assert income_of(shop.station_id) == 10 * won["collected"]
    assert shop.stock() == 100 - won["collected"]
    assert points_of(shop.person_id) == 1000 - 10 * won["collected"]
    assert points_of(shop.person_id, "held") == 0
    assert findings() == []


def test_two_sweepers_and_a_counter_at_work_on_many_orders_agree(inside):
    shop = open_shop(points=1000, stock=100)
    client = inside.test_client()
    made = [order(client, shop).json for _ in range(30)]
    late = clock.now() + timedelta(hours=73)

    def sweep(_client):
        with inside.app_context(), transaction():
            return orders.lapse([order_id for _, order_id in orders.due(late)], late)

    def serve(client):
        return sum(collect(client, shop, each["code"]).status_code == 200 for each in made[::-1])

    def want(client):
        return sum(order(client, shop).status_code == 201 for _ in range(10))

    first, second, served, wanted = together(inside, [sweep, sweep, serve, want])
    with transaction():
        held = session().query(Redemption).filter_by(status="held").count()
    assert first + second + served + held == 30 + wanted
    assert wanted == 10
    assert shop.stock() == 100 - served - held
    assert income_of(shop.station_id) == 10 * served
    assert findings() == []


def test_goods_received_while_others_order_are_all_counted(inside):
    shop = open_shop(points=100, stock=5)

    def receive(client):
        return post(client, f"/items/{shop.item_id}/receipts", shop.manager, {"quantity": 3})

    answers = together(inside, [receive] * 5 + [lambda client: order(client, shop)] * 5)
    assert outcomes(answers) == {201: 10}
    assert shop.stock() == 15
    assert findings() == []


def test_of_an_order_and_a_spoilage_of_the_last_goods_one_is_made(inside):
    shop = open_shop(stock=0)
    path = f"/items/{shop.item_id}"

    def spoil(client):
        body = {"quantity": 1, "cause": "damaged"}
        return post(client, f"{path}/spoilage", shop.manager, body)

    for _ in range(8):
        post(inside.test_client(), f"{path}/receipts", shop.manager, {"quantity": 1})
        ordered, spoiled = together(inside, [lambda client: order(client, shop), spoil])
        refusal = "out_of_stock" if spoiled.status_code == 201 else "stock_too_small"
        assert outcomes([ordered, spoiled]) == {201: 1, f"stations.{refusal}": 1}
        assert shop.stock() == 0
    assert findings() == []


def test_of_five_corrections_of_one_movement_one_is_made(inside):
    shop = open_shop()
    client = inside.test_client()
    post(client, f"/items/{shop.item_id}/receipts", shop.manager, {"quantity": 3})
    path = f"{API}/stations/{shop.station_id}/stock/movements"
    wrong = client.get(path, headers=shop.manager).json["items"][0]["id"]
    body = {"reason": "记错"}
    answers = together(
        inside,
        [lambda client: post(client, f"/stock-movements/{wrong}/correction", shop.manager, body)]
        * 5,
    )
    assert outcomes(answers) == {201: 1, "stations.already_corrected": 4}
    assert shop.stock() == 5
    assert findings() == []


def test_of_five_who_open_a_stocktake_one_does(inside):
    shop = open_shop()
    answers = together(inside, [lambda client: begin(client, shop)] * 5)
    assert outcomes(answers) == {201: 1, "stations.stocktake_under_way": 4}


def test_of_five_who_book_a_stocktake_one_does(inside):
    shop = open_shop()
    client = inside.test_client()
    found = begin(client, shop).json
    counted(client, shop, found, 3)
    explain(client, shop, found)
    answers = together(inside, [lambda client: book(client, shop, found)] * 5)
    assert outcomes(answers) == {200: 1, "stations.stocktake_closed": 4}
    assert shop.stock() == 3
    assert findings() == []


def test_goods_handed_over_ordered_and_received_during_a_booking_are_all_counted(inside):
    shop = open_shop(points=1000, stock=50)
    client = inside.test_client()
    for _ in range(5):
        made = [order(client, shop).json for _ in range(4)]
        found = begin(client, shop).json
        before = client.get(f"{API}/stations/{shop.station_id}/stock", headers=shop.manager).json[
            "items"
        ][0]

        def count_one_less(client, found=found):
            line = client.get(f"{API}/stations/{shop.station_id}/stock", headers=shop.manager)
            shown = line.json["items"][0]["on_shelf"]
            counted(client, shop, found, shown - 1)
            explain(client, shop, found, "other", "点数时有人领走")
            return book(client, shop, found)

        works = [
            count_one_less,
            lambda client, made=made: [collect(client, shop, each["code"]) for each in made],
            lambda client: order(client, shop),
            lambda client: post(
                client, f"/items/{shop.item_id}/receipts", shop.manager, {"quantity": 2}
            ),
        ]
        booked, handed, ordered, _received = together(inside, works)
        assert booked.status_code == 200, booked.text
        assert {each.status_code for each in handed} == {200}
        difference = client.get(f"{API}/stocktakes/{found['id']}/lines", headers=shop.manager).json[
            "items"
        ][0]["difference"]
        after = client.get(f"{API}/stations/{shop.station_id}/stock", headers=shop.manager).json[
            "items"
        ][0]
        assert after["on_shelf"] == before["on_shelf"] - 4 + 2 + difference
        assert after["held"] == before["held"] - 4 + (ordered.status_code == 201)
    assert findings() == []


def test_a_count_and_a_booking_at_once_leave_nothing_half_counted(inside):
    shop = open_shop()
    client = inside.test_client()
    for _ in range(6):
        found = begin(client, shop).json
        counted(client, shop, found, shop.stock())
        late, booked = together(
            inside,
            [
                lambda client, found=found: counted(client, shop, found, 1),
                lambda client, found=found: book(client, shop, found),
            ],
        )
        assert (late.status_code, booked.status_code) in {(201, 409), (409, 200)}
        if booked.status_code != 200:
            body = {"reason": "重来"}
            post(client, f"/stocktakes/{found['id']}/giving-up", shop.manager, body)
    assert shop.stock() == 5
    assert findings() == []


def test_of_five_who_close_a_day_one_does(inside):
    shop = open_shop()
    today = day_of(clock.now())
    answers = together(inside, [lambda client: close(client, shop, today)] * 5)
    assert outcomes(answers) == {201: 1, "stations.day_closed": 4}


def test_what_is_handed_over_while_a_day_is_closed_is_in_its_figures_or_shows_as_later(inside):
    shop = open_shop(points=200, stock=50)
    client = inside.test_client()
    today = day_of(clock.now())
    made = [order(client, shop).json for _ in range(12)]

    def serve(client):
        return [collect(client, shop, each["code"]).status_code for each in made]

    closed, served = together(inside, [lambda client: close(client, shop, today), serve])
    assert closed.status_code == 201
    assert served == [200] * 12
    shown = day_now(client, shop, today).json
    signed = json.loads(shown["versions"][0]["signed"].split("\n")[1])
    given = [row for row in shown["goods_after"] if row["kind"] == "given"]
    assert signed["orders"] + len(shown["points_after"]) == 12
    assert sum(row[4] for row in signed["goods"]) + len(given) == 12
    assert signed["orders"] == sum(row[4] for row in signed["goods"])


def test_the_ledger_of_one_jurisdiction_does_not_reach_into_another(inside):
    shop = open_shop()
    made = order(inside.test_client(), shop).json
    collect(inside.test_client(), shop, made["code"])
    headers = shop.manager | {"X-Jurisdiction": "second"}
    client = inside.test_client()
    assert client.get(f"{API}/stations/{shop.station_id}", headers=headers).status_code == 404
    assert (
        client.get(f"{API}/stations/{shop.station_id}/ledger", headers=headers).status_code == 401
    )
