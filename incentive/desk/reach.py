"""How far an auditor sees: the one place in which a scope becomes a condition on rows."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, false, literal, or_, select, true

from incentive.audit.models import AuditEntry
from incentive.people.caller import Caller
from incentive.regions import service as regions
from incentive.regions.models import Region
from incentive.stations.models import Station

PERMISSION: Final = "audit.read"


@dataclass(frozen=True, slots=True)
class Reach:
    """Subtrees of regions and single stations; `whole` is the jurisdiction with all that is nobody's."""

    whole: bool
    paths: tuple[str, ...] = ()
    station_ids: tuple[UUID, ...] = ()


def reach_of(caller: Caller) -> Reach:
    """Return how far the caller sees.

    Raises:
        OutOfScope: nowhere.
    """
    caller.require_somewhere(PERMISSION)
    paths = tuple(caller.regions_for(PERMISSION))
    return Reach(regions.cover_all(paths), paths, tuple(caller.stations_for(PERMISSION)))


def stations_within(reach: Reach) -> Select[*tuple[Any, ...]]:
    """Return the ids of the stations in reach."""
    found = select(Station.id).join(Region, Region.id == Station.region_id)
    if reach.whole:
        return found
    return found.where(
        or_(regions.inside(Region.path, reach.paths), Station.id.in_(reach.station_ids))
    )


def acts_within(reach: Reach) -> ColumnElement[bool]:
    """Was done in reach: in a region of it, or at a station of it."""
    if reach.whole:
        return true()
    place = AuditEntry.place
    below: list[Any] = [
        or_(place == f"region:{path}", place.startswith(f"region:{path}.", autoescape=True))
        for path in reach.paths
    ]
    theirs = stations_within(reach).subquery()
    at = select(literal("station:") + cast(theirs.c.id, Text))
    return or_(false(), *below, place.in_(at))
