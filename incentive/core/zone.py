"""The jurisdiction's own days."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask import current_app

from incentive.config import Settings
from incentive.core import clock


def timezone() -> str:
    """Return the IANA name of the zone in which days, weeks and months are counted."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.timezone


def day_of(at: datetime) -> date:
    """Return the local day of the instant `at`."""
    return clock.local_day(at, timezone())


def start_of(day: date) -> datetime:
    """Return the instant at which the local `day` begins."""
    return datetime.combine(day, time(), ZoneInfo(timezone()))


def today() -> date:
    """Return the local day of now."""
    return day_of(clock.now())
