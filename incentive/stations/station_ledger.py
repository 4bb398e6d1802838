"""The station's ledger: every point that came to it or went back, to the last row."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from sqlalchemy import Row

from incentive.core.paging import page
from incentive.core.zone import timezone
from incentive.people.caller import Caller
from incentive.stations import exports, ledger_queries, service
from incentive.stations.errors import DaysBackwards
from incentive.stations.ledger_queries import Filter


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
    _require(caller, station_id, which)
    found, sums = ledger_queries.rows(station_id, which), ledger_queries.totals(station_id, which)
    shown = page(
        ledger_queries.listed(found),
        ledger_queries.key(found),
        cursor=cursor,
        limit=limit,
        newest_first=True,
        scalars=False,
    )
    net = sums.points_in - sums.points_out
    totals = Totals(sums.entries, sums.points_in, sums.points_out, net)
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
    _require(caller, station_id, which)
    return ledger_queries.stream(ledger_queries.all_rows(station_id, which))


def _require(caller: Caller, station_id: UUID, which: Filter) -> None:
    service.require_at(caller, "station.audit", station_id)
    if which.first_day and which.last_day and which.first_day > which.last_day:
        raise DaysBackwards
