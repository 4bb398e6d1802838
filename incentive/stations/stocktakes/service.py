"""Stocktakes: opened, counted in parts while the counter goes on, explained, booked by a second person.

A count is kept beside what the books said at that moment, so goods that move afterwards
change both alike and the difference stays what it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.core.zone import day_of
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.stations import queries as stations
from incentive.stations import service
from incentive.stations.models import Item
from incentive.stations.stocktakes import queries
from incentive.stations.stocktakes.domain import Progress, why_not_book, why_not_explain
from incentive.stations.stocktakes.errors import (
    CountBelowHeld,
    NothingToCount,
    NothingToExplain,
    NotInStocktake,
    StocktakeClosed,
    StocktakeUnderWay,
    UnknownStocktake,
)
from incentive.stations.stocktakes.models import Stocktake

Line = Row[*tuple[Any, ...]]
_NONE = Progress(0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class StocktakeView:
    """A stocktake as its station's people see it, with how far it is."""

    id: UUID
    station_id: UUID
    status: str
    note: str
    opened_by: str
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    close_note: str
    progress: Progress


def begin(caller: Caller, station_id: UUID, at: datetime, note: str = "") -> StocktakeView:
    """Open a stocktake of everything that the station offers or still has.

    Raises:
        UnknownStation, OutOfScope, StocktakeUnderWay, NothingToCount: nothing was written.
    """
    service.require_at(caller, "station.count", station_id)
    stocktake_id = new_id()
    row = {
        "id": stocktake_id,
        "station_id": station_id,
        "note": note,
        "opened_by": caller.person_id,
        "opened_at": at,
    }
    if not queries.add(row):
        raise StocktakeUnderWay(queries.open_stocktake(station_id) or stocktake_id)
    lines = queries.add_lines(stocktake_id, station_id)
    if not lines:
        raise NothingToCount
    acts.record(
        caller, "stocktake.begin", subject=f"stocktake:{stocktake_id}", after={"items": lines}
    )
    return _now(stocktake_id)


def under_way(station_id: UUID) -> UUID | None:
    """Return the stocktake that is open at the station, if one is."""
    return queries.open_stocktake(station_id)


def get(caller: Caller, stocktake_id: UUID) -> StocktakeView:
    """Return a stocktake.

    Raises:
        UnknownStocktake, OutOfScope: nothing is shown.
    """
    return _whole(_seen(caller, stocktake_id))


def history(
    caller: Caller, station_id: UUID, *, cursor: str | None = None, limit: int = 20
) -> Page:
    """Return a page of a station's stocktakes, the latest first.

    Raises:
        UnknownStation, OutOfScope: nothing is shown.
    """
    service.require_at(caller, "station.goods", station_id)
    found = queries.stocktakes().where(Stocktake.station_id == station_id)
    rows = page(found, [Stocktake.id], cursor=cursor, limit=limit, newest_first=True, scalars=False)
    far = queries.progress([row[0].id for row in rows.items])
    views = [_view(row, far.get(row[0].id, _NONE)) for row in rows.items]
    return Page(views, rows.next_cursor)


