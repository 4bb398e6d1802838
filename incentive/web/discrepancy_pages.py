"""What looks wrong at the counters: of one station, and of all in the reader's scope."""

from datetime import datetime
from typing import Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, STATION, needs
from incentive.people.caller import Caller, caller
from incentive.stations.discrepancies import service
from incentive.stations.discrepancies.domain import KINDS, STATES
from incentive.web import forms
from incentive.web.addresses import here, pager
from incentive.web.site import bp
from incentive.web.station_frame import frame

ROWS: Final = 30
_STATES: Final[dict[str, Text]] = {
    "open": _("To be cleared"),
    "cleared": _("Cleared"),
    "all": _("All"),
}


@bp.get("/discrepancies")
@needs("station.audit", of=REACH)
def discrepancies() -> str:
    """List the findings at all stations whose books the reader sees."""
    state = _state()
    with transaction():
        rows = service.in_scope(
            caller(), state=state, cursor=request.args.get("cursor"), limit=ROWS
        )
        unusual = _unusual()
    return render_template(
        "web/discrepancies.html",
        station=None,
        tabs=[],
        rows=rows.items,
        states=_tabs(state),
        kinds=KINDS,
        unusual=unusual,
        may_clear=False,
        refusal=None,
        at_form="",
        typed={},
        **pager(rows.next_cursor),
    )


@bp.get("/stations/<uuid:station_id>/discrepancies")
@needs("station.audit", of=STATION)
def station_discrepancies(station_id: UUID) -> str:
    """List a station's findings, each with what cleared it or a form to clear it."""
    with transaction():
        return _shown(caller(), station_id)


@bp.post("/stations/<uuid:station_id>/discrepancies/<int:discrepancy_id>/clear")
@needs("discrepancy.clear", of=STATION)
def clear_discrepancy(station_id: UUID, discrepancy_id: int) -> ResponseReturnValue:
    """Clear a finding with a note."""

    def do(who: Caller, at: datetime) -> Text:
        service.clear(who, discrepancy_id, at, forms.words("note", required=True))
        return _("Cleared. The finding and your note stay in the books.")

    def refused(error: IncentiveError) -> str:
        with transaction():
            return _shown(caller(), station_id, refusal=error, at_form=str(discrepancy_id))

    done = url_for("web.station_discrepancies", station_id=station_id)
    return forms.act(do, done=done, refused=refused)


def _shown(
    who: Caller, station_id: UUID, *, refusal: IncentiveError | None = None, at_form: str = ""
) -> str:
    state = _state()
    around = frame(who, station_id, "station.audit", "web.station_discrepancies", clock.now())
    rows = service.of_station(
        who, station_id, state=state, cursor=request.args.get("cursor"), limit=ROWS
    )
    return render_template(
        "web/discrepancies.html",
        station=around.station,
        tabs=around.tabs,
        rows=rows.items,
        states=_tabs(state),
        kinds=KINDS,
        unusual=_unusual(),
        may_clear="discrepancy.clear" in around.may,
        refusal=refusal,
        at_form=at_form,
        typed=request.form,
        **pager(rows.next_cursor),
    )


def _unusual() -> list[Text]:
    """Return in words from when on the system asks."""
    at = service.thresholds()
    said = [
        _(
            "%(count)s handovers or more by one person within %(seconds)s seconds",
            count=at.handovers,
            seconds=at.handover_seconds,
        ),
        _(
            "Orders of %(count)s people or more, made and collected within %(seconds)s seconds",
            count=at.people,
            seconds=at.people_seconds,
        ),
        _(
            "A code shown again more than %(seconds)s seconds after it was used",
            seconds=at.repeat_seconds,
        ),
    ]
    if at.fen_per_point is not None:
        said.append(_("Goods that cost more than %(fen)s fen for each point", fen=at.fen_per_point))
    return said


def _state() -> str:
    state = request.args.get("state", "")
    return state if state in STATES else "open"


def _tabs(state: str) -> list[dict[str, object]]:
    return [
        {"label": label, "href": here(state=name, cursor=None), "current": name == state}
        for name, label in _STATES.items()
    ]
