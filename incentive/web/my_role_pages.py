"""One's own roles: what each allows, and handing one on for a time."""

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
from incentive.core.needs import OWN, needs
from incentive.core.zone import timezone
from incentive.desk.words import ROLES
from incentive.people import delegation, role_ends
from incentive.people.caller import Caller, caller
from incentive.people.domain import DELEGATED_DAYS_MAX
from incentive.people.permission_words import all_words, words
from incentive.people.permissions import PERMISSIONS
from incentive.people.sessions.service import require_session
from incentive.regions import service as regions
from incentive.regions.errors import UnknownRegion
from incentive.web import filters, forms
from incentive.web.errors import FieldUnreadable, NothingChosen
from incentive.web.role_list_queries import ENDED, IN_FORCE, own_roles, state_of
from incentive.web.role_rows import shown
from incentive.web.site import bp

ROLES_MAX: Final = 50


@bp.get("/me/roles")
@needs(OWN)
def my_roles() -> str:
    """List one's roles, and what was handed on of them."""
    return _page()


@bp.post("/me/roles/<uuid:role_id>/hand-on")
@needs(OWN)
def hand_role_on(role_id: UUID) -> ResponseReturnValue:
    """Hand a role on to somebody for some days."""

    def do(who: Caller, at: datetime) -> Text:
        require_session(who)
        last = forms.day("until")
        if last is None:
            raise FieldUnreadable("until")
        chosen = request.form.getlist("permissions")
        if not chosen:
            raise NothingChosen("permissions")
        made = delegation.delegate(
            who,
            role_id,
            volunteer_number=forms.words("number", 20, required=True).replace("-", ""),
            until=day_bounds(last, timezone())[1],
            region_id=_part(),
            permissions=chosen,
            at=at,
        )
        return _("It is handed on to %(number)s; end it below at any time.", number=made.to)

    return forms.act(do, done=url_for("web.my_roles"), refused=lambda error: _page(error, role_id))


@bp.post("/me/roles/<uuid:role_id>/give-back")
@needs(OWN)
def give_role_back(role_id: UUID) -> ResponseReturnValue:
    """End what one handed on, or give back what one was handed."""

    def do(who: Caller, at: datetime) -> Text:
        require_session(who)
        role_ends.give_back(role_id, by=who, at=at)
        return _("That is ended.")

    return forms.act(do, done=url_for("web.my_roles"), refused=_page)


def _part() -> UUID | None:
    code = forms.words("region", 24)
    try:
        return regions.region_by_code(code).id if code else None
    except UnknownRegion as error:
        raise filters.at("region", error) from None


def _page(refusal: IncentiveError | None = None, at_role: UUID | None = None) -> str:
    at = clock.now()
    with transaction():
        who = caller()
        rows = own_roles(who.person_id, at, ROLES_MAX)
        held = [_held(row, who, at) for row in rows if state_of(row.RoleGrant, at) != ENDED]
        given = [
            each for each in delegation.of(who.person_id, at) if each.to != who.volunteer_number
        ]
    places = {row.RoleGrant.station_id: row.place for row in rows}
    return render_template(
        "web/my_roles.html",
        roles=held,
        given=[
            {
                "id": each.id,
                "role": ROLES[each.role],
                "to": each.to,
                "place": each.region.name if each.region else places.get(each.station_id),
                "until": each.until,
                "only": all_words(each.permissions),
            }
            for each in given
        ],
        days=DELEGATED_DAYS_MAX,
        refusal=refusal,
        at_role=at_role,
        typed=request.form,
    )


def _held(row: Any, who: Caller, at: datetime) -> dict[str, Any]:
    """Return a role, what it allows, and what of it can be handed on."""
    grant = row.RoleGrant
    only = grant.permissions
    allows = [p for p, roles in PERMISSIONS.items() if grant.role in roles and p in (only or [p])]
    can = delegation.delegable(grant) if state_of(grant, at) == IN_FORCE else []
    return shown(row, who, at) | {
        "allows": all_words(allows),
        "can_be": [(name, words(name)) for name in can],
        "in_region": grant.region_id is not None,
    }
