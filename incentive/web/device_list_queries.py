"""All scanners and counters of a reader's regions and stations: reads only, in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from incentive.activities.models import Activity, Shift
from incentive.people import reach
from incentive.people.models import Person, SignIn
from incentive.regions.models import Region
from incentive.stations.models import Station

SCANNER: Final = "scanner"
COUNTER: Final = "counter"
_At = aliased(Region)


@dataclass(frozen=True, slots=True)
class DeviceFilter:
    """Which devices: `path` is a region's, `name` the beginning of what the device is called."""

    kind: str | None = None
    path: str | None = None
    name: str | None = None
    paired_by: UUID | None = None


def listed(
    which: DeviceFilter,
    *,
    shifts_in: Sequence[str],
    counters_in: Sequence[str],
    counters_at: Sequence[UUID],
    at: datetime,
) -> Select[*tuple[Any, ...]]:
    """Return SignIn, who paired it, and its place, of the devices that are paired now in reach."""
    scanning = reach.within(Region.path, shifts_in)
    serving = reach.within_or_at(_At.path, Station.id, counters_in, counters_at)
    found = (
        select(
            SignIn,
            Person.volunteer_number.label("paired_by"),
            Activity.title.label("activity"),
            Shift.title.label("shift"),
            Shift.starts_at,
            Shift.ends_at,
            Station.name.label("station"),
            func.coalesce(_At.name, Region.name).label("region"),
        )
        .join(Person, Person.id == SignIn.person_id)
        .outerjoin(Shift, Shift.id == SignIn.shift_id)
        .outerjoin(Activity, Activity.id == Shift.activity_id)
        .outerjoin(Region, Region.id == Activity.region_id)
        .outerjoin(Station, Station.id == SignIn.station_id)
        .outerjoin(_At, _At.id == Station.region_id)
        .where(
            SignIn.kind == "device",
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > at,
            or_(
                and_(SignIn.shift_id.is_not(None), scanning),
                and_(SignIn.station_id.is_not(None), serving),
            ),
        )
    )
    if which.kind is not None:
        place = SignIn.shift_id if which.kind == SCANNER else SignIn.station_id
        found = found.where(place.is_not(None))
    if which.path is not None:
        found = found.where(
            or_(reach.within(Region.path, [which.path]), reach.within(_At.path, [which.path]))
        )
    if which.name is not None:
        found = found.where(SignIn.name.startswith(which.name, autoescape=True))
    if which.paired_by is not None:
        found = found.where(SignIn.person_id == which.paired_by)
    return found
