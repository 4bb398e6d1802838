from datetime import timedelta

import pytest
from sqlalchemy import text

from incentive.core.db import session, transaction
from incentive.stations import jobs, orders
from incentive.stations.models import Redemption
from tests.stations.conftest import change, collect, findings, newcomer, order, points_of


def lapse_due(at, limit=100):
    """One batch, as the job takes it."""
    with transaction():
        batch = orders.due(at, limit=limit)
        return orders.lapse([order_id for _, order_id in batch], at)


def test_what_is_not_collected_in_time_gives_points_and_goods_back(client, shop, held, now):
    assert lapse_due(now + timedelta(hours=71)) == 0
    assert lapse_due(now + timedelta(hours=73)) == 1
    assert shop.status(held["id"]) == "lapsed"
    assert (points_of(shop.person_id), points_of(shop.person_id, "held"), shop.stock()) == (
        100,
        0,
        5,
    )
    assert lapse_due(now + timedelta(hours=73)) == 0
    assert findings() == []


def test_many_orders_of_many_people_lapse_together(client, shop, now):
    people = [newcomer(points=10) for _ in range(2)]
    for _, headers in people:
        order(client, shop, headers=headers)
    order(client, shop, 2)
    kept = order(client, shop).json
    collect(client, shop, kept["code"])
    assert lapse_due(now + timedelta(hours=73)) == 3
    assert shop.stock() == 4
    assert [points_of(person) for person, _ in people] == [10, 10]
    assert shop.status(kept["id"]) == "collected"
    assert findings() == []


def test_a_run_takes_no_more_than_it_is_told(client, shop, now):
    for _ in range(3):
        order(client, shop)
    assert lapse_due(now + timedelta(hours=73), limit=2) == 2


@pytest.fixture
def overdue(client, shop, now):
    """Ids of 5 orders whose time is over, earliest first."""
    made = [order(client, shop).json["id"] for _ in range(5)]
    for age, order_id in enumerate(made):
        change(Redemption, order_id, expires_at=now - timedelta(minutes=10 - age))
    return made


def test_the_job_lapses_all_that_is_due_batch_by_batch(shop, overdue, monkeypatch):
    monkeypatch.setattr(orders.due, "__kwdefaults__", {"after": None, "limit": 2})
    jobs.lapse_due()
    assert {shop.status(each) for each in overdue} == {"lapsed"}
    assert shop.stock() == 5
    assert findings() == []


def test_one_order_that_cannot_lapse_does_not_keep_the_others(shop, overdue):
    with transaction():
        # Somebody tampered: its goods seem to be back on the shelf already.
        session().execute(
            text(
                "INSERT INTO stock_movements"
                " (station_id, item_id, kind, delta, shelf, redemption_id, day, at)"
                " VALUES (:station, :item, 'returned', 1, 0, :order, '2026-11-22', now())"
            ),
            {"station": shop.station_id, "item": shop.item_id, "order": overdue[2]},
        )
    jobs.lapse_due()
    assert [shop.status(each) for each in overdue] == [
        "lapsed",
        "lapsed",
        "held",
        "lapsed",
        "lapsed",
    ]
    assert points_of(shop.person_id, "held") == 10
    assert "stock is the sum" in findings()[0].check
