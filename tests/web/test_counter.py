"""The counter and the ledger from the books."""

import re

import pytest

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.people.caller import Caller
from incentive.stations import orders
from incentive.stations.models import Redemption
from tests import factories as make


@pytest.fixture
def counter(browsing, place):
    return browsing(place.manager)


@pytest.fixture
def order(place):
    with transaction():
        who = Caller(place.volunteer.id, place.volunteer.volunteer_number, new_id(), ())
        return orders.redeem(who, place.goods.id, 1, clock.now())


@pytest.fixture
def path(place):
    return f"/stations/{place.shop.id}"


def state():
    with transaction():
        return session().query(Redemption.status).scalar()


def test_looking_an_order_up_shows_it_and_hands_nothing_over(counter, order, path, place):
    answer = counter.post(f"{path}/counter", {"code": order.code.lower()})
    assert (answer.status_code, answer.location) == (303, f"{path}/counter")
    answer = counter.get(f"{path}/counter")
    assert f"{place.goods.name} × 1" in answer.text
    assert f"{path}/collect" in answer.text
    assert "钱多多" not in answer.text
    assert state() == "held"


def test_loading_the_counter_again_after_a_look_up_sends_nothing_and_shows_no_order(
    counter, order, path
):
    counter.post(f"{path}/counter", {"code": order.code})
    assert f"{path}/collect" in counter.get(f"{path}/counter").text
    assert f"{path}/collect" not in counter.get(f"{path}/counter").text


def test_an_order_looked_up_at_one_counter_does_not_show_at_another(counter, order, path, place):
    with transaction():
        other = make.station(place.community)
        make.grant(place.manager, "station_manager", station=other)
    counter.post(f"{path}/counter", {"code": order.code})
    assert "/collect" not in counter.get(f"/stations/{other.id}/counter").text


def test_a_code_is_never_in_an_address(counter, order, path):
    counter.post(f"{path}/counter", {"code": order.code})
    page = counter.get(f"{path}/counter").text
    assert f"={order.code}" not in page
    assert f"/{order.code}" not in page


def test_handing_over_twice_by_one_form_is_once_and_no_refusal(counter, order, path):
    fields = {"key": str(new_id()), "code": order.code}
    for _tap in range(2):
        answer = counter.post(f"{path}/collect", fields)
        assert (answer.status_code, answer.location) == (303, f"{path}/counter")
        assert "Handed over:" in counter.get(f"{path}/counter").text
    assert state() == "collected"


def test_a_second_form_for_it_is_refused_loudly(counter, order, path):
    counter.send(f"{path}/collect", code=order.code)
    again = counter.send(f"{path}/collect", code=order.code)
    assert again.status_code == 409
    assert "Do not hand this over" in again.text


@pytest.mark.parametrize(
    ("code", "status"), [("", 422), ("hello", 422), ("X000000000000", 404), ("é" * 700, 422)]
)
def test_what_is_no_order_is_told_at_the_scan(counter, path, code, status):
    answer = counter.post(f"{path}/counter", {"code": code})
    assert answer.status_code in {status, 422}
    assert "alert-danger" in answer.text


def test_a_camera_opens_the_counter_for_those_who_serve_and_nobody_else(
    counter, browsing, order, path, place
):
    assert f"{path}/collect" in counter.get(f"/s/{order.code}").text
    other = browsing(place.volunteer).get(f"/s/{order.code}")
    assert other.status_code == 200
    assert "/collect" not in other.text
    assert state() == "held"


@pytest.mark.parametrize("action", ["cancel", "refund"])
def test_undoing_needs_a_reason_and_says_so_at_the_order(counter, order, path, action):
    if action == "refund":
        counter.send(f"{path}/collect", code=order.code)
    before = state()
    answer = counter.send(f"{path}/redemptions/{order.id}/{action}", code=order.code, reason=" ")
    assert answer.status_code == 422
    assert '<details class="confirm" open>' in answer.text
    assert "-error" in answer.text
    assert state() == before


