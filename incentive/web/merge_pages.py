"""Two entries of one person: seen side by side, asked to be merged, decided on, undone."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import Forbidden, IncentiveError, NotFound
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, REGION, needs
from incentive.people.caller import Caller, caller
from incentive.points.merges import service
from incentive.points.merges.domain import may_undo
from incentive.web import forms, people_frame
from incentive.web.addresses import pager
from incentive.web.site import bp

ROWS: Final = 20
_NUMBER_MAX: Final = 20


@bp.get("/merges")
@needs("person.merge", of=REACH)
def merge_list() -> str:
    """Show entries that are perhaps of one person, two side by side, and the merges there are."""
    return _page()


@bp.post("/merges")
@needs("person.merge", of=REGION)
def ask_for_merge() -> ResponseReturnValue:
    """Ask for an entry to be closed and to lead to another."""

    def do(who: Caller, at: datetime) -> Text:
        kept, gone = _number("kept"), _number("gone")
        service.ask(who, kept=kept, gone=gone, reason=forms.reason(), at=at)
        return _("Asked for. An administrator has to approve it.")

    return forms.act(do, done=url_for("web.merge_list"), refused=_page)


@bp.post("/merges/<uuid:merge_id>/approve")
@needs("person.merge_decide", of=REGION)
def approve_merge(merge_id: UUID) -> ResponseReturnValue:
    """Merge what somebody else asked for."""

    def do(who: Caller, at: datetime) -> Text:
        merge = service.approve(who, merge_id, at)
        return _(
            "Merged; %(points)s points moved. It can be undone for 7 days.", points=merge.points
        )

    return forms.act(do, done=url_for("web.merge_list"), refused=_page)


@bp.post("/merges/<uuid:merge_id>/refuse")
@needs("person.merge_decide", of=REGION)
def refuse_merge(merge_id: UUID) -> ResponseReturnValue:
    """Turn down what somebody else asked for."""

    def do(who: Caller, at: datetime) -> Text:
        service.refuse(who, merge_id, forms.reason(), at)
        return _("Not merged. Both entries stay as they are.")

    return forms.act(do, done=url_for("web.merge_list"), refused=_page)


@bp.post("/merges/<uuid:merge_id>/undo")
@needs("person.merge_decide", of=REGION)
def undo_merge(merge_id: UUID) -> ResponseReturnValue:
    """Open a closed entry again."""

    def do(who: Caller, at: datetime) -> Text:
        service.undo(who, merge_id, forms.reason(), at)
        return _("Both entries are there again, each with its points.")

    return forms.act(do, done=url_for("web.merge_list"), refused=_page)


def _number(name: str) -> str:
    return forms.words(name, _NUMBER_MAX, required=True).replace("-", "").replace(" ", "")


def _page(refusal: IncentiveError | None = None) -> str:
    typed = {name: request.values.get(name, "").strip() for name in ("kept", "gone")}
    with transaction():
        who, at = caller(), clock.now()
        found = service.listing(who, cursor=request.args.get("cursor"), limit=ROWS)
        beside, missing = _beside(who, typed, at)
        return render_template(
            "web/merges.html",
            tabs=people_frame.tabs(who, "web.merge_list"),
            groups=service.candidates(who),
            beside=beside,
            typed=typed,
            decides=bool(who.regions_for(service.DECIDE)),
            rows=[_row(row, at) for row in found.items],
            refusal=refusal or missing,
            **pager(found.next_cursor),
        )


def _beside(
    who: Caller, typed: dict[str, str], at: datetime
) -> tuple[list[service.Entry], IncentiveError | None]:
    """Return the two entries that were named, or why they are not shown."""
    if request.method != "GET" or not all(typed.values()):
        return [], None
    numbers = [text.replace("-", "").replace(" ", "")[:_NUMBER_MAX] for text in typed.values()]
    try:
        return service.side_by_side(who, numbers, at), None
    except (NotFound, Forbidden) as error:
        return [], error


def _row(row: Any, at: datetime) -> dict[str, Any]:
    merge = row[0]
    return {
        "id": merge.id,
        "kept": row.kept,
        "gone": row.gone,
        "status": merge.status,
        "points": merge.points,
        "reason": merge.reason,
        "asked_at": merge.asked_at,
        "may_undo": may_undo(merge.status, merge.decided_at, at),
    }
