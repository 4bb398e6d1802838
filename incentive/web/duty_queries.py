"""What the pages for those on duty show: reads only, each in one round trip."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from incentive.activities.models import Activity, Shift
from incentive.checkin.models import Attendance, ServiceRecord
from incentive.core.db import session
from incentive.people import reach
from incentive.regions.models import Region
from incentive.web import queries


def running(
    paths: Sequence[str], since: datetime, until: datetime, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the subtrees' open shifts between the two instants, with their counts."""
    if not paths:
        return []
    statement = (
        _with_counts()
        .add_columns(Region.path.label("region_path"))
        .join(Region, Region.id == Activity.region_id)
        .where(
            Shift.status == "open",
            Shift.ends_at > since,
            Shift.starts_at < until,
            reach.within(Region.path, paths),
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(limit)
    )
    return session().execute(statement).all()


def only(shift_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the one shift, as `running` would, whenever it is."""
    found = counts_of(shift_id)
    return [] if found is None else [found]


def counts_of(shift_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return a shift with its region's path and its counts."""
    statement = (
        _with_counts()
        .add_columns(Region.path.label("region_path"))
        .join(Region, Region.id == Activity.region_id)
        .where(Shift.id == shift_id)
    )
    return session().execute(statement).one_or_none()


def shift_numbered(number: int) -> Row[*tuple[Any, ...]] | None:
    """Return the shift that a code's number names."""
    return session().execute(queries.shifts().where(Shift.number == number)).one_or_none()


def to_verify(paths: Sequence[str]) -> int:
    """Return how many records wait for a decision in the subtrees."""
    if not paths:
        return 0
    statement = (
        select(func.count())
        .select_from(ServiceRecord)
        .join(Shift, Shift.id == ServiceRecord.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .join(Region, Region.id == Activity.region_id)
        .where(
            ServiceRecord.status == "pending",
            reach.within(Region.path, paths),
        )
    )
    return int(session().scalar(statement) or 0)


def _with_counts() -> Select[*tuple[Any, ...]]:
    here = select(func.count()).where(Attendance.shift_id == Shift.id)
    return queries.shifts().add_columns(
        Shift.confirmed.label("signed_up"),
        here.where(Attendance.check_out_at.is_(None)).scalar_subquery().label("present"),
        here.where(Attendance.check_out_at.is_not(None)).scalar_subquery().label("gone"),
    )