def test_a_cancelled_order_gives_everything_back(counter, order, path):
    answer = counter.send(
        f"{path}/redemptions/{order.id}/cancel", code=order.code, reason="包装破损"
    )
    assert answer.status_code == 303
    assert state() == "cancelled"


def test_a_refund_leaves_both_entries_in_the_ledger(counter, order, path, place):
    counter.send(f"{path}/collect", code=order.code)
    counter.send(f"{path}/redemptions/{order.id}/refund", reason="坏了", restock="yes")
    assert state() == "refunded"
    today = counter.get(f"{path}/counter").text
    assert re.search(r'Handed over</p>\s*<p class="stat-figure"><span class="figure">0<', today)
    page = counter.get(f"{path}/ledger").text
    assert "handed over" in page
    assert "+20" in page
    assert "−20" in page
    assert place.volunteer.volunteer_number in page


def test_why_an_order_was_refunded_stands_in_the_person_s_statement(
    counter, order, path, browsing, place
):
    counter.send(f"{path}/collect", code=order.code)
    counter.send(f"{path}/redemptions/{order.id}/refund", reason="漏气")
    assert "漏气" in browsing(place.volunteer).get("/me/statement").text


def test_one_s_own_cancellation_is_told_as_such(order, browsing, place):
    volunteer = browsing(place.volunteer)
    assert volunteer.send(f"/redemptions/{order.id}/cancel").status_code == 303
    page = volunteer.get("/me/statement").text
    assert "You cancelled the order" in page
    assert "Reason:" not in page


def test_another_station_s_manager_sees_and_does_nothing(browsing, order, path, place):
    with transaction():
        stranger = make.person()
        make.grant(stranger, "station_manager", station=make.station(place.community))
    browser = browsing(stranger)
    for answer in (
        browser.get(f"{path}/counter"),
        browser.post(f"{path}/counter", {"code": order.code}),
        browser.send(f"{path}/collect", code=order.code),
        browser.send(f"{path}/redemptions/{order.id}/cancel", reason="x"),
        browser.get(f"{path}/ledger"),
    ):
        assert answer.status_code == 403
        assert place.goods.name not in answer.text
    assert state() == "held"


def test_the_ledger_is_filtered_and_what_cannot_be_read_is_told(counter, order, path, place):
    counter.send(f"{path}/collect", code=order.code)
    number = place.volunteer.volunteer_number
    assert (
        "+20" in counter.get(f"{path}/ledger?person={number}&kind=redemption&from=2020-01-01").text
    )
    assert "+20" not in counter.get(f"{path}/ledger?to=2020-01-01").text
    for wrong in ("from=soon", "kind=gift", "from=2026-02-02&to=2026-01-01", "person=" + "1" * 30):
        answer = counter.get(f"{path}/ledger?{wrong}")
        assert answer.status_code == 422, wrong
        assert "-error" in answer.text, wrong
    kept = counter.get(f"{path}/ledger?kind=redemption&person=").text
    assert f"/api/v1{path}/ledger.csv?kind=redemption" in kept


def test_counter_and_ledger_ask_few_questions(counter, order, path, place, queries):
    with queries() as sent:
        counter.post(f"{path}/counter", {"code": order.code})
    assert len(sent) <= 8, sent
    with queries() as sent:
        counter.get(f"{path}/ledger")
    assert len(sent) <= 7, sent


def test_who_audits_a_region_finds_its_stations_and_serves_at_none(browsing, place):
    with transaction():
        auditor = make.person()
        make.grant(auditor, "auditor", at=place.community)
    page = browsing(auditor).get("/counters")
    assert f"/stations/{place.shop.id}/ledger" in page.text
    assert f"/stations/{place.shop.id}/counter" not in page.text
    assert browsing(place.volunteer).get("/counters").status_code == 403
