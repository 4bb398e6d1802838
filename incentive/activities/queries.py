"""The SQL of teams, activities and shifts; that of sign-ups is in `sign_up_queries`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, or_, select, update

from incentive.activities.models import Activity, Shift, SignUp, Team
from incentive.core.db import session
from incentive.regions.models import Region

_SHIFT_COLUMNS = (
    Shift.id,
    Shift.number,
    Shift.activity_id,
    Shift.title,
    Shift.place,
    Shift.starts_at,
    Shift.ends_at,
    Shift.quota,
    Shift.confirmed,
    Shift.walk_ins,
    Shift.latitude,
    Shift.longitude,
    Shift.radius_m,
    Shift.print_serial,
    Shift.status,
)


def team(team_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return a team with its region's path."""
    statement = (
        select(Team.id, Region.path.label("region_path"))
        .join(Region, Region.id == Team.region_id)
        .where(Team.id == team_id)
    )
    return session().execute(statement).one_or_none()


def activities() -> Select[*tuple[Any, ...]]:
    """Return activities with their team's and region's names."""
    return (
        select(
            Activity.id,
            Activity.title,
            Activity.kind,
            Activity.description,
            Activity.status,
            Activity.minimum_age,
            Activity.guardian_must_accompany,
            Activity.team_id,
            Team.name.label("team_name"),
            Activity.region_id,
            Region.name.label("region_name"),
            Region.path.label("region_path"),
        )
        .join(Team, Team.id == Activity.team_id)
        .join(Region, Region.id == Activity.region_id)
    )


def activity(activity_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return one activity."""
    return session().execute(activities().where(Activity.id == activity_id)).one_or_none()


def lock_activity(activity_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Lock an activity, so that shifts are not added while it is cancelled; return it."""
    locked = activities().where(Activity.id == activity_id)
    statement = locked.with_for_update(of=Activity, key_share=True)
    return session().execute(statement).one_or_none()


def upcoming(
    since: datetime, until: datetime | None, kind: str | None, q: str | None, path: str | None
) -> tuple[Select[*tuple[Any, ...]], list[Any]]:
    """Return published activities with open shifts in that time, and the key that orders them."""
    within = [Shift.status == "open", Shift.ends_at > since]
    if until is not None:
        within.append(Shift.starts_at < until)
    shifts = (
        select(
            Shift.activity_id,
            func.min(Shift.starts_at).label("next_starts_at"),
            func.count().label("shifts"),
            func.sum(Shift.quota - Shift.confirmed).label("places_left"),
        )
        .where(*within)
        .group_by(Shift.activity_id)
        .subquery()
    )
    statement = (
        activities()
        .add_columns(shifts.c.next_starts_at, shifts.c.shifts, shifts.c.places_left)
        .join(shifts, shifts.c.activity_id == Activity.id)
        .where(Activity.status == "published")
    )
    if kind is not None:
        statement = statement.where(Activity.kind == kind)
    if q is not None:
        wanted = (Activity.title, Activity.description, Team.name)
        statement = statement.where(or_(*(text.icontains(q, autoescape=True) for text in wanted)))
    if path is not None:
        statement = statement.where(Region.path.within(path))
    return statement, [shifts.c.next_starts_at, Activity.id]


def shifts() -> Select[*tuple[Any, ...]]:
    """Return shifts with how many wait for a place."""
    waiting = (
        select(func.count())
        .where(SignUp.shift_id == Shift.id, SignUp.status == "waiting")
        .scalar_subquery()
    )
    return select(*_SHIFT_COLUMNS, waiting.label("waiting"))


def shift(shift_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return one shift with its activity's title, kind and region."""
    statement = (
        shifts()
        .add_columns(
            Activity.title.label("activity_title"),
            Activity.kind.label("activity_kind"),
            Activity.region_id,
            Region.path.label("region_path"),
        )
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Region, Region.id == Activity.region_id)
        .where(Shift.id == shift_id)
    )
    return session().execute(statement).one_or_none()


def lock_shift(shift_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Lock a shift and return it as it is now, with what its activity asks of people's age."""
    statement = (
        select(*_SHIFT_COLUMNS, Activity.minimum_age, Activity.guardian_must_accompany)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(Shift.id == shift_id)
        .with_for_update(of=Shift, key_share=True)
    )
    return session().execute(statement).one_or_none()


def lock_shifts(shift_ids: Collection[UUID]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Lock shifts in the order of their ids, and return them as they are now."""
    statement = select(*_SHIFT_COLUMNS).where(Shift.id.in_(shift_ids)).order_by(Shift.id)
    return session().execute(statement.with_for_update(key_share=True)).all()


def lock_shifts_to_come(activity_id: UUID, at: datetime) -> list[UUID]:
    """Lock the open shifts of an activity that are not over at `at`, in id order."""
    statement = (
        select(Shift.id)
        .where(Shift.activity_id == activity_id, Shift.status == "open", Shift.ends_at > at)
        .order_by(Shift.id)
        .with_for_update(key_share=True)
    )
    return list(session().scalars(statement))


def cancel_activity(activity_id: UUID) -> None:
    """Mark an activity as cancelled."""
    session().execute(update(Activity).where(Activity.id == activity_id).values(status="cancelled"))


def cancel_shifts(shift_ids: list[UUID], at: datetime) -> None:
    """Mark shifts as cancelled, with every sign-up that holds or awaits a place."""
    session().execute(
        update(SignUp)
        .where(
            and_(SignUp.shift_id.in_(shift_ids), SignUp.status.in_(("confirmed", "waiting"))),
        )
        .values(status="cancelled", changed_at=at)
    )
    session().execute(
        update(Shift).where(Shift.id.in_(shift_ids)).values(status="cancelled", confirmed=0)
    )
