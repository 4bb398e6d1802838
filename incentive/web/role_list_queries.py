"""Who holds what where, for the pages: reads only, each in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, true
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.people import reach
from incentive.people.domain import SELF_ROLES
from incentive.people.models import Person, RoleGrant
from incentive.regions.models import Region
from incentive.stations.models import Station

IN_FORCE: Final = "in_force"
COMING: Final = "coming"
ENDED: Final = "ended"
STATES: Final = (IN_FORCE, COMING, ENDED)
_Own = aliased(RoleGrant)
_Home, _At, _Giver, _Ender = aliased(Region), aliased(Region), aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class RoleFilter:
    """Which roles; none of the kind that everybody has, unless the role or the person is named."""

    person_id: UUID | None = None
    role: str | None = None
    state: str | None = None
    path: str | None = None


def state_of(grant: RoleGrant, at: datetime) -> str:
    """Return whether a role is in force, still to come, or ended."""
    if grant.valid_until is not None and grant.valid_until <= at:
        return ENDED
    return COMING if grant.valid_from > at else IN_FORCE


def listed(
    which: RoleFilter, paths: Sequence[str], station_ids: Sequence[UUID], at: datetime
) -> Select[*tuple[Any, ...]]:
    """Return RoleGrant, holder, home, place and who gave and ended it, of the roles in reach."""
    found = _rows().where(_reached(paths, station_ids), _in_state(which.state, at))
    if which.person_id is not None:
        found = found.where(RoleGrant.person_id == which.person_id)
    if which.role is not None:
        found = found.where(RoleGrant.role == which.role)
    elif which.person_id is None:
        found = found.where(RoleGrant.role.not_in(SELF_ROLES))
    if which.path is not None:
        found = found.where(_reached([which.path], ()))
    return found


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            RoleGrant,
            Person.volunteer_number.label("number"),
            Person.status,
            _Home.path.label("home_path"),
            func.coalesce(Station.name, Region.name).label("place"),
            func.coalesce(_At.path, Region.path).label("path"),
            _Giver.volunteer_number.label("by"),
            _Ender.volunteer_number.label("ender"),
        )
        .join(Person, Person.id == RoleGrant.person_id)
        .outerjoin(_Home, _Home.id == Person.home_region_id)
        .outerjoin(Region, Region.id == RoleGrant.region_id)
        .outerjoin(Station, Station.id == RoleGrant.station_id)
        .outerjoin(_At, _At.id == Station.region_id)
        .outerjoin(_Giver, _Giver.id == RoleGrant.granted_by)
        .outerjoin(_Ender, _Ender.id == RoleGrant.ended_by)
    )


def roles_in_reach(
    person_id: UUID, paths: Sequence[str], at: datetime, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return a person's roles in reach, as `listed`: those that have not ended first."""
    ended = and_(RoleGrant.valid_until.is_not(None), RoleGrant.valid_until <= at)
    found = listed(RoleFilter(person_id=person_id), paths, (), at)
    return session().execute(found.order_by(ended, RoleGrant.id.desc()).limit(limit)).all()


def handed_on_by(
    person_id: UUID, paths: Sequence[str], at: datetime, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return what the person handed on to others in reach and has not ended, as `listed`."""
    theirs = select(_Own.id).where(_Own.person_id == person_id)
    found = _rows().where(
        RoleGrant.delegated_from.in_(theirs), RoleGrant.valid_until > at, _reached(paths, ())
    )
    return session().execute(found.order_by(RoleGrant.valid_until).limit(limit)).all()


def own_roles(person_id: UUID, at: datetime, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the reader's own roles wherever they are, as `listed`; those that have not ended first."""
    ended = and_(RoleGrant.valid_until.is_not(None), RoleGrant.valid_until <= at)
    found = _rows().where(RoleGrant.person_id == person_id)
    return session().execute(found.order_by(ended, RoleGrant.id.desc()).limit(limit)).all()


def roles_beyond(person_id: UUID, paths: Sequence[str], at: datetime) -> int:
    """Return how many roles the person holds, now or later, out of reach."""
    statement = select(func.count()).where(
        RoleGrant.person_id == person_id,
        or_(RoleGrant.valid_until.is_(None), RoleGrant.valid_until > at),
        ~_reached(paths, ()),
    )
    return int(session().scalar(statement) or 0)


def _reached(paths: Sequence[str], station_ids: Sequence[UUID]) -> ColumnElement[bool]:
    inside = select(Region.id).where(reach.within(Region.path, paths))
    at = (
        select(Station.id)
        .join(Region, Region.id == Station.region_id)
        .where(reach.within_or_at(Region.path, Station.id, paths, station_ids))
    )
    return or_(
        and_(RoleGrant.region_id.is_not(None), RoleGrant.region_id.in_(inside)),
        and_(RoleGrant.station_id.is_not(None), RoleGrant.station_id.in_(at)),
    )


def _in_state(state: str | None, at: datetime) -> ColumnElement[bool]:
    ended = and_(RoleGrant.valid_until.is_not(None), RoleGrant.valid_until <= at)
    match state:
        case "ended":
            return ended
        case "coming":
            return and_(~ended, RoleGrant.valid_from > at)
        case "in_force":
            return and_(~ended, RoleGrant.valid_from <= at)
    return true()
