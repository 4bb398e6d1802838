"""Counting what is there: in parts, while the counter goes on, and booked by a second person."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from incentive.core.db import session, transaction
from incentive.stations.models import Item, Station
from incentive.stations.stocktakes.models import Stocktake, StocktakeCount
from tests import factories
from tests.stations.conftest import API, collect, findings, post
from tests.stations.test_redemptions import refused
from tests.stations.test_stock import listed, shelf, spoil


def begin(client, shop, who=None, **body):
    return post(client, f"/stations/{shop.station_id}/stocktakes", who or shop.manager, body)


def count(client, shop, found, who=None, **counts):
    rows = counts or {str(shop.item_id): 5}
    body = {"counts": [{"item_id": item, "counted": n} for item, n in rows.items()]}
    return post(client, f"/stocktakes/{found['id']}/counts", who or shop.manager, body)


def counted(client, shop, found, number, who=None):
    return count(client, shop, found, who, **{str(shop.item_id): number})


def explain(client, shop, found, cause="lost", note="", who=None):
    body = {"item_id": str(shop.item_id), "cause": cause, "note": note}
    return post(client, f"/stocktakes/{found['id']}/explanations", who or shop.manager, body)


def book(client, shop, found, who=None):
    return post(client, f"/stocktakes/{found['id']}/booking", who or shop.worker)


def lines(client, shop, found, show="all"):
    path = f"{API}/stocktakes/{found['id']}/lines?show={show}"
    return client.get(path, headers=shop.auditor).json["items"]


@pytest.fixture
def opened(client, shop):
    answer = begin(client, shop, note="月末盘点")
    assert answer.status_code == 201, answer.text
    return answer.json


def test_a_difference_is_counted_explained_and_booked_by_a_second_person(client, shop, opened):
    assert opened["progress"]["items"] == 1
    far = counted(client, shop, opened, 3).json["progress"]
    assert far == {
        "items": 1,
        "counted": 1,
        "different": 1,
        "unexplained": 1,
        "more": 0,
        "fewer": 2,
    }
    assert explain(client, shop, opened, note="货架后没有").status_code == 201
    booked = book(client, shop, opened).json
    assert booked["status"] == "booked"
    assert shelf(shop) == (3, 3)
    latest = listed(client, shop)[0]
    assert (latest["kind"], latest["shelf"]) == ("counted", -2)
    assert (latest["cause"], latest["reason"]) == ("lost", "货架后没有")
    assert latest["stocktake_id"] == opened["id"]
    assert findings() == []


def test_a_count_that_agrees_books_nothing(client, shop, opened):
    counted(client, shop, opened, 5)
    assert book(client, shop, opened).status_code == 200
    assert shelf(shop) == (5, 5)
    assert [m["kind"] for m in listed(client, shop)] == ["received"]
    assert findings() == []


def test_what_is_held_for_orders_is_counted_as_well(client, shop, held, opened):
    counted(client, shop, opened, 5)
    assert lines(client, shop, opened)[0]["difference"] == 0


def test_goods_that_move_after_the_count_change_no_difference(client, shop, held, opened):
    counted(client, shop, opened, 4)
    collect(client, shop, held["code"])
    post(client, f"/items/{shop.item_id}/receipts", shop.manager, {"quantity": 10})
    spoil(client, shop, 1)
    line = lines(client, shop, opened)[0]
    assert (line["expected"], line["counted"], line["difference"]) == (5, 4, -1)
    explain(client, shop, opened)
    book(client, shop, opened)
    assert shelf(shop) == (11, 11)  # 5 - 2 + 10 - 1, and one was lost
    assert findings() == []


def test_a_mistake_that_was_counted_is_not_corrected_besides(client, shop):
    """Else it would be taken out twice: by the correction, and by the difference booked."""
    receive = f"/items/{shop.item_id}/receipts"
    post(client, receive, shop.manager, {"quantity": 5})
    wrong, *_ = listed(client, shop)
    found = begin(client, shop).json
    counted(client, shop, found, 5)
    explain(client, shop, found, "data_error", "录入两次")
    correct = f"/stock-movements/{wrong['id']}/correction"
    answer = post(client, correct, shop.manager, {"reason": "录入两次"})
    assert (answer.status_code, answer.json["code"]) == (409, "stations.stocktake_under_way")
    post(client, receive, shop.manager, {"quantity": 2})
    later, *_ = listed(client, shop)
    later_correct = f"/stock-movements/{later['id']}/correction"
    assert post(client, later_correct, shop.manager, {"reason": "没有到货"}).status_code == 201
    assert book(client, shop, found).status_code == 200
    assert shelf(shop) == (5, 5)
    answer = post(client, correct, shop.manager, {"reason": "录入两次"})
    assert (answer.status_code, answer.json["code"]) == (409, "stations.counted_since")
    assert answer.json["figures"]["stocktake_id"] == found["id"]
    assert shelf(shop) == (5, 5)
    assert findings() == []


def test_a_stocktake_that_was_given_up_keeps_no_mistake_from_being_corrected(client, shop):
    post(client, f"/items/{shop.item_id}/receipts", shop.manager, {"quantity": 5})
    wrong, *_ = listed(client, shop)
    found = begin(client, shop).json
    counted(client, shop, found, 5)
    given_up = post(
        client, f"/stocktakes/{found['id']}/giving-up", shop.manager, {"reason": "改日再盘"}
    )
    assert given_up.status_code == 200, given_up.text
    correct = f"/stock-movements/{wrong['id']}/correction"
    assert post(client, correct, shop.manager, {"reason": "录入两次"}).status_code == 201
    assert shelf(shop) == (5, 5)


def test_it_is_saved_in_parts_and_an_interrupted_one_stays_open(client, shop):
    with transaction():
        other = factories.item(session().get(Station, shop.station_id), stock=7).id
    found = begin(client, shop).json
    counted(client, shop, found, 5)
    again = client.get(f"{API}/stocktakes/{found['id']}", headers=shop.worker).json
    assert (again["status"], again["progress"]["counted"]) == ("open", 1)
    left = lines(client, shop, found, "uncounted")
    assert [row["item_id"] for row in left] == [str(other)]
    refused(book(client, shop, found), 409, "stations.not_all_counted")
    count(client, shop, found, **{str(other): 7})
    assert lines(client, shop, found, "uncounted") == []
    assert book(client, shop, found).status_code == 200


def test_who_counts_looks_at_the_shelf_and_not_at_the_books(client, shop, opened):
    line = lines(client, shop, opened)[0]
    assert (line["expected"], line["opened_with"]) == (None, None)
    counted(client, shop, opened, 4)
    line = lines(client, shop, opened)[0]
    assert (line["expected"], line["opened_with"]) == (5, 5)


def test_a_recount_holds_and_is_explained_anew(client, shop, opened):
    counted(client, shop, opened, 3)
    explain(client, shop, opened)
    counted(client, shop, opened, 4)
    refused(book(client, shop, opened), 409, "stations.not_all_explained")
    counted(client, shop, opened, 5)
    assert book(client, shop, opened).status_code == 200
    assert shelf(shop) == (5, 5)
    with transaction():
        assert session().query(StocktakeCount).count() == 3


def test_who_counted_or_explained_does_not_book(client, shop, opened):
    counted(client, shop, opened, 3, shop.manager)
    explain(client, shop, opened, who=shop.worker)
    for who in (shop.manager, shop.worker):
        refused(book(client, shop, opened, who), 403, "stations.own_count")
    assert shelf(shop) == (5, 5)


def test_the_books_themselves_refuse_a_booking_by_who_counted(client, shop, opened):
    counted(client, shop, opened, 5)
    with pytest.raises(IntegrityError, match="does not book"), transaction():
        session().execute(
            text(
                "UPDATE stocktakes SET status = 'booked', closed_at = now(), closed_by ="
                " (SELECT counted_by FROM stocktake_counts)"
            )
        )


def test_a_closed_stocktake_takes_no_count_and_never_changes(client, shop, opened):
    counted(client, shop, opened, 4)
    explain(client, shop, opened)
    book(client, shop, opened)
    refused(counted(client, shop, opened, 5), 409, "stations.stocktake_closed")
    refused(explain(client, shop, opened), 409, "stations.stocktake_closed")
    refused(book(client, shop, opened), 409, "stations.stocktake_closed")
    late = (
        "INSERT INTO stocktake_counts (stocktake_id, item_id, counted, expected, counted_by,"
        " counted_at) SELECT stocktake_id, item_id, 1, 1, counted_by, now() FROM stocktake_counts"
    )
    for change in ("UPDATE stocktakes SET note = 'x'", late):
        with pytest.raises(IntegrityError), transaction():
            session().execute(text(change))


def test_a_station_is_counted_once_at_a_time(client, shop, opened):
    answer = refused(begin(client, shop, shop.worker), 409, "stations.stocktake_under_way")
    assert answer["figures"] == {"stocktake_id": opened["id"]}
    gone = post(
        client, f"/stocktakes/{opened['id']}/giving-up", shop.manager, {"reason": "停电，改天再盘"}
    )
    assert (gone.json["status"], gone.json["close_note"]) == ("abandoned", "停电，改天再盘")
    assert begin(client, shop, shop.worker).status_code == 201
    assert shelf(shop) == (5, 5)


def test_fewer_than_are_held_is_refused_until_orders_are_cancelled(client, shop, held, opened):
    counted(client, shop, opened, 1)
    explain(client, shop, opened)
    answer = refused(book(client, shop, opened), 409, "stations.count_below_held")
    assert (answer["figures"]["left"], answer["figures"]["held"]) == (1, 2)
    post(client, f"/redemptions/{held['id']}/cancel", shop.manager)
    assert book(client, shop, opened).status_code == 200
    assert shelf(shop) == (1, 1)
    assert findings() == []


@pytest.mark.parametrize(
    ("number", "cause", "note", "code"),
    [
        (5, "lost", "", "stations.nothing_to_explain"),
        (6, "lost", "", "stations.cause_unfit"),
        (4, "found", "", "stations.cause_unfit"),
        (4, "other", "", "stations.note_missing"),
        (4, "magic", "", "http.unprocessable_entity"),
    ],
)
def test_a_reason_must_fit_the_difference(client, shop, opened, number, cause, note, code):
    counted(client, shop, opened, number)
    assert explain(client, shop, opened, cause, note).json["code"] == code


def test_an_item_that_came_later_is_counted_next_time(client, shop, opened):
    with transaction():
        other = factories.item(session().get(Station, shop.station_id), stock=7).id
    refused(count(client, shop, opened, **{str(other): 7}), 422, "stations.not_in_stocktake")


def test_a_station_without_goods_has_nothing_to_count(client, shop):
    with transaction():
        item = session().get(Item, shop.item_id)
        item.status, item.stock, item.on_shelf = "withdrawn", 0, 0
    refused(begin(client, shop), 409, "stations.nothing_to_count")
    with transaction():
        assert session().query(Stocktake).count() == 0


def test_who_has_no_role_there_sees_and_counts_nothing(client, shop, opened):
    path = f"/stocktakes/{opened['id']}"
    for who in (shop.person, shop.auditor):
        refused(begin(client, shop, who), 403, "people.out_of_scope")
        refused(counted(client, shop, opened, 1, who), 403, "people.out_of_scope")
        refused(book(client, shop, opened, who), 403, "people.out_of_scope")
    for each in ("", "/lines", ".pdf", ".xlsx"):
        answer = client.get(f"{API}{path}{each}", headers=shop.person)
        refused(answer, 403, "people.out_of_scope")
        assert client.get(f"{API}{path}{each}", headers=shop.auditor).status_code == 200
    unknown = client.get(f"{API}/stocktakes/{shop.item_id}", headers=shop.manager)
    refused(unknown, 404, "stations.unknown_stocktake")


def test_the_workbook_is_a_sheet_to_count_on_and_then_the_result(client, shop, opened):
    def cells():
        answer = client.get(
            f"{API}/stocktakes/{opened['id']}.xlsx",
            headers=shop.manager | {"Accept-Language": "en"},
        )
        sheet = load_workbook(io.BytesIO(answer.data)).active
        return [
            [cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)
        ]

    with transaction():
        name = session().get(Item, shop.item_id).name
    assert [name] in cells()
    counted(client, shop, opened, 3)
    explain(client, shop, opened, note="货架后没有")
    book(client, shop, opened)
    row = next(row for row in cells() if row and row[0] == name)
    assert row[1:5] == [5, 3, -2, "lost 货架后没有"]


def test_the_history_tells_all_of_them_the_latest_first(client, shop, opened):
    post(client, f"/stocktakes/{opened['id']}/giving-up", shop.manager, {"reason": "改天"})
    second = begin(client, shop).json
    path = f"{API}/stations/{shop.station_id}/stocktakes?limit=1"
    first = client.get(path, headers=shop.auditor).json
    rest = client.get(f"{path}&cursor={first['next_cursor']}", headers=shop.auditor).json
    assert [row["id"] for row in first["items"] + rest["items"]] == [second["id"], opened["id"]]
