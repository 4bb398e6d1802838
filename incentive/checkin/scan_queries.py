"""The SQL on a scan's way: two calls, and no objects in between."""

from collections.abc import Mapping
from typing import Any, Final

from psycopg import errors as postgres
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError

from incentive.checkin.errors import Raced
from incentive.core.db import session

_CHANGED_MEANWHILE: Final = "CI001"
_FACTS: Final = text(
    "SELECT * FROM scan_facts(:token, :received_at, :nonce, :number, :shift_number, :shift_id,"
    " :roles, :shown_since)"
)
_RECORD: Final = text(
    "SELECT record_scan(:nonce, :hash, :actor_id, :rule, :scanned_at, :received_at,"
    " CAST(:answer AS json), :outcome, :attendance_id, :shift_id, :person_id, :at, :proved,"
    " :walk_in, :record_id, :day, :minutes, :verified, :recorder_id, :elsewhere_id,"
    " :elsewhere_out, :elsewhere_record_id, :elsewhere_day, :elsewhere_minutes)"
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


def facts(wanted: Mapping[str, Any]) -> Row[*tuple[Any, ...]] | None:
    """Lock the person and return all that decides the scan; `None`: nobody is signed in."""
    return session().execute(_FACTS, wanted).one_or_none()


def record(scan: Mapping[str, Any]) -> None:
    """Write an accepted scan.

    Raises:
        Raced: what decided it has changed meanwhile; decide anew.
    """
    try:
        session().execute(_RECORD, scan)
    except DBAPIError as error:
        if (
            isinstance(error.orig, postgres.UniqueViolation)
            or getattr(error.orig, "sqlstate", None) == _CHANGED_MEANWHILE
        ):
            raise Raced from None
        raise
