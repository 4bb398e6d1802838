"""Who holds what where; ending a role, undoing that for a moment, moving its end."""

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
from incentive.core.needs import REACH, SIGNED_IN, STATION, needs
from incentive.core.paging import Page, page
from incentive.core.zone import timezone
from incentive.desk.errors import UnknownNumber
from incentive.desk.words import ROLES
from incentive.people import queries as people
from incentive.people import role_ends
from incentive.people.caller import Caller, caller
from incentive.people.models import RoleGrant
from incentive.people.permissions import ROLES as ROLE_NAMES
from incentive.regions import service as regions
from incentive.regions.errors import UnknownRegion
from incentive.web import filters, forms, role_table
from incentive.web.addresses import own_path, pager
from incentive.web.errors import FieldUnreadable
from incentive.web.people_frame import tabs
from incentive.web.role_list_queries import IN_FORCE, STATES, RoleFilter, listed
from incentive.web.role_rows import shown
from incentive.web.site import bp

ROWS: Final = 30
_FILTERS: Final = ("number", "role", "state", "region")
_ALL: Final = "all"


@bp.get("/roles")
@needs("role.grant", of=REACH)
def role_list() -> ResponseReturnValue:
    """List the roles in the reader's scope, the latest given first."""
    return _page()


@bp.get("/roles/table")
@needs(SIGNED_IN)
def role_table_page() -> str:
    """Show what each role allows, in words."""
    with transaction():
        around = tabs(caller(), "web.role_table_page")
    return render_template("web/role_table.html", tabs=around, **role_table.context())


@bp.post("/roles/<uuid:role_id>/end")
@needs("role.grant", of=STATION)
def end_role(role_id: UUID) -> ResponseReturnValue:
    """End a role, for a reason."""

    def do(who: Caller, at: datetime) -> Text:
        role_ends.revoke_role(role_id, by=who, at=at, reason=forms.reason())
        return _("The role is ended. For 10 minutes you can undo that below.")

    return _act(do)


@bp.post("/roles/<uuid:role_id>/undo")
@needs("role.grant", of=STATION)
def undo_role_end(role_id: UUID) -> ResponseReturnValue:
    """Let a role go on that was ended just now."""

    def do(who: Caller, at: datetime) -> Text:
        role_ends.undo_end(role_id, by=who, at=at)
        return _("The role goes on as before.")

    return _act(do)


@bp.post("/roles/<uuid:role_id>/move-end")
@needs("role.grant", of=STATION)
def move_role_end(role_id: UUID) -> ResponseReturnValue:
    """Let a role end on another day, or not by itself."""

    def do(who: Caller, at: datetime) -> Text:
        last = forms.day("until")
        until = day_bounds(last, timezone())[1] if last else None
        role_ends.move_end(role_id, until, by=who, at=at)
        return _("The role has its new end.")

    return _act(do)


def _page(refusal: IncentiveError | None = None) -> tuple[str, int]:
    typed = filters.typed(_FILTERS)
    at, found = clock.now(), Page([], None)
    errors: list[IncentiveError] = []
    with transaction():
        who = caller()
        who.require_somewhere("role.grant")
        try:
            found = _found(who, typed, at)
        except (UnknownNumber, UnknownRegion, FieldUnreadable) as error:
            errors = [error]
        rows = [shown(row, who, at) for row in found.items]
        around = tabs(who, "web.role_list")
    html = render_template(
        "web/roles.html",
        tabs=around,
        filters=typed,
        errors=[(error.field, error.message) for error in errors],
        roles=[(name, ROLES[name]) for name in ROLE_NAMES],
        rows=rows,
        refusal=refusal,
        **pager(found.next_cursor),
    )
    return html, 422 if errors else 200


def _found(who: Caller, typed: dict[str, str], at: datetime) -> Page:
    wanted: dict[str, Any] = {}
    if typed["number"]:
        person = people.person_by_number(typed["number"].replace("-", ""))
        if person is None:
            raise UnknownNumber("number")
        wanted["person_id"] = person.id
    if typed["region"]:
        try:
            wanted["path"] = regions.region_by_code(typed["region"]).path
        except UnknownRegion as error:
            raise filters.at("region", error) from None
    for name, allowed in (("role", ROLE_NAMES), ("state", (*STATES, _ALL))):
        if typed[name] and typed[name] not in allowed:
            raise FieldUnreadable(name)
    # Of one person all is asked for, else what counts now.
    state = typed["state"] or (_ALL if typed["number"] else IN_FORCE)
    which = RoleFilter(role=typed["role"] or None, state=None if state == _ALL else state, **wanted)
    rows = listed(which, who.regions_for("role.grant"), who.stations_for("role.grant"), at)
    cursor = request.args.get("cursor")
    return page(rows, [RoleGrant.id], cursor=cursor, limit=ROWS, newest_first=True, scalars=False)


def _act(do: forms.Action) -> ResponseReturnValue:
    done = own_path(request.form.get("back")) or url_for("web.role_list")
    return forms.act(do, done=done, refused=lambda error: _page(error)[0])
