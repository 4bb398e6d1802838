"""What pages show from several packages at once: reads only, each in one round trip.

Deciding and writing stay with the packages' services; a page that asked them row by row
would ask a hundred times.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, String, and_, case, func, literal, or_, select, text, union_all
from sqlalchemy.orm import aliased

from incentive.activities.models import Activity, Shift, SignUp, Team
from incentive.checkin.models import Attendance, ServiceRecord
from incentive.core.db import jurisdiction, session
from incentive.people.models import Person
from incentive.regions.models import Region
from incentive.stations.models import Item, Redemption

_Ahead = aliased(SignUp)


def place_name() -> str:
    """Return what the present jurisdiction is called, or "" if it was given no name."""
    code = jurisdiction()
    name = session().scalar(
        text("SELECT name FROM public.jurisdictions WHERE code = :code"), {"code": code}
    )
    return "" if name in {None, code} else str(name)


def home_path(person_id: UUID) -> str | None:
    """Return the path of a person's home, if they have one."""
    statement = (
        select(Region.path)
        .join(Person, Person.home_region_id == Region.id)
        .where(Person.id == person_id)
    )
    return session().scalar(statement)


def verified_minutes(person_id: UUID) -> int:
    """Return the sum of a person's verified minutes."""
    found = session().scalar(
        select(func.sum(ServiceRecord.minutes)).where(
            ServiceRecord.person_id == person_id, ServiceRecord.status == "verified"
        )
    )
    return int(found or 0)


def shifts_of(person_id: UUID, since: datetime, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return shifts that end after `since` which a person signed up for or walked in at."""
    position = (
        select(func.count())
        .where(
            _Ahead.shift_id == SignUp.shift_id,
            _Ahead.status == "waiting",
            or_(
                _Ahead.queued_at < SignUp.queued_at,
                and_(_Ahead.queued_at == SignUp.queued_at, _Ahead.id <= SignUp.id),
            ),
        )
        .scalar_subquery()
    )
    theirs = union_all(
        select(SignUp.shift_id).where(SignUp.person_id == person_id, SignUp.status != "withdrawn"),
        select(Attendance.shift_id).where(Attendance.person_id == person_id),
    )
    statement = (
        shifts()
        .add_columns(
            Shift.status.label("shift_status"),
            SignUp.status,
            case((SignUp.status == "waiting", position)).label("position"),
            Attendance.check_in_at,
            Attendance.check_out_at,
            Attendance.closed_by,
        )
        .outerjoin(SignUp, and_(SignUp.shift_id == Shift.id, SignUp.person_id == person_id))
        .outerjoin(
            Attendance, and_(Attendance.shift_id == Shift.id, Attendance.person_id == person_id)
        )
        .where(Shift.id.in_(theirs), Shift.ends_at > since)
        .order_by(Shift.starts_at, Shift.id)
        .limit(limit)
    )
    return session().execute(statement).all()


def shifts() -> Select[*tuple[Any, ...]]:
    """Return shifts with what they are of."""
    return select(
        Shift.id,
        Shift.title,
        Activity.title.label("activity_title"),
        Shift.place,
        Shift.starts_at,
        Shift.ends_at,
        Shift.quota,
        (Shift.quota - Shift.confirmed).label("left"),
        Activity.minimum_age,
    ).join(Activity, Activity.id == Shift.activity_id)


def open_shifts(
    at: datetime, *, near: str | None = None, without: UUID | None = None
) -> Select[*tuple[Any, ...]]:
    """Return shifts to sign up for: at `near` (a path) or around it, that `without` has not yet.

    Each comes with the names of its region and its team.
    """
    found = (
        shifts()
        .add_columns(Region.name.label("region"), Team.name.label("team"))
        .join(Region, Region.id == Activity.region_id)
        .join(Team, Team.id == Activity.team_id)
        .where(Shift.status == "open", Activity.status == "published", Shift.ends_at > at)
    )
    if near is not None:
        found = found.where(or_(Region.path.within(near), Region.path.contains_node(near)))
    if without is not None:
        theirs = select(SignUp.id).where(
            SignUp.shift_id == Shift.id,
            SignUp.person_id == without,
            SignUp.status != "withdrawn",
        )
        found = found.where(~theirs.exists())
    return found


def titles_of(sources: Collection[str]) -> dict[str, str]:
    """Return what the ledger's `sources` are of: an activity's title, an item's name."""
    ids: dict[str, list[UUID]] = {"service_record": [], "redemption": []}
    for source in sources:
        kind, _, key = source.partition(":")
        if kind in ids:
            ids[kind].append(UUID(key))
    served = (
        select(func.concat("service_record:", ServiceRecord.id.cast(String)), Activity.title)
        .join(Shift, Shift.id == ServiceRecord.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(ServiceRecord.id.in_(ids["service_record"]))
    )
    ordered = (
        select(func.concat("redemption:", Redemption.id.cast(String)), Item.name)
        .join(Item, Item.id == Redemption.item_id)
        .where(Redemption.id.in_(ids["redemption"]))
    )
    return {row[0]: row[1] for row in session().execute(union_all(served, ordered))}


def communities_named(begin: str, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return id, name, street and county of communities whose, or whose street's, name begins so."""
    street, county = aliased(Region), aliased(Region)
    statement = (
        select(Region.id, Region.name, street.name.label("street"), county.name.label("county"))
        .join(street, street.id == Region.parent_id)
        .outerjoin(county, county.id == street.parent_id)
        .where(
            Region.level == literal("community"),
            Region.valid_until.is_(None),
            or_(
                Region.name.startswith(begin, autoescape=True),
                street.name.startswith(begin, autoescape=True),
            ),
        )
        .order_by(Region.name, Region.code)
        .limit(limit)
    )
    return session().execute(statement).all()
