"""Entering persons by the list: sent, looked at row by row, entered as a whole, taken back."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.http import API_PREFIX
from incentive.core.i18n import Text, _
from incentive.core.jobs import enqueue
from incentive.core.needs import REACH, REGION, needs
from incentive.core.tables import FILE_BYTES_MAX, TableUnreadable
from incentive.core.uploads import takes
from incentive.people import jobs
from incentive.people.caller import Caller, caller
from incentive.people.imports import service
from incentive.people.imports.domain import ROWS_MAX
from incentive.people.imports.sheets import TO_MEND_MAX
from incentive.people.imports.words import refusal_of
from incentive.regions.errors import UnknownRegion
from incentive.web import forms, merchant_queries, people_frame
from incentive.web.addresses import here, pager
from incentive.web.site import bp

LISTS: Final = 20
ROWS: Final = 50
# A form's own fields come on top of the file.
_FORM_BYTES: Final = 64 * 1024
_VIEWS: Final[dict[str, Text]] = {
    "wrong": _("to mend"),
    "new": _("new"),
    "known": _("there already"),
    "entered": _("entered"),
    "removed": _("removed again"),
}


@bp.get("/imports")
@needs("person.import", of=REACH)
def import_list() -> str:
    """Show the form for a list, and the lists that were sent."""
    return _lists()


@bp.post("/imports")
@needs("person.import", of=REGION)
@takes(FILE_BYTES_MAX + _FORM_BYTES)
def send_list() -> ResponseReturnValue:
    """Keep a list that is to be read, and go on to where its rows will be."""
    made: list[UUID] = []

    def do(who: Caller, at: datetime) -> Text:
        file = request.files.get("file")
        content = file.read(FILE_BYTES_MAX + 1) if file else b""
        if not content:
            raise TableUnreadable
        region = request.form.get("code", "").strip() or request.form.get("region", "")
        if not (region.isascii() and region.isdecimal()):
            raise UnknownRegion("code")
        sent = service.send(who, region=region, content=content, at=at)
        made.append(sent.id)
        enqueue(jobs.work_on_import, str(sent.id))
        return _("The list is being read. Nobody is entered before you say so.")

    answer = forms.act(do, done=url_for("web.import_list"), refused=_lists)
    if made and isinstance(answer, Response):
        answer.headers["Location"] = url_for("web.import_page", import_id=made[0])
    return answer


@bp.get("/imports/<uuid:import_id>")
@needs("person.import", of=REGION)
def import_page(import_id: UUID) -> str:
    """Show how far a list is, its figures, and the answer to each row."""
    return _list(import_id)


@bp.get("/imports/<uuid:import_id>/progress")
@needs("person.import", of=REGION)
def import_progress(import_id: UUID) -> ResponseReturnValue:
    """Return how far the work is, to be put into the page; have it drawn anew at the end."""
    with transaction():
        found = service.progress(caller(), import_id, clock.now())
    if not found.is_working:
        return Response(status=204, headers={"HX-Refresh": "true"})
    return render_template("web/_import_progress.html", each=found)


@bp.post("/imports/<uuid:import_id>/enter")
@needs("person.import", of=REGION)
def enter_list(import_id: UUID) -> ResponseReturnValue:
    """Have all right rows entered."""

    def do(who: Caller, _at: datetime) -> Text:
        agreed = request.form.get("guardians") == "yes"
        sent = service.enter(who, import_id, guardians=agreed)
        return _("%(count)s persons are being entered.", count=sent.new_rows)

    return _then_work(import_id, do)


@bp.post("/imports/<uuid:import_id>/undo")
@needs("person.import", of=REGION)
def undo_list(import_id: UUID) -> ResponseReturnValue:
    """Have all removed again who did nothing yet."""

    def do(who: Caller, at: datetime) -> Text:
        service.undo(who, import_id, at)
        return _("Whoever did nothing yet is being removed again.")

    return _then_work(import_id, do)


@bp.post("/imports/<uuid:import_id>/give-up")
@needs("person.import", of=REGION)
def give_list_up(import_id: UUID) -> ResponseReturnValue:
    """Forget a list that nobody was entered from."""

    def do(who: Caller, at: datetime) -> Text:
        service.give_up(who, import_id, at)
        return _("The list was forgotten. Nobody was entered.")

    done = url_for("web.import_list")
    return forms.act(do, done=done, refused=lambda error: _list(import_id, error))


def _then_work(import_id: UUID, do: Callable[[Caller, datetime], Text]) -> ResponseReturnValue:
    def act(who: Caller, at: datetime) -> Text:
        said = do(who, at)
        enqueue(jobs.work_on_import, str(import_id))
        return said

    done = url_for("web.import_page", import_id=import_id)
    return forms.act(act, done=done, refused=lambda error: _list(import_id, error))


def _lists(refusal: IncentiveError | None = None) -> str:
    with transaction():
        who = caller()
        cursor = request.args.get("cursor")
        found = service.listing(who, cursor=cursor, limit=LISTS, at=clock.now())
        regions = merchant_queries.regions_at(who.regions_for(service.PERMISSION))
        tabs = people_frame.tabs(who, "web.import_list")
    return render_template(
        "web/imports.html",
        template=f"{API_PREFIX}/person-imports/template.xlsx",
        tabs=tabs,
        lists=found.items,
        regions=[(row.code, row.name) for row in regions],
        megabytes=FILE_BYTES_MAX >> 20,
        most=ROWS_MAX,
        refusal=refusal,
        typed={name: request.form.get(name, "") for name in ("region", "code")},
        **pager(found.next_cursor),
    )


def _list(import_id: UUID, refusal: IncentiveError | None = None) -> str:
    with transaction():
        who, at = caller(), clock.now()
        each = service.progress(who, import_id, at)
        views = _views(each)
        view = request.args.get("rows", "")
        view = view if view in views else next(iter(views), "")
        cursor = request.args.get("cursor")
        rows = service.rows(who, import_id, status=view or None, cursor=cursor, limit=ROWS, at=at)
    return render_template(
        "web/import.html",
        each=each,
        to_mend=f"{API_PREFIX}/person-imports/{import_id}/to-mend.xlsx",
        unreadable=refusal_of(each.sent.refusal),
        views=[
            {
                "label": f"{_VIEWS[name]} {count}",
                "href": here(rows=name, cursor=None),
                "current": name == view,
            }
            for name, count in views.items()
        ],
        rows=rows.items,
        mend_max=TO_MEND_MAX,
        refusal=refusal,
        **pager(rows.next_cursor),
    )


def _views(each: service.Progress) -> dict[str, int]:
    """Return how many rows there are of each kind, without those of which there are none."""
    sent = each.sent
    gone = sent.new_rows - sent.entered_rows if sent.entered_at else 0
    counts = {
        "wrong": sent.wrong_rows,
        "new": 0 if sent.entered_at else sent.new_rows,
        "entered": sent.entered_rows - sent.removed_rows,
        "removed": sent.removed_rows,
        "known": sent.known_rows + gone,
    }
    return {name: count for name, count in counts.items() if count}
