"""Teams, activities and shifts: publishing, finding and cancelling them.

Everything runs in the caller's transaction. Sign-ups are in `sign_ups`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError

from incentive.activities import queries
from incentive.activities.domain import on_one_branch, times_hold
from incentive.activities.errors import (
    ActivityCancelled,
    ShiftOver,
    ShiftPlace,
    ShiftTimes,
    TeamFromElsewhere,
    TeamNameTaken,
    UnknownActivity,
    UnknownShift,
    UnknownTeam,
)
from incentive.activities.models import Activity, Shift, Team
from incentive.core.db import session
from incentive.core.paging import Page, page
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.regions import service as regions

PERMISSION = "activity.manage"


def found_team(region_id: UUID, name: str, by: Caller, at: datetime) -> Team:
    """Found a team at home in a region.

    Raises:
        UnknownRegion, OutOfScope: as they say.
        TeamNameTaken: the region has one of this name.
    """
    by.require(PERMISSION, region_path=regions.region(region_id, field="region_id").path)
    team = Team(region_id=region_id, name=name, created_at=at)
    try:
        with session().begin_nested():
            session().add(team)
    except IntegrityError:
        raise TeamNameTaken from None
    after = {"region_id": region_id, "name": name}
    acts.record(by, "team.found", subject=f"team:{team.id}", after=after)
    return team


def publish(
    *,
    team_id: UUID,
    region_id: UUID,
    title: str,
    kind: str,
    description: str,
    minimum_age: int | None = None,
    guardian_must_accompany: bool = False,
    by: Caller,
    at: datetime,
) -> Row[*tuple[Any, ...]]:
    """Publish an activity for a region's people; it shows in the list once it has a shift.

    Nobody younger than `minimum_age` years signs up, and where a guardian must accompany, a minor
    does only after one of theirs.

    Raises:
        UnknownRegion, UnknownTeam, OutOfScope: as they say.
        TeamFromElsewhere: the team's home is neither in this region nor around it.
    """
    path = regions.region(region_id, field="region_id").path
    by.require(PERMISSION, region_path=path)
    team = queries.team(team_id)
    if team is None:
        raise UnknownTeam
    if not on_one_branch(team.region_path, path):
        raise TeamFromElsewhere
    fresh = Activity(
        team_id=team_id,
        region_id=region_id,
        title=title,
        kind=kind,
        description=description,
        minimum_age=minimum_age,
        guardian_must_accompany=guardian_must_accompany,
        created_by=by.person_id,
        created_at=at,
    )
    session().add(fresh)
    session().flush()
    after = {"team_id": team_id, "region_id": region_id, "title": title, "kind": kind}
    acts.record(by, "activity.publish", subject=f"activity:{fresh.id}", after=after)
    return activity(fresh.id)


def activity(activity_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return an activity.

    Raises:
        UnknownActivity: there is none.
    """
    found = queries.activity(activity_id)
    if found is None:
        raise UnknownActivity
    return found


def upcoming(
    *,
    since: datetime,
    until: datetime | None = None,
    region: UUID | None = None,
    kind: str | None = None,
    q: str | None = None,
    cursor: str | None,
    limit: int,
) -> Page:
    """Return a page of published activities with shifts that end after `since`, the next first.

    `q` is looked for in title, description and the team's name.

    Raises:
        UnknownRegion: `region` is none.
    """
    path = regions.region(region, field="region").path if region is not None else None
    rows, key = queries.upcoming(since, until, kind, q, path)
    return page(rows, key, cursor=cursor, limit=limit, scalars=False)


def add_shift(
    activity_id: UUID, wanted: Mapping[str, Any], by: Caller, at: datetime
) -> Row[*tuple[Any, ...]]:
    """Add a shift to an activity: `wanted` has the columns of `Shift` that a person may choose.

    Raises:
        UnknownActivity, OutOfScope, ActivityCancelled: as they say.
        ShiftTimes, ShiftPlace: it cannot be so.
    """
    # Locked: a shift added while the activity is cancelled would take place.
    of = queries.lock_activity(activity_id)
    if of is None:
        raise UnknownActivity
    by.require(PERMISSION, region_path=of.region_path)
    if of.status == "cancelled":
        raise ActivityCancelled
    if not times_hold(wanted["starts_at"], wanted["ends_at"], at):
        raise ShiftTimes
    if len({wanted.get(name) is None for name in ("latitude", "longitude", "radius_m")}) > 1:
        raise ShiftPlace
    fresh = Shift(activity_id=activity_id, created_at=at, **wanted)
    session().add(fresh)
    session().flush()
    after = {"activity_id": activity_id, **wanted}
    acts.record(by, "shift.add", subject=f"shift:{fresh.id}", after=after)
    return shift(fresh.id)


def shift(shift_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return a shift with its activity's title, kind, region and the region's path.

    Raises:
        UnknownShift: there is none.
    """
    found = queries.shift(shift_id)
    if found is None:
        raise UnknownShift
    return found


def require_at(caller: Caller, permission: str, shift_id: UUID) -> datetime:
    """Let the caller pass only with `permission` over the shift's region; return when it ends.

    Raises:
        UnknownShift, OutOfScope: otherwise.
    """
    row = shift(shift_id)
    caller.require(permission, region_path=row.region_path)
    ends_at: datetime = row.ends_at
    return ends_at


def shifts_of(activity_id: UUID, *, cursor: str | None, limit: int) -> Page:
    """Return a page of an activity's shifts, the earliest first.

    Raises:
        UnknownActivity: there is none.
    """
    activity(activity_id)
    rows = queries.shifts().where(Shift.activity_id == activity_id)
    return page(rows, [Shift.starts_at, Shift.id], cursor=cursor, limit=limit, scalars=False)


def cancel_shift(shift_id: UUID, by: Caller, at: datetime) -> Row[*tuple[Any, ...]]:
    """Cancel a shift and every sign-up for it; return it. Twice is once.

    Raises:
        UnknownShift, OutOfScope: as they say.
        ShiftOver: it took place.
    """
    by.require(PERMISSION, region_path=shift(shift_id).region_path)
    known = queries.lock_shift(shift_id)
    if known is None:
        raise UnknownShift
    if known.status != "cancelled":
        if at >= known.ends_at:
            raise ShiftOver
        queries.cancel_shifts([shift_id], at)
        _record_cancelled(by, "shift.cancel", f"shift:{shift_id}", known.status)
    return shift(shift_id)


def cancel_activity(activity_id: UUID, by: Caller, at: datetime) -> Row[*tuple[Any, ...]]:
    """Cancel an activity and all its shifts that are not over; return it. Twice is once.

    Raises:
        UnknownActivity, OutOfScope: as they say.
    """
    known = queries.lock_activity(activity_id)
    if known is None:
        raise UnknownActivity
    by.require(PERMISSION, region_path=known.region_path)
    if known.status != "cancelled":
        queries.cancel_activity(activity_id)
        queries.cancel_shifts(queries.lock_shifts_to_come(activity_id, at), at)
        _record_cancelled(by, "activity.cancel", f"activity:{activity_id}", known.status)
    return activity(activity_id)


def _record_cancelled(by: Caller, action: str, subject: str, status: str) -> None:
    before, after = {"status": status}, {"status": "cancelled"}
    acts.record(by, action, subject=subject, before=before, after=after)
