"""One role as a page shows it: whose, where, until when, and what the reader may do with it."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from incentive.core.clock import day_bounds
from incentive.core.zone import day_of, timezone
from incentive.desk.words import ROLES
from incentive.people.caller import Caller
from incentive.people.models import RoleGrant
from incentive.people.permission_words import all_words
from incentive.people.role_ends import UNDO_TIME
from incentive.web.role_list_queries import ENDED, state_of


def shown(row: Row[*tuple[Any, ...]], who: Caller, at: datetime) -> dict[str, Any]:
    """Return what is shown of a row of `role_list_queries.listed`."""
    grant = row.RoleGrant
    state = state_of(grant, at)
    may = _may(who, row) and grant.person_id != who.person_id
    findable = who.may("person.find", region_path=row.home_path)
    return {
        "id": grant.id,
        "role": ROLES.get(grant.role, grant.role),
        "number": row.number,
        "person_id": grant.person_id if findable else None,
        "blocked": row.status != "active",
        "place": row.place,
        "at_station": grant.station_id is not None,
        "since": grant.valid_from,
        "until": grant.valid_until,
        "last_day": _last_day(grant.valid_until),
        "state": state,
        "by": row.by,
        "ender": row.ender,
        "handed_on": grant.delegated_from is not None,
        "only": None if grant.permissions is None else all_words(grant.permissions),
        "may_end": may and state != ENDED,
        "may_move": may and state != ENDED and grant.delegated_from is None,
        "may_undo": may and _is_fresh(grant, who, at),
    }


def _last_day(until: datetime | None) -> date | None:
    """Return the last local day of what ends with a day, else None."""
    if until is None or day_bounds(day_of(until), timezone())[0] != until:
        return None
    return day_of(until) - timedelta(days=1)


def _may(who: Caller, row: Row[*tuple[Any, ...]]) -> bool:
    return who.may("role.grant", region_path=row.path, station_id=row.RoleGrant.station_id)


def _is_fresh(grant: RoleGrant, who: Caller, at: datetime) -> bool:
    """Say whether the reader ended it just now, so that it can still be undone."""
    return (
        grant.delegated_from is None
        and grant.ended_by == who.person_id
        and grant.ended_at is not None
        and at - grant.ended_at < UNDO_TIME
        and (grant.had_until is None or grant.had_until > at)
    )
