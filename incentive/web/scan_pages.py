"""Codes opened by any camera, and scans sent as a plain form."""

from typing import Any, Final
from uuid import UUID, uuid4

from flask import flash, json, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.checkin.domain import ScanRequest
from incentive.checkin.errors import NonceReused
from incentive.checkin.scan_api import scan_now
from incentive.core import clock
from incentive.core.codes import (
    CodeError,
    MemberCard,
    PrintedCode,
    RedemptionCode,
    RotatingCode,
    parse,
)
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unauthenticated, Unavailable
from incentive.core.i18n import Text, _
from incentive.core.needs import REGION, SIGNED_IN, at_once, needs
from incentive.people.caller import Caller, caller
from incentive.people.consents.errors import ConsentWithdrawn
from incentive.people.errors import ForeignOrigin
from incentive.stations.counter import look_up
from incentive.stations.errors import CodeGarbled
from incentive.web import counter_pages, duty_pages, duty_queries, forms, me_pages
from incentive.web.me import shift as shift_context
from incentive.web.site import bp

_ELSEWHERE: Final = (Unauthenticated, Unavailable, ForeignOrigin, ConsentWithdrawn)
_VERDICTS: Final[dict[str, tuple[str, Text]]] = {
    "check_in": (
        "success",
        _("Checked in. Scan again when you leave, so that your hours count."),
    ),
    "check_out": ("success", _("Checked out. Points follow once the record is verified.")),
    "already_in": ("info", _("Already checked in. Nothing was changed.")),
    "already_out": ("info", _("Already checked out. Nothing was changed.")),
}
_AGAIN: Final = _("This scan was counted before; nothing was changed.")
_COUNTED: Final = _(
    "Only the time within the shift counts, and only full blocks of minutes earn points."
)
_UNSURE: Final = _("A worker still has to confirm this scan.")


@bp.get("/s/<path:code>")
@needs(SIGNED_IN)
@at_once
def scanned(code: str) -> ResponseReturnValue:
    """Show what a code is for, with the one button that acts; looking changes nothing."""
    code = code.rstrip("/")  # some cameras add one
    with transaction():
        who, at = caller(), clock.now()
        shown: dict[str, Any] = {"code": code, "nonce": uuid4()}
        try:
            read = parse(code)
        except CodeError:
            error = CodeGarbled()
            return render_template("web/scanned.html", refusal=error, **shown), error.status
        shown["code"] = read.text
        match read:
            case RotatingCode() | PrintedCode():
                row = duty_queries.shift_numbered(read.shift_number)
                shown |= {"kind": "shift", "shift": row and shift_context(row)}
            case MemberCard():
                running = duty_pages.shifts_today(who, at)
                shown |= {"kind": "card", "number": read.volunteer_number, "shifts": running}
            case RedemptionCode():
                station_id = _counter_of(who, read.text)
                if station_id is not None:
                    return counter_pages.shown(who, station_id, at, code=read.text)
                shown["kind"] = "order"
    return render_template("web/scanned.html", refusal=None, **shown)


@bp.post("/me/scans")
@needs("shift.scan", of=REGION, own=True)
def scan() -> ResponseReturnValue:
    """Check in or out by a form, where no script runs; the form's nonce makes it happen once."""
    code = request.form.get("code", "").strip()
    shift_id = forms.identifier("shift_id")
    try:
        tone, said = _scan(code, shift_id)
    except _ELSEWHERE:
        raise
    except IncentiveError as error:
        if shift_id is not None:
            return duty_pages.draw(error, code=code, shift_id=shift_id), error.status
        return me_pages.draw(error, code=code), error.status
    flash(said, tone)
    if shift_id is not None:
        return redirect(url_for("web.duty", shift=shift_id), 303)
    return redirect(url_for("web.me"), 303)


def _scan(code: str, shift_id: UUID | None) -> tuple[str, str]:
    """Scan, and return the tone and the words of what was done."""
    nonce = forms.identifier("nonce") or uuid4()
    wanted = ScanRequest(nonce=nonce, scanned_at=clock.now(), code=code, shift_id=shift_id)
    try:
        answer = json.loads(scan_now(wanted).text)
    except NonceReused:
        # The same form again, a moment later: its first scan stands.
        return "info", str(_AGAIN)
    tone, said = _VERDICTS[answer["verdict"]]
    words = [str(said)]
    if shift_id is not None:
        words.insert(0, answer["volunteer_number"])
    record = answer.get("service_record")
    if record is not None:
        title, counted = answer["shift"]["title"], record["minutes"]
        words.append(str(_("%(shift)s: %(minutes)s minutes.", shift=title, minutes=counted)))
        words.append(str(_COUNTED))
    if "needs_confirmation" in answer["flags"]:
        words.append(str(_UNSURE))
    return tone, " ".join(words)


def _counter_of(who: Caller, code: str) -> Any:
    """Return the station at whose counter the code's order is collected, if `who` serves there."""
    try:
        return look_up(who, code, clock.now()).order.station.id
    except IncentiveError:
        return None
