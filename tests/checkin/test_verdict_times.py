from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentive.checkin import times

NINE = datetime(2026, 9, 23, 9, tzinfo=UTC)
ELEVEN = NINE + timedelta(hours=2)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "where"),
    [
        (NINE - 30 * MINUTE - SECOND, "before"),
        (NINE - 30 * MINUTE, "early"),
        (NINE - SECOND, "early"),
        (NINE, "during"),
        (ELEVEN, "during"),
        (ELEVEN + SECOND, "late_grace"),
        (ELEVEN + 30 * MINUTE, "late_grace"),
        (ELEVEN + 30 * MINUTE + SECOND, "after"),
    ],
)
def test_a_scan_lies_somewhere_to_its_shift(at, where):
    assert times.timing(at, NINE, ELEVEN) == where


@pytest.mark.parametrize(
    ("delay", "clock"),
    [
        (-121 * SECOND, "ahead"),
        (-120 * SECOND, "ok"),
        (0 * SECOND, "ok"),
        (5 * MINUTE, "ok"),
        (5 * MINUTE + SECOND, "offline"),
        (72 * HOUR, "offline"),
        (72 * HOUR + SECOND, "stale"),
    ],
)
def test_a_devices_clock_lies_somewhere_to_the_servers(delay, clock):
    assert times.clock(NINE - delay, NINE) == clock


def test_a_device_without_a_clock_has_the_servers():
    assert times.clock(None, NINE) == "ok"
    assert times.scan_time(None, NINE) == NINE


def test_no_scan_was_made_after_it_was_received():
    assert times.scan_time(NINE - HOUR, NINE) == NINE - HOUR
    assert times.scan_time(NINE + SECOND, NINE) == NINE
    assert times.scan_time(NINE + HOUR, NINE) == NINE


@pytest.mark.parametrize(
    ("at", "gap"),
    [
        (NINE - 61 * SECOND, "earlier"),
        (NINE - 60 * SECOND, "accidental"),
        (NINE, "accidental"),
        (NINE + 60 * SECOND, "accidental"),
        (NINE + 61 * SECOND, "ok"),
    ],
)
def test_two_scans_within_a_minute_are_an_accident(at, gap):
    assert times.gap(NINE, at) == gap


def test_a_first_scan_follows_none():
    assert times.gap(None, NINE) == "ok"


@pytest.mark.parametrize(
    ("check_in_at", "check_out_at", "minutes"),
    [
        (NINE, ELEVEN, 120),
        (NINE - 20 * MINUTE, ELEVEN + 20 * MINUTE, 120),  # travel doesn't count
        (NINE + 10 * MINUTE, NINE + 40 * MINUTE + 59 * SECOND, 30),
        (NINE, NINE + 59 * SECOND, 0),
        (NINE - 20 * MINUTE, NINE - 10 * MINUTE, 0),
        (ELEVEN + MINUTE, ELEVEN + HOUR, 0),
        (ELEVEN, NINE, 0),
    ],
)
def test_minutes_are_those_within_the_shift(check_in_at, check_out_at, minutes):
    assert times.minutes(check_in_at, check_out_at, NINE, ELEVEN) == minutes


offsets = st.integers(-300, 300).map(lambda count: count * MINUTE)


@given(offsets, offsets)
def test_minutes_are_never_negative_and_never_more_than_the_shift(before, after):
    assert 0 <= times.minutes(NINE + before, NINE + after, NINE, ELEVEN) <= 120
