from datetime import timedelta

import pytest

from incentive.core.codes import new_redemption_code
from incentive.core.db import transaction
from incentive.people.caller import Caller, Grant
from incentive.people.errors import OutOfScope
from incentive.stations import counter
from incentive.stations.models import Redemption
from tests import factories
from tests.stations.conftest import (
    API,
    change,
    collect,
    findings,
    give,
    income_of,
    newcomer,
    order,
    points_of,
    post,
)
from tests.stations.test_redemptions import refused


def test_the_counter_hands_over_and_the_points_become_the_stations(client, shop, held):
    answer = collect(client, shop, held["code"])
    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["code"]) == ("collected", None)
    assert answer.json["collected_at"]
    assert income_of(shop.station_id) == 20
    assert (points_of(shop.person_id), points_of(shop.person_id, "held")) == (80, 0)
    assert findings() == []


@pytest.mark.parametrize(
    "write",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", "%20"),
        lambda code: f"https:%2F%2Fpoints.example%2Fs%2F{code.replace('-', '')}",
        lambda code: f"http://points.example/s/{code.replace('-', '')}",
    ],
)
def test_a_code_is_taken_however_it_was_scanned_or_typed(client, shop, held, write):
    assert collect(client, shop, write(held["code"])).status_code == 200


def test_a_retry_with_its_key_is_answered_alike(client, shop, held):
    first = collect(client, shop, held["code"], key="one-handing-over")
    again = collect(client, shop, held["code"], key="one-handing-over")
    assert (again.status_code, again.json) == (200, first.json)
    assert again.headers["Idempotent-Replay"] == "true"
    assert income_of(shop.station_id) == 20


def test_a_used_code_is_refused_with_when_it_was_used(client, shop, held, collected):
    problem = refused(collect(client, shop, held["code"]), 409, "stations.already_collected")
    assert problem["figures"]["collected_at"]
    assert income_of(shop.station_id) == 20


def test_a_code_that_nobody_has_is_unknown(client, shop):
    answer = collect(client, shop, new_redemption_code().text)
    refused(answer, 404, "stations.unknown_code")


@pytest.mark.parametrize("code", ["X", "hello", "X7K3-M9QX-D2A", "一二三", "%00", "X" * 600])
def test_a_garbled_code_is_refused(client, shop, code):
    refused(collect(client, shop, code), 422, "stations.code_garbled")


def test_a_wrong_letter_is_found_by_the_check_letter(client, shop, held):
    last = "0" if held["code"][-1] != "0" else "1"
    answer = collect(client, shop, held["code"][:-1] + last)
    refused(answer, 422, "stations.code_garbled")


def test_a_shifts_code_is_no_orders_code(client, shop):
    refused(collect(client, shop, "R0" + "0" * 12), 422, "stations.code_of_another_kind")


def test_who_serves_nowhere_does_not_learn_whether_a_code_exists(client, shop, held):
    _, other = newcomer()
    for code in (held["code"], new_redemption_code().text):
        refused(collect(client, shop, code, headers=other), 403, "people.out_of_scope")
    for headers in (shop.auditor, shop.worker):
        refused(collect(client, shop, held["code"], headers), 403, "people.out_of_scope")


@pytest.fixture
def next_door(shop):
    """The manager of another station: (station id, headers)."""
    with transaction():
        place = factories.region("530102001002")
        other = factories.station(place)
        manager = factories.person()
        factories.grant(manager, "station_manager", station=other)
        return other.id, factories.bearer(manager)


def test_another_stations_code_is_sent_there(client, shop, held, next_door):
    answer = collect(client, shop, held["code"], headers=next_door[1])
    problem = refused(answer, 409, "stations.other_station")
    assert problem["figures"]["station"] == held["station"]["name"]
    assert shop.status(held["id"]) == "held"


def test_who_serves_two_stations_is_told_at_which_the_order_lies(client, shop, held, next_door):
    path = f"/redemptions/{held['code']}/collect?station_id="
    refused(post(client, f"{path}{next_door[0]}", shop.manager), 409, "stations.other_station")
    assert post(client, f"{path}{shop.station_id}", shop.manager).status_code == 200


def test_the_administrator_of_the_region_serves_too(client, shop, held):
    with transaction():
        boss = factories.person()
        factories.grant(boss, "administrator", at=factories.province())
        headers = factories.bearer(boss)
    assert collect(client, shop, held["code"], headers=headers).status_code == 200


def test_nobody_hands_over_to_themselves(client, shop):
    with transaction():
        give(shop.manager_id, 10)
    own = order(client, shop, headers=shop.manager).json
    refused(collect(client, shop, own["code"]), 403, "stations.own_redemption")
    assert shop.status(own["id"]) == "held"


def test_a_lapsed_code_is_gone_even_before_the_points_went_back(client, shop, held, now):
    change(Redemption, held["id"], expires_at=now - timedelta(seconds=1))
    refused(collect(client, shop, held["code"]), 410, "stations.redemption_lapsed")
    assert shop.status(held["id"]) == "held"


