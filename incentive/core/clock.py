"""The only place that reads the clock; everything below takes the time as a parameter."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the present instant, with its zone (UTC)."""
    return datetime.now(UTC)


def local_day(at: datetime, timezone: str) -> date:
    """Return the calendar day of the instant `at` in the IANA zone `timezone`."""
    return at.astimezone(ZoneInfo(timezone)).date()


def day_bounds(day: date, timezone: str) -> tuple[datetime, datetime]:
    """Return the first instant of the local `day` and of the day after it."""
    zone = ZoneInfo(timezone)
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    following = day + timedelta(days=1)
    return start, datetime(following.year, following.month, following.day, tzinfo=zone)
