import csv
import io
from datetime import date, datetime, time, timedelta
from urllib.parse import unquote
from uuid import uuid4

import openpyxl
import pytest

from incentive.core import sheets
from incentive.core.db import session, transaction
from incentive.core.zone import day_of
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from incentive.people.models import Person
from incentive.stations import exports
from incentive.stations.models import Item, Station
from tests.stations.conftest import API, collect, newcomer, order, points_of, post
from tests.stations.test_redemptions import refused


@pytest.fixture
def traded(client, shop):
    """Three collected orders of two people, one refunded, one still held; return the other's number."""
    _, headers = newcomer(points=100)
    orders = [
        order(client, shop, 2).json,
        order(client, shop, 1, headers=headers).json,
        order(client, shop, 1).json,
    ]
    for each in orders:
        assert collect(client, shop, each["code"]).status_code == 200
    body = {"reason": "=HYPERLINK(1)", "restock": True}
    assert (
        post(client, f"/redemptions/{orders[0]['id']}/refund", shop.manager, body).status_code
        == 200
    )
    order(client, shop, 1)
    return orders[1]["volunteer_number"]


def path(shop, ending="", **query):
    words = "&".join(f"{name}={value}" for name, value in query.items() if value is not None)
    return f"{API}/stations/{shop.station_id}/ledger{ending}?{words}"


def listing(client, shop, headers=None, **query):
    answer = client.get(path(shop, **query), headers=headers or shop.manager)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_the_ledger_shows_every_point_with_its_running_total_latest_first(client, shop, traded):
    seen = listing(client, shop)
    rows = [
        (row["kind"], row["quantity"], row["points_in"], row["points_out"], row["running_total"])
        for row in seen["items"]
    ]
    assert rows == [
        ("refund", 2, 0, 20, 20),
        ("redemption", 1, 10, 0, 40),
        ("redemption", 1, 10, 0, 30),
        ("redemption", 2, 20, 0, 20),
    ]
    assert seen["totals"] == {"count": 4, "points_in": 40, "points_out": 20, "net": 20}


def test_a_row_says_whose_what_and_who_served_by_volunteer_number_alone(client, shop, traded):
    row = listing(client, shop)["items"][-1]
    assert row["volunteer_number"] == shop.number
    assert row["item"].startswith("洗衣液")
    with transaction():
        manager = session().get(Person, shop.manager_id)
    assert row["served_by"] == manager.volunteer_number
    assert "乙" not in str(row)


def test_totals_are_of_the_whole_filter_and_not_of_the_page(client, shop, traded):
    first = listing(client, shop, limit=3)
    second = listing(client, shop, limit=3, cursor=first["next_cursor"])
    assert first["totals"] == second["totals"]
    assert [len(page["items"]) for page in (first, second)] == [3, 1]
    assert second["next_cursor"] is None


def test_a_filtered_row_keeps_its_true_running_total(client, shop, traded):
    seen = listing(client, shop, person=traded)
    assert [(row["points_in"], row["running_total"]) for row in seen["items"]] == [(10, 30)]
    assert seen["totals"] == {"count": 1, "points_in": 10, "points_out": 0, "net": 10}
    refunds = listing(client, shop, kind="refund")
    assert (refunds["totals"]["points_out"], refunds["items"][0]["running_total"]) == (20, 20)


def test_days_are_the_jurisdictions_and_both_are_included(client, shop, traded, now):
    today = day_of(now)
    assert listing(client, shop, **{"from": today, "to": today})["totals"]["count"] == 4
    assert listing(client, shop, **{"from": today + timedelta(1)})["totals"]["count"] == 0
    empty = listing(client, shop, to=today - timedelta(1))
    assert empty["totals"] == {"count": 0, "points_in": 0, "points_out": 0, "net": 0}


@pytest.mark.parametrize("ending", ["", ".csv", ".xlsx"])
def test_days_backwards_name_the_field(client, shop, ending):
    query = {"from": "2026-02-01", "to": "2026-01-31"}
    answer = client.get(path(shop, ending, **query), headers=shop.manager)
    refused(answer, 422, "stations.days_backwards")
    assert answer.json["field"] == "from"


def test_a_misspelt_filter_is_refused(client, shop):
    answer = client.get(path(shop, fron="2026-02-01"), headers=shop.manager)
    refused(answer, 422, "http.unprocessable_entity")
    assert answer.json["field"] == "fron"


def test_an_entry_of_no_order_is_shown_too(client, shop):
    lines = transfer(
        Purse("region:1", "issuance"), Purse(f"station:{shop.station_id}", "income"), 7
    )
    with transaction():
        ledger.post([Posting("x", "adjustment", "by hand", "x", date(2026, 1, 1), lines, "why")])
    (row,) = listing(client, shop)["items"]
    assert (row["kind"], row["points_in"], row["item"], row["reason"]) == (
        "adjustment",
        7,
        None,
        "why",
    )


@pytest.mark.parametrize("who", ["manager", "auditor", "worker"])
def test_the_manager_the_auditor_and_the_communitys_worker_read_it(client, shop, who):
    assert listing(client, shop, getattr(shop, who))["items"] == []


