"""Times of a scan against its shift, its reception and the scan before it.

All moments are aware. The limits stand in `verdicts.json`, which a scanner without
network shares.
"""

from datetime import datetime, timedelta

from incentive.checkin.facts import Clock, Gap, Timing
from incentive.checkin.verdict import LIMITS

EARLY = timedelta(minutes=LIMITS["early_minutes"])
GRACE = timedelta(minutes=LIMITS["grace_minutes"])
ACCIDENTAL = timedelta(seconds=LIMITS["accidental_seconds"])
AHEAD_MAX = timedelta(seconds=LIMITS["clock_ahead_seconds"])
ONLINE_MAX = timedelta(seconds=LIMITS["online_seconds"])
UPLOAD_MAX = timedelta(hours=LIMITS["upload_hours"])


def timing(at: datetime, starts_at: datetime, ends_at: datetime) -> Timing:
    """Return where `at` lies; the shift's two ends belong to it."""
    if at < starts_at - EARLY:
        return Timing.BEFORE
    if at < starts_at:
        return Timing.EARLY
    if at <= ends_at:
        return Timing.DURING
    return Timing.LATE_GRACE if at <= ends_at + GRACE else Timing.AFTER


def clock(device_at: datetime | None, received_at: datetime) -> Clock:
    """Return how the device's time lies to the server's; a device without a clock is `ok`."""
    if device_at is None:
        return Clock.OK
    delay = received_at - device_at
    if delay < -AHEAD_MAX:
        return Clock.AHEAD
    if delay <= ONLINE_MAX:
        return Clock.OK
    return Clock.OFFLINE if delay <= UPLOAD_MAX else Clock.STALE


def scan_time(device_at: datetime | None, received_at: datetime) -> datetime:
    """Return the time that counts: the device's, unless it lies after the reception.

    No scan was made after it was received, so a clock that is ahead gives way.
    """
    return received_at if device_at is None else min(device_at, received_at)


def gap(last_at: datetime | None, at: datetime) -> Gap:
    """Return how `at` lies to the attendance's last scan.

    That is its check-out or, while it is open or closed by the system, its check-in.
    """
    if last_at is None:
        return Gap.OK
    if abs(at - last_at) <= ACCIDENTAL:
        return Gap.ACCIDENTAL
    return Gap.EARLIER if at < last_at else Gap.OK


def minutes(
    check_in_at: datetime, check_out_at: datetime, starts_at: datetime, ends_at: datetime
) -> int:
    """Return the whole minutes of the attendance within the shift, never below 0.

    What lies before or after the shift is travel, which is no service (民函〔2012〕340号).
    """
    served = min(check_out_at, ends_at) - max(check_in_at, starts_at)
    return max(served // timedelta(minutes=1), 0)
