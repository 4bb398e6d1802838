from datetime import UTC, datetime, timedelta
from math import asin, cos, radians, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentive.stations.domain import (
    EARTH_RADIUS_METRES,
    METRES_MAX,
    Moment,
    box_around,
    check_hours,
    is_open,
    why_not_cancel,
    why_not_collect,
    why_not_refund,
)
from incentive.stations.errors import HoursUnusable

ZONE = "Asia/Shanghai"
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # a Sunday
HOURS = {"sun": [["09:00", "12:00"], ["13:00", "24:00"]], "mon": [["00:00", "01:00"]]}


def at(day, clock):
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("day", "clock", "is_so"),
    [
        (22, "08:59", False),
        (22, "09:00", True),
        (22, "11:59", True),
        (22, "12:00", False),
        (22, "23:59", True),
        (23, "00:00", True),
        (23, "01:00", False),
        (24, "10:00", False),
    ],
)
def test_it_is_open_within_its_hours_by_the_local_clock(day, clock, is_so):
    assert is_open(HOURS, at(day, clock), ZONE) is is_so


def test_hours_in_order_and_apart_pass():
    check_hours(HOURS)
    check_hours({})
    check_hours({"tue": []})


@pytest.mark.parametrize(
    "spans",
    [
        [["09:00", "09:00"]],
        [["18:00", "09:00"]],
        [["09:00", "12:00"], ["11:00", "13:00"]],
        [["09:00", "12:00"], ["12:00", "13:00"]],
        [["13:00", "14:00"], ["09:00", "10:00"]],
        [["9:00", "12:00"]],
        [["09:60", "12:00"]],
        [["09:00", "24:01"]],
        [["09:00", "12:00\n"]],
        [["09:00"]],
        [["01:00", "02:00"]] * 5,
    ],
)
def test_hours_that_cannot_be_are_refused_by_day(spans):
    with pytest.raises(HoursUnusable) as refused:
        check_hours({"mon": [["09:00", "10:00"]], "wed": spans})
    assert refused.value.figures == {"day": "wed"}


def test_a_day_that_is_none_is_refused():
    with pytest.raises(HoursUnusable):
        check_hours({"someday": []})


def metres(a, b):
    rise, run = radians(b[0] - a[0]) / 2, radians(b[1] - a[1]) / 2
    chord = sin(rise) ** 2 + cos(radians(a[0])) * cos(radians(b[0])) * sin(run) ** 2
    return 2 * EARTH_RADIUS_METRES * asin(min(1, sqrt(chord)))


@given(
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.tuples(st.floats(-3, 3), st.floats(-180, 180)),
    st.integers(1, METRES_MAX),
)
def test_the_box_holds_every_place_within_the_distance(here, step, far):
    there = (max(-90, min(90, here[0] + step[0])), (here[1] + step[1] + 180) % 360 - 180)
    box = box_around(*here, far)
    if metres(here, there) <= far * (1 - 1e-9):
        assert box.latitudes[0] <= there[0] <= box.latitudes[1]
        assert box.longitudes is None or box.longitudes[0] <= there[1] <= box.longitudes[1]


def test_the_box_is_not_much_larger_than_the_circle():
    box = box_around(25.04, 102.71, 1000)
    assert metres((25.04, 102.71), (25.04, box.longitudes[1])) == pytest.approx(1000, rel=0.01)


def moment(status, collected_at=None):
    return Moment(status, NOON + timedelta(hours=1), collected_at)


def code_of(refusal):
    return refusal and refusal.code.removeprefix("stations.")


@pytest.mark.parametrize(
    ("status", "collect", "cancel", "refund"),
    [
        ("held", None, None, "not_collected"),
        ("collected", "already_collected", "already_collected", None),
        ("cancelled", "redemption_cancelled", "redemption_cancelled", "not_collected"),
        ("lapsed", "redemption_lapsed", "redemption_lapsed", "not_collected"),
        ("refunded", "redemption_refunded", "redemption_refunded", "redemption_refunded"),
    ],
)
def test_what_may_become_of_an_order_depends_on_its_state(status, collect, cancel, refund):
    order = moment(status, NOON if status in {"collected", "refunded"} else None)
    assert code_of(why_not_collect(order, NOON, ZONE)) == collect
    assert code_of(why_not_cancel(order, NOON, ZONE)) == cancel
    assert code_of(why_not_refund(order, NOON)) == refund


def test_an_order_can_be_collected_until_the_very_instant_it_lapses():
    order = moment("held")
    assert why_not_collect(order, order.expires_at - timedelta(microseconds=1), ZONE) is None
    assert code_of(why_not_collect(order, order.expires_at, ZONE)) == "redemption_lapsed"
    assert why_not_cancel(order, order.expires_at, ZONE) is None


def test_the_refusal_of_a_used_code_tells_the_local_time():
    refusal = why_not_collect(moment("collected", NOON), NOON, ZONE)
    assert "2026-11-22 12:00" in str(refusal)