@pytest.mark.parametrize("ending", ["", ".csv", ".xlsx"])
def test_nobody_else_does(client, shop, ending):
    refused(client.get(path(shop, ending), headers=shop.person), 403, "people.out_of_scope")
    refused(client.get(path(shop, ending)), 401, "people.not_signed_in")
    unknown = client.get(f"{API}/stations/{uuid4()}/ledger{ending}", headers=shop.manager)
    refused(unknown, 404, "stations.unknown_station")


def fetched(client, shop, ending, **query):
    with client.get(path(shop, ending, **query), headers=shop.manager) as answer:
        assert answer.status_code == 200, answer.text
        assert "attachment" in answer.headers["Content-Disposition"]
        return answer.data


def read_csv(client, shop, **query):
    written = fetched(client, shop, ".csv", **query)
    assert written.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))


def workbook(client, shop, **query):
    return openpyxl.load_workbook(io.BytesIO(fetched(client, shop, ".xlsx", **query)))


def read_xlsx(client, shop, **query):
    """The rows of the first sheet; the sums below them are taken off and compared."""
    *rows, last = workbook(client, shop, **query).worksheets[0].iter_rows(values_only=True)
    assert (last[0], *last[6:8]) == ("合计", *list(sums(rows).values())[1:])
    return rows


def shown(cell):
    match cell:
        case None:
            return ""
        case datetime() if cell.time() == time():
            return str(cell.date())
    return str(cell)


def sums(rows):
    return {
        "count": len(rows) - 1,
        "points_in": sum(int(row[6]) for row in rows[1:]),
        "points_out": sum(int(row[7]) for row in rows[1:]),
    }


@pytest.mark.parametrize("query", [{}, {"kind": "redemption"}, {"kind": "refund"}, {"person": 0}])
def test_page_csv_and_excel_sum_to_the_same_figures(client, shop, traded, query):
    if "person" in query:
        query = {"person": traded}
    totals = listing(client, shop, **query)["totals"]
    del totals["net"]
    assert sums(read_csv(client, shop, **query)) == totals
    assert sums(read_xlsx(client, shop, **query)) == totals
    assert totals["count"] > 0


def test_files_hold_the_same_rows_the_earliest_first(client, shop, traded):
    written = read_csv(client, shop)
    assert len(written[0]) == len(exports.HEADINGS)
    assert [row[8] for row in written[1:]] == ["20", "30", "40", "20"]
    rows = read_xlsx(client, shop)
    for row in rows[1:]:
        assert (row[0].date(), row[0].time()) == (row[1].date(), time())
    cells = [[shown(cell) for cell in row] for row in rows]
    assert [[cell.removeprefix("'") for cell in row] for row in written] == cells


def test_cells_that_look_like_formulas_are_harmless(client, shop):
    with transaction():
        session().get(Item, shop.item_id).name = "=1+1"
    made = order(client, shop).json
    collect(client, shop, made["code"])
    assert read_csv(client, shop)[1][3] == "'=1+1"
    cell = workbook(client, shop).active.cell(2, 4)
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_every_start_of_a_formula_is_quoted(start):
    assert sheets.harmless(f"{start}cmd") == f"'{start}cmd"
    assert sheets.harmless(f"a{start}") == f"a{start}"


def test_a_long_ledger_goes_on_on_the_next_sheet(monkeypatch, client, shop, traded):
    monkeypatch.setattr(sheets, "_SHEET_ROWS_MAX", 3)
    book = workbook(client, shop)
    pages = [list(sheet.iter_rows(values_only=True)) for sheet in book]
    assert [len(rows) for rows in pages] == [3, 4]
    assert book.sheetnames == ["台账", "台账 2"]
    assert pages[0][0] == pages[1][0]
    assert [row[8] for rows in pages for row in rows[1:]] == [20, 30, 40, 20, None]
    assert pages[1][-1][6:8] == (40, 20)


def test_a_file_is_called_after_the_station_and_its_days(client, shop):
    name = '翠湖/"超市";\r\nX: 1'
    with transaction():
        session().get(Station, shop.station_id).name = name
    query = {"from": "2026-01-01", "to": "2026-01-31"}
    with client.get(path(shop, ".xlsx", **query), headers=shop.manager) as answer:
        header = answer.headers["Content-Disposition"]
    plain, called = header.removeprefix("attachment; ").split("; ")
    assert plain == f'filename="station-ledger-{shop.station_id}.xlsx"'
    assert unquote(called) == ("filename*=UTF-8''翠湖__超市_;__X_ 1-2026-01-01-2026-01-31.xlsx")
    assert not set(called) & set(' ";\r\n/')


def test_a_file_without_days_is_called_after_the_day_on_which_it_was_made(client, shop, now):
    with client.get(path(shop, ".csv"), headers=shop.manager) as answer:
        assert f"-{day_of(now)}.csv" in answer.headers["Content-Disposition"]


def test_an_empty_workbook_sums_to_nothing(client, shop):
    assert len(read_xlsx(client, shop)) == 1


def test_what_is_held_is_not_the_stations_yet(client, shop, held):
    assert points_of(shop.person_id, "held") == 20
    assert listing(client, shop)["items"] == []
