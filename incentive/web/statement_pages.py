"""The statement of one's own points between two days."""

from typing import Any, Final

from flask import render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import EXCLUDE, ValidationError

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import language
from incentive.core.needs import OWN, needs
from incentive.people.caller import caller
from incentive.settlement import statements
from incentive.settlement.errors import StatementBackwards
from incentive.settlement.schemas import StatementQuerySchema
from incentive.web.addresses import pager
from incentive.web.errors import FieldUnreadable
from incentive.web.me import statement_lines
from incentive.web.site import bp

ROWS: Final = 20
_FILTERS: Final = ("from", "to", "basis")


@bp.get("/me/statement")
@needs(OWN)
def statement() -> ResponseReturnValue:
    """List the movements of one's points, with what there was before and after."""
    typed = {name: request.args.get(name, "").strip() for name in _FILTERS}
    which, errors = _filter(typed)
    with transaction():
        who, found = caller(), None
        if which is not None:
            cursor = request.args.get("cursor")
            found = statements.statement(
                f"person:{who.person_id}",
                language(),
                now=clock.now(),
                **which | {"cursor": cursor, "limit": ROWS},
            )
        lines = statement_lines(found.items) if found else []
    return render_template(
        "web/statement.html",
        filters=typed,
        errors=[(error.field, error.message) for error in errors],
        of=found,
        lines=lines,
        **pager(found.next_cursor if found else None),
    ), 422 if errors else 200


def _filter(typed: dict[str, str]) -> tuple[dict[str, Any] | None, list[IncentiveError]]:
    """Return the days that were typed, or what has to be mended in them."""
    given = {name: value for name, value in typed.items() if value}
    try:
        wanted: dict[str, Any] = StatementQuerySchema(unknown=EXCLUDE).load(given)
    except ValidationError as error:
        return None, [FieldUnreadable(name) for name in error.messages_dict]
    if "first" in wanted and "last" in wanted and wanted["first"] > wanted["last"]:
        return None, [StatementBackwards()]
    return wanted, []
