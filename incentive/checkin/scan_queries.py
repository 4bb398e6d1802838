"""The SQL on a scan's way: two calls on the driver itself (`wire`), and no objects in between."""

from collections.abc import Mapping
from typing import Any, Final

from psycopg.rows import namedtuple_row

from incentive.checkin.wire import Driver

# Something was written twice, or has changed since it was looked at (record_scan says so).
RACED: Final = frozenset({"23505", "CI001"})
_FACTS: Final = (
    "SELECT * FROM scan_facts(%(token)s, %(received_at)s, %(nonce)s, %(number)s,"
    " %(shift_number)s, %(shift_id)s, %(roles)s, %(shown_since)s)"
)
_RECORD: Final = (
    "SELECT record_scan(%(nonce)s, %(hash)s, %(actor_id)s, %(rule)s, %(scanned_at)s,"
    " %(received_at)s, %(answer)s, %(outcome)s, %(attendance_id)s, %(shift_id)s, %(person_id)s,"
    " %(at)s, %(proved)s, %(walk_in)s, %(record_id)s, %(day)s, %(minutes)s, %(verified)s,"
    " %(recorder_id)s, %(elsewhere_id)s, %(elsewhere_out)s, %(elsewhere_record_id)s,"
    " %(elsewhere_day)s, %(elsewhere_minutes)s)"
)
NOTHING_CLOSED: Final[Mapping[str, Any]] = dict.fromkeys(
    (
        "record_id",
        "day",
        "minutes",
        "verified",
        "recorder_id",
        "elsewhere_id",
        "elsewhere_out",
        "elsewhere_record_id",
        "elsewhere_day",
        "elsewhere_minutes",
    )
)


def facts(driver: Driver, wanted: Mapping[str, Any]) -> Any:
    """Lock the person and return all that decides the scan; `None`: nobody is signed in."""
    with driver.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(_FACTS, wanted).fetchone()


def record(driver: Driver, scan: Mapping[str, Any]) -> None:
    """Send an accepted scan to be written; what is wrong with it shows at the commit."""
    driver.execute(_RECORD, scan)
