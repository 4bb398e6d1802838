"""The audit log, to search."""

from typing import Any, Final
from urllib.parse import urlencode

from flask import render_template, request
from flask.typing import ResponseReturnValue

from incentive.audit.actions import ACTIONS
from incentive.core.db import transaction
from incentive.core.http import API_PREFIX
from incentive.core.needs import REACH, needs
from incentive.core.paging import Page
from incentive.desk import acts
from incentive.desk.act_words import changes
from incentive.desk.acts import Act, ActFilter
from incentive.desk.errors import DaysBackwards, UnknownNumber
from incentive.desk.reach import PERMISSION
from incentive.desk.schemas import ActFilterSchema
from incentive.desk.words import ROLES
from incentive.people.caller import caller
from incentive.regions.errors import UnknownRegion
from incentive.web import filters
from incentive.web.addresses import pager
from incentive.web.site import bp

ROWS: Final = 50
_FILTERS: Final = ("actor", "action", "subject", "region", "from", "to")


@bp.get("/desk/acts")
@needs("audit.read", of=REACH)
def desk_acts() -> ResponseReturnValue:
    """List the administrative acts in the reader's scope, the latest first."""
    typed = filters.typed(_FILTERS)
    given, errors = filters.load(ActFilterSchema, typed)
    page = Page([], None)
    with transaction():
        who = caller()
        who.require_somewhere(PERMISSION)
        if given is not None:
            try:
                cursor = request.args.get("cursor")
                page = acts.search(who, ActFilter(**given), cursor=cursor, limit=ROWS)
            except (DaysBackwards, UnknownNumber) as error:
                errors = [error]
            except UnknownRegion as error:
                errors = [filters.at("region", error)]
    return render_template(
        "web/desk_acts.html",
        filters=typed,
        errors=[(error.field, error.message) for error in errors],
        actions=sorted((name, str(words)) for name, words in ACTIONS.items()),
        rows=[shown_act(act) for act in page.items],
        xlsx=_file(typed),
        **pager(page.next_cursor),
    ), 422 if errors else 200


def _file(typed: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in typed.items() if value})
    return f"{API_PREFIX}/audit-log.xlsx?{query}"


def shown_act(act: Act) -> dict[str, Any]:
    """Return what is shown of an act."""
    entry = act.entry
    return {
        "at": entry.at,
        "actor": act.actor,
        "role": ROLES.get(entry.role, entry.role),
        "place": act.place,
        "origin": entry.origin,
        "action": ACTIONS.get(entry.action, entry.action),
        "subject": act.subject,
        "subject_key": entry.subject,
        "changes": changes(act.before, act.after),
        "reason": entry.reason,
    }
