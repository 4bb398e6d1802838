"""Granting a role: to whom, which one and where; what it allows is said before it is given."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.clock import day_bounds
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, STATION, needs
from incentive.core.zone import timezone
from incentive.desk.words import ROLES
from incentive.people import conflicts, masking, personal, roles
from incentive.people import queries as people
from incentive.people import service as persons
from incentive.people.caller import Caller, caller
from incentive.people.domain import STATION_ROLES
from incentive.people.models import Person
from incentive.people.permissions import ROLES as ROLE_NAMES
from incentive.web import forms, role_grant_queries, role_list_queries, role_table
from incentive.web.errors import FieldUnreadable, PlaceMissing
from incentive.web.people_frame import tabs
from incentive.web.role_rows import shown
from incentive.web.site import bp

PLACES_MAX: Final = 60
ROLES_MAX: Final = 30
_ONLY_SHOWN: Final = {"may_end": False, "may_move": False, "may_undo": False}
_ASKED: Final = ("number", "role", "q", "place", "since", "until")


@bp.get("/roles/new")
@needs("role.grant", of=REACH)
def role_grant() -> str:
    """Ask to whom, which role and where, and say what that allows."""
    return _page()


@bp.post("/roles")
@needs("role.grant", of=STATION)
def grant_role() -> ResponseReturnValue:
    """Give a role to somebody."""

    def do(who: Caller, at: datetime) -> Text:
        number = forms.words("number", 20, required=True).replace("-", "")
        role = request.form.get("role", "")
        if role not in ROLE_NAMES:
            raise FieldUnreadable("role")
        roles.grant_role(
            persons.person_by_number(number).id,
            role,
            **_place(),
            since=_first(forms.day("since")),
            until=_last(forms.day("until")),
            by=who,
            at=at,
        )
        return _("%(role)s is granted.", role=ROLES[role])

    number = request.form.get("number", "")
    return forms.act(do, done=url_for("web.role_list", number=number), refused=_page)


def _place() -> dict[str, UUID]:
    kind, _colon, text = request.form.get("place", "").partition(":")
    try:
        return {{"region": "region_id", "station": "station_id"}[kind]: UUID(text)}
    except (KeyError, ValueError):
        raise PlaceMissing from None


def _first(day: Any) -> datetime | None:
    return day_bounds(day, timezone())[0] if day else None


def _last(day: Any) -> datetime | None:
    return day_bounds(day, timezone())[1] if day else None


def _page(refusal: IncentiveError | None = None) -> str:
    typed = {name: request.values.get(name, "").strip() for name in _ASKED}
    typed["q"] = typed["q"].replace("\x00", "")
    at, errors = clock.now(), [] if refusal is None else [(_field(refusal), refusal.message)]
    role = typed["role"] if typed["role"] in ROLE_NAMES else ""
    with transaction():
        who = caller()
        who.require_somewhere("role.grant")
        person = people.person_by_number(typed["number"].replace("-", "")[:20])
        if typed["number"] and person is None and refusal is None:
            errors = [("number", _("Nobody here has this volunteer number. Check it."))]
        holder = _person(who, person, role, at) if person is not None else None
        places = _places(who, typed["q"], role) if holder and role else []
        around = tabs(who, "web.role_grant")
    return render_template(
        "web/role_grant.html",
        typed=typed,
        errors=errors,
        roles=[(name, ROLES[name]) for name in ROLE_NAMES],
        of=role_table.role(role) if role else None,
        person=holder,
        places=places,
        full=len(places) == PLACES_MAX,
        tabs=around,
    )


def _field(refusal: IncentiveError) -> str | None:
    """Return the field of the form that a refusal is about."""
    return {"region_id": "place", "station_id": "place", "person_id": "number"}.get(
        refusal.field or "", refusal.field
    )


def _places(who: Caller, begin: str, role: str) -> list[tuple[str, str]]:
    rows = role_grant_queries.places(
        begin,
        who.regions_for("role.grant"),
        who.stations_for("role.grant"),
        PLACES_MAX,
        stations=role in STATION_ROLES,
    )
    return [(row.key, f"{row.name} · {row.above}" if row.above else row.name) for row in rows]


def _person(who: Caller, person: Person, role: str, at: datetime) -> dict[str, Any]:
    """Return to whom it would be given, what they hold already, and what speaks against it."""
    paths = who.regions_for("role.grant")
    held = role_list_queries.roles_in_reach(person.id, paths, at, ROLES_MAX)
    current = [row for row in held if role_list_queries.state_of(row.RoleGrant, at) != "ended"]
    home = people.person_with_home(person.id)
    path = home[1].path if home and home[1] is not None else None
    known = who.may("person.find", region_path=path)
    name = masking.name(personal.one(person.id, "name").name) if known else None
    clashing = conflicts.clashing(role, [row.RoleGrant.role for row in current]) if role else []
    return {
        "number": person.volunteer_number,
        "name": name,
        "blocked": person.status != "active",
        "is_reader": person.id == who.person_id,
        "held": [shown(row, who, at) | _ONLY_SHOWN for row in current],
        "beyond": role_list_queries.roles_beyond(person.id, paths, at),
        "clashing": [ROLES[each] for each in clashing],
    }
