"""Findings: looked for from time to time, kept once, and cleared by somebody else with a note."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from incentive.core.paging import Page, page
from incentive.people import acts, separation
from incentive.people.caller import Caller
from incentive.stations import service
from incentive.stations.discrepancies import queries
from incentive.stations.discrepancies.errors import AlreadyCleared, OwnFinding, UnknownDiscrepancy
from incentive.stations.discrepancies.models import CounterPolicy, Discrepancy

# As far back as an order can still be refunded, and a few days more.
LOOK_BACK: Final = timedelta(days=35)


def find(at: datetime) -> int:
    """Look at the books until `at` and keep what is new; return how much. Run twice, finds once."""
    values = queries.since_policy(at) | {"since": at - LOOK_BACK}
    return sum(queries.find(kind, values | {"kind": kind}) for kind in queries.KINDS)


def thresholds() -> CounterPolicy:
    """Return what counts as unusual now."""
    return queries.policy()


def of_station(
    caller: Caller,
    station_id: UUID,
    *,
    state: str = "open",
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Return a page of a station's findings, the latest first.

    Raises:
        UnknownStation, OutOfScope: nothing is shown.
    """
    service.require_at(caller, "station.audit", station_id)
    found = queries.discrepancies(station_id=station_id, paths=[], station_ids=[], state=state)
    return _page(found, cursor, limit)


def in_scope(
    caller: Caller, *, state: str = "open", cursor: str | None = None, limit: int = 20
) -> Page:
    """Return a page of the findings at all stations whose books the caller reads.

    Raises:
        OutOfScope: there is none.
    """
    caller.require_somewhere("station.audit")
    found = queries.discrepancies(
        station_id=None,
        paths=caller.regions_for("station.audit"),
        station_ids=caller.stations_for("station.audit"),
        state=state,
    )
    return _page(found, cursor, limit)


def clear(caller: Caller, discrepancy_id: int, at: datetime, note: str) -> Row[*tuple[Any, ...]]:
    """Keep what somebody found out about a finding; it is never cleared twice.

    Raises:
        UnknownDiscrepancy, OutOfScope, OwnFinding, AlreadyCleared: nothing was written.
    """
    found = queries.discrepancy(discrepancy_id)
    if found is None:
        raise UnknownDiscrepancy
    service.require_at(caller, "discrepancy.clear", found.station_id)
    separation.require_another("discrepancy.clear", caller, [found.person_id], OwnFinding)
    row = {
        "discrepancy_id": discrepancy_id,
        "note": note,
        "cleared_by": caller.person_id,
        "cleared_at": at,
    }
    if not queries.clear(row):
        raise AlreadyCleared
    acts.record(
        caller,
        "discrepancy.clear",
        subject=f"station:{found.station_id}",
        after={"discrepancy_id": discrepancy_id, "kind": found.kind},
        reason=note,
    )
    return queries.shown(discrepancy_id, found.station_id)


def _page(found: Any, cursor: str | None, limit: int) -> Page:
    return page(
        found, [Discrepancy.id], cursor=cursor, limit=limit, newest_first=True, scalars=False
    )
