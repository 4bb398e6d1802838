"""The station's ledger: every point that came to it or went back, to the last row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import IO, Any
from uuid import UUID

from sqlalchemy import Row

from incentive.core.paging import page
from incentive.core.zone import timezone
from incentive.people.caller import Caller
from incentive.stations import exports, ledger_queries, service
from incentive.stations.errors import DaysBackwards


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows: local days (both within), kind of transaction, volunteer number."""

    first_day: date | None = None
    last_day: date | None = None
    kind: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over everything that passes the filter, whatever page is shown."""

    count: int
    points_in: int
    points_out: int
    net: int


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """One page of rows, the latest first, under the sums of the whole filter."""

    totals: Totals
    items: list[Row[*tuple[Any, ...]]]
    next_cursor: str | None


def listing(
    caller: Caller, station_id: UUID, which: Filter, *, cursor: str | None, limit: int
) -> LedgerPage:
    """Return a page of the station's ledger.

    Raises:
        UnknownStation, OutOfScope, DaysBackwards: nothing is shown.
    """
    found = _rows(caller, station_id, which)
    sums = ledger_queries.totals(found)
    shown = page(
        ledger_queries.listed(found),
        ledger_queries.key(found),
        cursor=cursor,
        limit=limit,
        newest_first=True,
        scalars=False,
    )
    points_in, points_out = int(sums.points_in), int(sums.points_out)
    totals = Totals(int(sums.rows), points_in, points_out, points_in - points_out)
    return LedgerPage(totals, list(shown.items), shown.next_cursor)


def write_csv(caller: Caller, station_id: UUID, which: Filter, file: IO[bytes]) -> None:
    """Write all rows, the earliest first, as CSV in UTF-8 with a byte-order mark.

    Raises:
        UnknownStation, OutOfScope, DaysBackwards: nothing is written.
    """
    exports.write_csv(_stream(caller, station_id, which), file, timezone())


def write_xlsx(caller: Caller, station_id: UUID, which: Filter, file: IO[bytes]) -> None:
    """Write all rows, the earliest first, as an Excel workbook.

    Raises:
        UnknownStation, OutOfScope, DaysBackwards: nothing is written.
    """
    exports.write_xlsx(_stream(caller, station_id, which), file, timezone())


def _stream(caller: Caller, station_id: UUID, which: Filter) -> Iterable[Row[*tuple[Any, ...]]]:
    return ledger_queries.stream(_rows(caller, station_id, which))


def _rows(caller: Caller, station_id: UUID, which: Filter) -> Any:
    service.require_at(caller, "station.audit", station_id)
    if which.first_day and which.last_day and which.first_day > which.last_day:
        raise DaysBackwards
    return ledger_queries.rows(
        station_id,
        first_day=which.first_day,
        last_day=which.last_day,
        kind=which.kind,
        person=which.person,
    )