def test_a_cancelled_code_is_gone(client, shop, held):
    post(client, f"/redemptions/{held['id']}/cancel", shop.person)
    refused(collect(client, shop, held["code"]), 410, "stations.redemption_cancelled")


def test_the_counter_cancels_an_order(client, shop, held):
    answer = post(client, f"/redemptions/{held['id']}/cancel", shop.manager)
    assert (answer.json["status"], answer.json["code"]) == ("cancelled", None)
    assert points_of(shop.person_id) == 100


def test_what_was_handed_over_cannot_be_cancelled(client, shop, held, collected):
    answer = post(client, f"/redemptions/{held['id']}/cancel", shop.person)
    refused(answer, 409, "stations.already_collected")


def test_the_counter_lists_its_orders_without_codes(client, shop, held):
    path = f"{API}/stations/{shop.station_id}/redemptions"
    (seen,) = client.get(path, headers=shop.manager).json["items"]
    assert (seen["id"], seen["code"]) == (held["id"], None)
    assert client.get(f"{path}?status=collected", headers=shop.manager).json["items"] == []
    found = client.get(f"{path}?code={held['code']}", headers=shop.manager).json["items"]
    assert [each["id"] for each in found] == [held["id"]]
    refused(client.get(f"{path}?code=xx", headers=shop.manager), 422, "stations.code_garbled")
    refused(client.get(path, headers=shop.person), 403, "people.out_of_scope")


def test_a_code_is_looked_up_without_changing_anything(tx, shop_caller, now):
    caller, code = shop_caller
    found = counter.look_up(caller, code, now)
    assert (found.order.status, found.why_not) == ("held", None)
    late = counter.look_up(caller, code, now + timedelta(hours=73))
    assert late.why_not.code == "stations.redemption_lapsed"


def test_the_counter_sees_the_day_and_the_shelf(client, shop, held, now):
    order(client, shop, 1)
    collect(client, shop, held["code"])
    grants = (Grant("station_manager", None, shop.station_id),)
    manager = Caller(shop.manager_id, "x", shop.manager_id, grants)
    with transaction():
        assert counter.today(manager, shop.station_id, now) == (1, 20)
        assert counter.today(manager, shop.station_id, now + timedelta(days=1)) == (0, 0)
        (row,) = counter.shelf(manager, shop.station_id)
        assert (row.item.id, row.item.stock, row.held) == (shop.item_id, 2, 1)
        nobody = Caller(shop.person_id, "x", shop.person_id, ())
        with pytest.raises(OutOfScope):
            counter.shelf(nobody, shop.station_id)


@pytest.fixture
def shop_caller(tx, now):
    place = factories.region()
    station = factories.station(place)
    goods = factories.item(station)
    holder = factories.person()
    give(holder.id, 10)
    made = factories.add(
        Redemption(
            station_id=station.id,
            item_id=goods.id,
            person_id=holder.id,
            quantity=1,
            points=10,
            code=new_redemption_code().text,
            status="held",
            held_at=now,
            expires_at=now + timedelta(hours=72),
        )
    )
    grants = (Grant("station_manager", None, station.id),)
    return Caller(factories.person().id, "x", factories.person().id, grants), made.code


def refund(client, shop, held, headers=None, *, restock=True, reason="包装破损"):
    body = {"reason": reason, "restock": restock}
    return post(client, f"/redemptions/{held['id']}/refund", headers or shop.manager, body)


def test_a_refund_gives_points_and_goods_back_and_leaves_both_entries(
    client, shop, held, collected
):
    answer = refund(client, shop, held)
    assert (answer.status_code, answer.json["status"]) == (200, "refunded")
    assert answer.json["reason"] == "包装破损"
    assert (income_of(shop.station_id), points_of(shop.person_id), shop.stock()) == (0, 100, 5)
    assert findings() == []
    refused(refund(client, shop, held), 410, "stations.redemption_refunded")
    refused(collect(client, shop, held["code"]), 410, "stations.redemption_refunded")


def test_broken_goods_do_not_go_back_on_the_shelf(client, shop, held, collected):
    assert refund(client, shop, held, restock=False).status_code == 200
    assert (points_of(shop.person_id), shop.stock()) == (100, 3)
    assert findings() == []


def test_what_was_not_handed_over_cannot_be_refunded(client, shop, held):
    refused(refund(client, shop, held), 409, "stations.not_collected")


def test_a_refund_after_30_days_is_refused(client, shop, held, collected, now):
    change(Redemption, held["id"], collected_at=now - timedelta(days=30, minutes=1))
    problem = refused(refund(client, shop, held), 409, "stations.refund_too_late")
    assert problem["figures"] == {"days": 30}


def test_only_the_counter_refunds_and_never_to_itself(client, shop, held, collected):
    refused(refund(client, shop, held, shop.person), 403, "people.out_of_scope")
    change(Redemption, held["id"], person_id=shop.manager_id)
    refused(refund(client, shop, held), 403, "stations.own_redemption")


def test_a_refund_needs_a_reason(client, shop, held, collected):
    for reason in ("", "   ", "坏\n了"):
        answer = refund(client, shop, held, reason=reason)
        problem = refused(answer, 422, "http.unprocessable_entity")
        assert problem["field"] == "reason"