def lines(
    caller: Caller,
    stocktake_id: UUID,
    *,
    show: str = "all",
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Return a page of what is counted, by item: `show` all, uncounted or different ones.

    Raises:
        UnknownStocktake, OutOfScope: nothing is shown.
    """
    _seen(caller, stocktake_id)
    found = queries.lines(stocktake_id, show)
    return page(found, [Item.name, Item.id], cursor=cursor, limit=limit, scalars=False)


def took_part(caller: Caller, stocktake_id: UUID) -> bool:
    """Say whether the caller counted or explained, and so may not book."""
    return queries.took_part(stocktake_id, caller.person_id)


def count(
    caller: Caller, stocktake_id: UUID, counts: Mapping[UUID, int], at: datetime
) -> StocktakeView:
    """Keep what was found of some items, pieces held for orders included; again is a recount.

    Raises:
        UnknownStocktake, OutOfScope, StocktakeClosed, NotInStocktake: nothing was written.
    """
    _open(caller, "station.count", stocktake_id, alone=False)
    if queries.items_within(stocktake_id, list(counts)) != counts.keys():
        raise NotInStocktake
    # Nothing of these may move between the books' figure and the count beside it.
    stations.lock_items(sorted(counts))
    queries.add_counts(stocktake_id, counts, caller.person_id, at)
    return _now(stocktake_id)


def explain(
    caller: Caller, stocktake_id: UUID, item_id: UUID, cause: str, note: str, at: datetime
) -> StocktakeView:
    """Say why the count of an item differs from the books; a recount is to be explained anew.

    Raises:
        UnknownStocktake, OutOfScope, StocktakeClosed, NothingToExplain, CauseUnfit,
        NoteMissing: nothing was written.
    """
    _open(caller, "station.count", stocktake_id, alone=False)
    counted = queries.latest_count(stocktake_id, item_id)
    if counted is None or not counted.difference:
        raise NothingToExplain
    if (refusal := why_not_explain(cause, note, counted.difference)) is not None:
        raise refusal
    queries.explain(
        {
            "count_id": counted.id,
            "cause": cause,
            "note": note,
            "explained_by": caller.person_id,
            "explained_at": at,
        }
    )
    return _now(stocktake_id)


def book(caller: Caller, stocktake_id: UUID, at: datetime) -> StocktakeView:
    """Bring the books to what was counted: each difference is a movement that names the stocktake.

    Raises:
        UnknownStocktake, OutOfScope, StocktakeClosed, OwnCount, NotAllCounted,
        NotAllExplained, CountBelowHeld: nothing was written.
    """
    row = _open(caller, "station.confirm_count", stocktake_id, alone=True)
    far = queries.progress([stocktake_id])[stocktake_id]
    took = queries.took_part(stocktake_id, caller.person_id)
    if (refusal := why_not_book(row.status, far, took_part=took)) is not None:
        raise refusal
    stations.lock_items(queries.item_ids(stocktake_id))
    if (short := queries.below_held(stocktake_id)) is not None:
        raise CountBelowHeld(short.name, short.left, short.held)
    queries.book(stocktake_id, caller.person_id, at, day_of(at))
    queries.close(row, status="booked", closed_by=caller.person_id, closed_at=at)
    acts.record(
        caller,
        "stocktake.book",
        subject=f"stocktake:{stocktake_id}",
        before={"status": "open"},
        after={
            "status": "booked",
            "different": far.different,
            "more": far.more,
            "fewer": far.fewer,
        },
    )
    return _now(stocktake_id)


def give_up(caller: Caller, stocktake_id: UUID, at: datetime, reason: str) -> StocktakeView:
    """Close a stocktake without booking anything; what was counted stays to be read.

    Raises:
        UnknownStocktake, OutOfScope, StocktakeClosed: nothing was written.
    """
    row = _open(caller, "station.count", stocktake_id, alone=True)
    queries.close(
        row, status="abandoned", closed_by=caller.person_id, closed_at=at, close_note=reason
    )
    acts.record(
        caller,
        "stocktake.give_up",
        subject=f"stocktake:{stocktake_id}",
        before={"status": "open"},
        after={"status": "abandoned"},
        reason=reason,
    )
    return _now(stocktake_id)


def _open(caller: Caller, permission: str, stocktake_id: UUID, *, alone: bool) -> Stocktake:
    row = queries.lock(stocktake_id, alone=alone)
    if row is None:
        raise UnknownStocktake
    service.require_at(caller, permission, row.station_id)
    if row.status != "open":
        raise StocktakeClosed(row.status)
    return row


def _seen(caller: Caller, stocktake_id: UUID) -> Row[*tuple[Any, ...]]:
    row = _row(stocktake_id)
    service.require_at(caller, "station.goods", row[0].station_id)
    return row


def _now(stocktake_id: UUID) -> StocktakeView:
    """Return what a stocktake has become, to who was allowed to bring it there."""
    return _whole(_row(stocktake_id))


def _row(stocktake_id: UUID) -> Row[*tuple[Any, ...]]:
    row = queries.stocktake(stocktake_id)
    if row is None:
        raise UnknownStocktake
    return row


def _whole(row: Row[*tuple[Any, ...]]) -> StocktakeView:
    stocktake_id = row[0].id
    return _view(row, queries.progress([stocktake_id]).get(stocktake_id, _NONE))


def _view(row: Row[*tuple[Any, ...]], progress: Progress) -> StocktakeView:
    stocktake: Stocktake = row[0]
    return StocktakeView(
        id=stocktake.id,
        station_id=stocktake.station_id,
        status=stocktake.status,
        note=stocktake.note,
        opened_by=row.opener,
        opened_at=stocktake.opened_at,
        closed_by=row.closer,
        closed_at=stocktake.closed_at,
        close_note=stocktake.close_note,
        progress=progress,
    )
