"""Finding persons, and one person's page for those in charge: masked, unless there is a reason."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unauthenticated, Unavailable
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, REGION, needs
from incentive.core.paging import Page
from incentive.desk import acts
from incentive.people import finding, masking, personal, queries
from incentive.people.caller import Caller, caller
from incentive.people.consents import service as consents
from incentive.people.errors import UnknownPerson
from incentive.people.identity import RESIDENT_ID
from incentive.people.second_factor import service as factor
from incentive.regions import service as regions
from incentive.regions.models import Region
from incentive.web import forms, person_queries, role_list_queries
from incentive.web.desk_act_pages import shown_act
from incentive.web.errors import FieldUnreadable, NothingChosen
from incentive.web.people_frame import tabs
from incentive.web.role_rows import shown
from incentive.web.site import bp

ROWS: Final = 20
ROLES_MAX: Final = 40
SIGN_INS_MAX: Final = 20
ACTS_MAX: Final = 8
_WHAT_MAX: Final = 50
# By what somebody is found: the kinds of ID numbers stand beside the rest.
BY: Final[dict[str, Text]] = {
    "phone": _("Phone number"),
    "volunteer_number": _("Volunteer number"),
    "name": _("Whole name"),
    RESIDENT_ID: _("Resident's ID number"),
    "passport": _("Passport number"),
    "hk_macau_permit": _("Permit of Hong Kong and Macau residents"),
    "taiwan_permit": _("Permit of Taiwan residents"),
    "foreign_id": _("Foreigner's ID number"),
}
FIELDS: Final[dict[str, Text]] = {
    "name": _("Name"),
    "phone": _("Phone number"),
    "id_number": _("ID number"),
    "birth_month": _("Month of birth"),
    "address": _("Address"),
}
_PLAIN: Final = ("phone", "volunteer_number", "name")


@bp.get("/persons")
@needs("person.find", of=REACH)
def person_search() -> str:
    """Ask by what a person is to be found."""
    with transaction():
        who = caller()
        who.require_somewhere("person.find")
        return _search_page(who, None)


@bp.post("/persons")
@needs("person.find", of=REACH)
def find_persons() -> ResponseReturnValue:
    """Show whom one thing known leads to. A form, so that it stands in no address and no log."""
    try:
        with transaction():
            who = caller()
            found = finding.search(who, cursor=request.form.get("cursor"), limit=ROWS, **_wanted())
            return _search_page(who, found)
    except (Unauthenticated, Unavailable):
        raise
    except IncentiveError as error:
        with transaction():
            return _search_page(caller(), None, error), error.status


@bp.get("/persons/<uuid:person_id>")
@needs("person.find", of=REGION)
def person_page(person_id: UUID) -> str:
    """Show a person, masked, with what the reader may see and do."""
    return draw(person_id)


@bp.post("/persons/<uuid:person_id>/reveal")
@needs("person.reveal", of=REGION)
def reveal_person(person_id: UUID) -> ResponseReturnValue:
    """Show what was chosen in full, this once; it is kept nowhere, and each look is recorded."""
    try:
        fields = [name for name in FIELDS if name in request.form.getlist("fields")]
        if not fields:
            raise NothingChosen("fields")
        reason = forms.reason()
        with transaction():
            who, at = caller(), clock.now()
            known = finding.reveal(person_id, fields, reason, who, at)
            number = queries.numbers_of([person_id])[person_id]
    except (Unauthenticated, Unavailable):
        raise
    except IncentiveError as error:
        return draw(person_id, error), error.status
    return render_template(
        "web/person_revealed.html",
        person_id=person_id,
        number=number,
        rows=[(FIELDS[name], _value(known, name)) for name in fields],
        erased=known.erased,
        unreadable=[FIELDS[name] for name in fields if name in known.unreadable],
        reason=reason,
        seen_at=at,
    )


def draw(person_id: UUID, refusal: IncentiveError | None = None) -> str:
    """Return the person's page."""
    at = clock.now()
    with transaction():
        who = caller()
        row = queries.person_with_home(person_id)
        if row is None:
            raise UnknownPerson
        person, home = row
        path = home.path if home is not None else None
        who.require("person.find", region_path=path)
        known = personal.one(person_id, *FIELDS)
        paths = who.regions_for("person.find")
        held = role_list_queries.roles_in_reach(person_id, paths, at, ROLES_MAX)
        roles = [shown(each, who, at) for each in held]
        may = {
            name: who.may(f"{permission}", region_path=path)
            for name, permission in (
                ("reveal", "person.reveal"),
                ("grant", "role.grant"),
                ("block", "person.block"),
                ("audit", "audit.read"),
            )
        }
        context = {
            "person": person,
            "home": _way(home) if home is not None else [],
            "known": masking.person(known),
            "told": [name for name in ("birth_month", "address") if getattr(known, name)],
            "roles": [each for each in roles if each["state"] != role_list_queries.ENDED],
            "ended": [each for each in roles if each["state"] == role_list_queries.ENDED],
            "given": [
                shown(each, who, at)
                for each in role_list_queries.handed_on_by(person_id, paths, at, ROLES_MAX)
            ],
            "beyond": role_list_queries.roles_beyond(person_id, paths, at),
            "may": may,
            "is_reader": person_id == who.person_id,
            "consents": consents.states(person_id, at) if may["reveal"] else None,
            "access": _access(person_id, at) if may["grant"] else None,
            "acts": _acts(who, person_id) if may["audit"] else None,
            "tabs": tabs(who, "web.person_search"),
        }
    return render_template(
        "web/person.html", fields=FIELDS, refusal=refusal, typed=request.form, **context
    )


def _search_page(who: Caller, found: Page | None, refusal: IncentiveError | None = None) -> str:
    typed = {name: request.form.get(name, "") for name in ("by", "what")}
    return render_template(
        "web/persons.html",
        tabs=tabs(who, "web.person_search"),
        by=list(BY.items()),
        typed=typed,
        error=refusal.message if refusal else None,
        found=None if found is None else found.items,
        older=found.next_cursor if found else None,
        first=bool(request.form.get("cursor")),
    )


def _wanted() -> dict[str, str]:
    by = request.form.get("by", "")
    what = forms.words("what", _WHAT_MAX, required=True)
    if by not in BY:
        raise FieldUnreadable("by")
    return {by: what} if by in _PLAIN else {"id_number": what, "id_type": by}


def _value(known: personal.Personal, field: str) -> str | None:
    value: str | None = getattr(known, field)
    if field == "id_number" and value:
        kind, _colon, number = value.partition(":")
        return f"{number} ({BY.get(kind, kind)})"
    return value


def _way(home: Region) -> list[str]:
    """Return the names from the county down to where a person lives."""
    above = [each.name for each in regions.ancestors_of(home)]
    return [*above[2:], home.name]


def _access(person_id: UUID, at: datetime) -> dict[str, Any]:
    rows = person_queries.signed_in(person_id, at, SIGN_INS_MAX)
    return {
        "codes_left": factor.recovery_codes_left(person_id),
        "rows": [{"row": row.SignIn, "place": row.place} for row in rows],
        "all": rows[0].all if rows else 0,
    }


def _acts(who: Caller, person_id: UUID) -> dict[str, Any]:
    subject = f"person:{person_id}"
    found = acts.about(who, subject, ACTS_MAX)
    return {
        "rows": [shown_act(each) for each in found],
        "href": url_for("web.desk_acts", subject=subject),
    }
