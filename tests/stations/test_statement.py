"""The statement of a station's days agrees with the ledger's page, its API and its files."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.zone import day_of
from incentive.stations.models import Item
from tests.stations.conftest import API, collect, order, post
from tests.stations.test_redemptions import refused
from tests.stations.test_stock import spoil


@pytest.fixture
def today(shop):
    return day_of(clock.now())


def statement(client, shop, first, last, who=None, ending=""):
    path = f"{API}/stations/{shop.station_id}/statement{ending}?from={first}&to={last}"
    return client.get(path, headers=(who or shop.auditor) | {"Accept-Language": "en"})


@pytest.fixture
def busy(client, shop):
    """Handed over 3, of which 1 came back; received 10, spoiled 2; 1 is held."""
    for quantity in (2, 1):
        collected = collect(client, shop, order(client, shop, quantity).json["code"]).json
    body = {"reason": "坏了", "restock": True}
    post(client, f"/redemptions/{collected['id']}/refund", shop.manager, body)
    post(client, f"/items/{shop.item_id}/receipts", shop.manager, {"quantity": 10})
    spoil(client, shop, 2)
    order(client, shop)


def test_goods_are_told_from_opening_to_closing(client, shop, busy, today):
    told = statement(client, shop, today, today).json
    (row,) = told["goods"]
    opening, came = (0, 5) if today.isoformat() == "2026-11-22" else (5, 0)
    assert row["goods"] == {
        "opening": opening,
        "received": 10 + came,
        "given": 3,
        "returned": 1,
        "spoiled": 2,
        "sent_back": 0,
        "counted": 0,
        "corrected": 0,
        "closing": 11,
        "held": 1,
    }
    assert told["total"] == row["goods"]
    with transaction():
        item = session().get(Item, shop.item_id, populate_existing=True)
        assert (item.on_shelf, item.on_shelf - item.stock) == (11, 1)


def test_points_are_those_of_the_stations_ledger(client, shop, busy, today):
    told = statement(client, shop, today, today).json
    path = f"{API}/stations/{shop.station_id}/ledger?from={today}&to={today}"
    totals = client.get(path, headers=shop.auditor).json["totals"]
    assert {name: told[name] for name in ("points_in", "points_out", "net")} == {
        name: totals[name] for name in ("points_in", "points_out", "net")
    }
    assert (told["orders"], told["refunds"], told["net"]) == (2, 1, 20)


def test_the_files_have_the_same_figures(client, shop, busy, today):
    told = statement(client, shop, today, today).json
    book = statement(client, shop, today, today, ending=".xlsx")
    rows = list(load_workbook(io.BytesIO(book.data)).active.iter_rows(values_only=True))
    total = next(row for row in rows if row[0] == "Total")
    assert list(total[1:11]) == list(told["total"].values())
    heading = next(at for at, row in enumerate(rows) if row[0] == "Orders handed over")
    points = [told[name] for name in ("orders", "refunds", "points_in", "points_out", "net")]
    assert list(rows[heading + 1][:5]) == points
    paper = statement(client, shop, today, today, ending=".pdf")
    assert paper.data.startswith(b"%PDF")
    assert statement(client, shop, today, today, ending=".doc").status_code == 404


def test_earlier_days_close_with_what_there_was_then(client, shop, busy, today):
    later = statement(client, shop, today + timedelta(days=1), today + timedelta(days=1)).json
    assert later["total"]["opening"] == later["total"]["closing"] == 11
    assert (later["orders"], later["points_in"]) == (0, 0)
    before = statement(client, shop, "2020-01-01", "2020-01-02").json
    assert before["goods"] == []


def test_days_backwards_and_strangers_are_refused(client, shop, today):
    refused(statement(client, shop, today, "2020-01-01"), 422, "stations.days_backwards")
    refused(statement(client, shop, today, today, shop.person), 403, "people.out_of_scope")
    refused(statement(client, shop, "soon", today), 422, "http.unprocessable_entity")
