"""How far an auditor sees: which acts, stations and accounts' owners `people.reach` leaves."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    cast,
    exists,
    false,
    literal,
    or_,
    select,
    true,
    union_all,
)

from incentive.audit.models import AuditEntry
from incentive.core.ids import id_of
from incentive.merchants.models import Merchant, Sponsor
from incentive.people import reach as scopes
from incentive.people.caller import Caller
from incentive.people.models import Person
from incentive.regions import service as regions
from incentive.regions.models import Region
from incentive.stations.models import Station

PERMISSION: Final = "audit.read"
# Whose accounts lie where: the owner's id, and the region that it belongs to.
_OWNERS: Final[dict[str, tuple[Any, Any]]] = {
    "person": (Person.id, Person.home_region_id),
    "merchant": (Merchant.id, Merchant.region_id),
    "sponsor": (Sponsor.id, Sponsor.region_id),
}


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
    return found.where(scopes.within_or_at(Region.path, Station.id, reach.paths, reach.station_ids))


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


def owners_within(reach: Reach) -> Any:
    """Return the names of the accounts' owners in a reach that is not the whole."""
    inside = scopes.within(Region.path, reach.paths)
    parts = [
        select(literal(f"{kind}:") + cast(owner, Text))
        .join(Region, Region.id == place)
        .where(inside)
        for kind, (owner, place) in _OWNERS.items()
    ]
    own = select(literal("region:") + cast(Region.id, Text)).where(inside)
    theirs = stations_within(reach).subquery()
    return union_all(*parts, own, select(literal("station:") + cast(theirs.c.id, Text)))


def owner_within(reach: Reach, owner: Any) -> ColumnElement[bool]:
    """Is one of `owners_within`; looked up for this one owner."""
    inside = scopes.within(Region.path, reach.paths)
    parts = [
        exists(
            select(each).join(Region, Region.id == place).where(each == id_of(owner, kind), inside)
        )
        for kind, (each, place) in _OWNERS.items()
    ]
    shops = stations_within(reach).where(Station.id == id_of(owner, "station"))
    own = select(Region.id).where(Region.id == id_of(owner, "region"), inside)
    return or_(*parts, exists(own), exists(shops))
