"""What looks wrong at a counter is found once, and cleared by somebody else with a note."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.regions.models import Region
from incentive.stations import jobs
from incentive.stations.discrepancies.models import CounterPolicy, CounterRefusal, Discrepancy
from incentive.stations.models import Redemption
from tests import factories
from tests.stations.conftest import API, change, collect, newcomer, order, post
from tests.stations.test_redemptions import refused


def found(client, shop, who=None, state="open"):
    jobs.find_discrepancies()
    path = f"{API}/stations/{shop.station_id}/discrepancies?state={state}"
    answer = client.get(path, headers=who or shop.auditor)
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def kinds(client, shop):
    return [row["kind"] for row in found(client, shop)]


def clear(client, shop, row, who=None, note="已核实，顾客走错驿站"):
    return post(client, f"/discrepancies/{row['id']}/clearing", who or shop.worker, {"note": note})


def policy(**fields):
    usual = {"handovers": 8, "handover_seconds": 60, "people": 4, "people_seconds": 120}
    with transaction():
        usual |= {"repeat_seconds": 120, "since": clock.now()}
        factories.add(CounterPolicy(**(usual | fields)))


def test_a_counter_in_order_has_no_findings(client, shop, collected):
    assert found(client, shop) == []


def test_a_code_tried_at_another_station_is_kept_although_it_was_refused(client, shop, held):
    with transaction():
        other = factories.station(session().get(Region, shop.region_id))
        other_id = other.id
        clerk = factories.person("己")
        factories.grant(clerk, "station_manager", station=other)
        headers = factories.bearer(clerk)
    path = f"/redemptions/{held['code']}/collect?station_id={other_id}"
    for _ in range(2):
        refused(post(client, path, headers), 409, "stations.other_station")
    with transaction():
        assert session().query(CounterRefusal).count() == 2
    jobs.find_discrepancies()
    (row,) = client.get(f"{API}/stations/{other_id}/discrepancies", headers=headers).json["items"]
    assert (row["kind"], row["redemption_id"]) == ("other_station", held["id"])
    assert row["volunteer_number"] == clerk.volunteer_number


def test_a_used_code_shown_again_later_is_found_and_a_double_tap_is_not(client, shop, held):
    collect(client, shop, held["code"])
    refused(collect(client, shop, held["code"]), 409, "stations.already_collected")
    assert kinds(client, shop) == []
    change(Redemption, held["id"], collected_at=clock.now() - timedelta(minutes=9))
    refused(collect(client, shop, held["code"]), 409, "stations.already_collected")
    assert kinds(client, shop) == ["used_again"]


def test_handing_over_unusually_fast_is_found_by_the_policys_thresholds(client, shop):
    for _ in range(3):
        collect(client, shop, order(client, shop).json["code"])
    assert kinds(client, shop) == []
    policy(handovers=3, handover_seconds=60)
    (row,) = found(client, shop)
    assert (row["kind"], row["facts"]["handovers"]) == ("unusual_speed", 3)


def test_orders_of_many_people_made_and_collected_together_are_found(client, shop):
    for _ in range(4):
        _, headers = newcomer(points=10)
        collect(client, shop, order(client, shop, headers=headers).json["code"])
    (row,) = found(client, shop)
    assert (row["kind"], row["facts"]["people"]) == ("many_people", 4)


def test_stock_that_is_not_what_the_movements_say_is_found(client, shop):
    with transaction():
        session().execute(text("UPDATE items SET stock = stock - 1"))
    (row,) = found(client, shop)
    assert (row["kind"], row["facts"]["stock"], row["facts"]["moved"]) == ("stock_mismatch", 4, 5)


def test_goods_handed_over_without_a_hold_are_found(client, shop):
    with transaction():
        now = clock.now()
        factories.add(
            Redemption(
                station_id=shop.station_id,
                item_id=shop.item_id,
                person_id=shop.person_id,
                quantity=1,
                points=10,
                code="XFORGED",
                status="collected",
                held_at=now,
                expires_at=now,
                collected_at=now,
                collected_by=shop.manager_id,
            )
        )
    assert kinds(client, shop) == ["collected_without_hold"]


def test_goods_that_cost_more_than_their_points_are_worth_are_found_once_a_worth_is_set(
    client, shop
):
    body = {"quantity": 1, "unit_cost_fen": 1001}
    post(client, f"/items/{shop.item_id}/receipts", shop.manager, body)
    assert kinds(client, shop) == []
    policy(fen_per_point=100)
    (row,) = found(client, shop)
    assert (row["kind"], row["facts"]["unit_cost_fen"]) == ("negative_margin", 1001)


def test_looking_twice_finds_once(client, shop):
    with transaction():
        session().execute(text("UPDATE items SET stock = stock - 1"))
    assert len(found(client, shop)) == len(found(client, shop)) == 1
    with transaction():
        assert session().query(Discrepancy).count() == 1


def test_a_finding_is_cleared_once_with_a_note_by_somebody_else(client, shop):
    policy(handovers=2)
    for _ in range(2):
        collect(client, shop, order(client, shop).json["code"])
    (row,) = found(client, shop)
    refused(clear(client, shop, row, shop.manager), 403, "stations.own_finding")
    refused(clear(client, shop, row, shop.auditor), 403, "people.out_of_scope")
    refused(clear(client, shop, row, note=""), 422, "http.unprocessable_entity")
    cleared = clear(client, shop, row)
    assert (cleared.status_code, cleared.json["note"]) == (201, "已核实，顾客走错驿站")
    refused(clear(client, shop, row), 409, "stations.already_cleared")
    assert found(client, shop) == []
    assert len(found(client, shop, state="cleared")) == 1
    refused(clear(client, shop, {"id": 10**9}), 404, "stations.unknown_discrepancy")


def test_auditors_see_all_stations_in_their_scope_and_nobody_else_any(client, shop):
    with transaction():
        session().execute(text("UPDATE items SET stock = stock - 1"))
    found(client, shop)
    rows = client.get(f"{API}/discrepancies", headers=shop.auditor).json["items"]
    assert [row["station_id"] for row in rows] == [str(shop.station_id)]
    for path in ("/discrepancies", f"/stations/{shop.station_id}/discrepancies"):
        refused(client.get(f"{API}{path}", headers=shop.person), 403, "people.out_of_scope")


@pytest.mark.parametrize(
    "table",
    ["counter_refusals", "counter_policies", "discrepancies", "discrepancy_clearings"],
)
def test_what_was_found_and_said_is_only_added_to(shop, table):
    with transaction():
        for privilege in ("UPDATE", "DELETE"):
            known = session().scalar(
                text("SELECT has_table_privilege(:t, :p)"),
                {"t": f"j_default.{table}", "p": privilege},
            )
            assert known is False
