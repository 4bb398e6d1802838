"""The audit log, to search."""

import json
from typing import Any, Final

from flask import render_template, request
from flask.typing import ResponseReturnValue

from incentive.audit.actions import ACTIONS
from incentive.core.db import transaction
from incentive.core.needs import REACH, needs
from incentive.core.paging import Page
from incentive.desk import acts
from incentive.desk.acts import Act, ActFilter
from incentive.desk.errors import DaysBackwards, UnknownNumber
from incentive.desk.reach import PERMISSION
from incentive.desk.schemas import ActFilterSchema
from incentive.desk.words import FIELDS, ROLES
from incentive.people.caller import caller
from incentive.web import filters
from incentive.web.addresses import pager
from incentive.web.site import bp

ROWS: Final = 50
_FILTERS: Final = ("actor", "action", "subject", "from", "to")


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
    return render_template(
        "web/desk_acts.html",
        filters=typed,
        errors=[(error.field, error.message) for error in errors],
        actions=sorted((name, str(words)) for name, words in ACTIONS.items()),
        rows=[shown_act(act) for act in page.items],
        **pager(page.next_cursor),
    ), 422 if errors else 200


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
        "changes": _changes(act.before, act.after),
        "reason": entry.reason,
    }


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[Any, str, str]]:
    """Return what differs: field, before, after; "" where there was or is nothing."""
    return [
        (FIELDS.get(name, name), _words(before.get(name)), _words(after.get(name)))
        for name in [*before, *(name for name in after if name not in before)]
        if before.get(name) != after.get(name)
    ]


def _words(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
    return json.dumps(value, ensure_ascii=False)
