"""For those who run shifts: who is there, whose card to scan, whose service to verify."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from incentive.checkin import service as checkin
from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, REGION, at_once, needs
from incentive.core.zone import day_of, timezone
from incentive.people.caller import Caller, caller
from incentive.settlement.findings import listing as findings
from incentive.web import duty_queries, forms
from incentive.web.addresses import pager
from incentive.web.me import shift as shift_context
from incentive.web.site import bp

SHIFTS_MAX: Final = 20
# People check in and out half an hour around a shift.
GRACE: Final = timedelta(minutes=30)


@bp.get("/duty")
@needs("shift.scan", of=REACH)
@at_once
def duty() -> str:
    """Show today's shifts and the records that wait for a decision."""
    return draw()


@bp.post("/service-records/<uuid:record_id>/verify")
@needs("record.verify", of=REGION)
def verify(record_id: UUID) -> ResponseReturnValue:
    """Vouch for a service record."""

    def do(who: Caller, at: datetime) -> Text:
        record = checkin.verify(record_id, who, at)
        return _(
            "The service of %(number)s is verified. Points follow.",
            number=record.volunteer_number,
        )

    return forms.act(do, done=url_for("web.duty"), refused=draw)


@bp.post("/service-records/<uuid:record_id>/reject")
@needs("record.verify", of=REGION)
def reject(record_id: UUID) -> ResponseReturnValue:
    """Refuse a service record for a stated reason."""

    def do(who: Caller, at: datetime) -> Text:
        record = checkin.reject(record_id, who, forms.reason(), at)
        return _(
            "The service of %(number)s is rejected; they see your reason.",
            number=record.volunteer_number,
        )

    def refused(error: IncentiveError) -> str:
        return draw(error, record_id=record_id)

    return forms.act(do, done=url_for("web.duty"), refused=refused)


def draw(
    refusal: IncentiveError | None = None,
    *,
    code: str = "",
    shift_id: UUID | None = None,
    record_id: UUID | None = None,
) -> str:
    """Return the page; a `refusal` stands at the scan of `code` or at the record it is about."""
    wanted = shift_id or _asked_shift()
    with transaction():
        who, at = caller(), clock.now()
        who.require_somewhere("shift.scan")
        shifts = shifts_today(who, at)
        page = checkin.records_for(who, "pending", cursor=request.args.get("cursor"), limit=20)
        waiting = duty_queries.to_verify(who.regions_for("record.verify"))
        found = findings.open_in(who)
    return render_template(
        "web/duty.html",
        shifts=shifts,
        scan_for=next((shift for shift in shifts if shift["id"] == wanted), None),
        records=[_record(row, own=row.person_id == who.person_id) for row in page.items],
        waiting=waiting,
        findings_href=url_for("web.findings") if found is not None else None,
        found=found,
        verifies=bool(who.regions_for("record.verify")),
        refusal=refusal,
        code=code,
        at_record=record_id,
        reason=request.form.get("reason", ""),
        **pager(page.next_cursor),
    )


def shifts_today(who: Caller, at: datetime) -> list[dict[str, Any]]:
    """Return the shifts of today at which `who` scans, the ones just over included."""
    _start, midnight = clock.day_bounds(day_of(at), timezone())
    if who.shift_id is not None:
        rows: Sequence[Row[Any]] = duty_queries.only(who.shift_id)  # a scanner has its own
    else:
        paths = who.regions_for("shift.scan")
        rows = duty_queries.running(paths, at - GRACE, midnight, SHIFTS_MAX)
    return [
        shift_context(row)
        | {
            "running": row.starts_at <= at < row.ends_at,
            "runs": who.may("shift.run", region_path=row.region_path),
            "counts": counts(row),
        }
        for row in rows
    ]


def counts(row: Row[*tuple[Any, ...]]) -> dict[str, int]:
    """Return the figures of a shift's screen."""
    return {
        "signed_up": row.signed_up,
        "quota": row.quota,
        "present": row.present,
        "left": row.gone,
    }


def _record(row: Row[*tuple[Any, ...]], *, own: bool) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.volunteer_number,
        "title": row.activity_title,
        "start": row.check_in_at,
        "end": row.check_out_at,
        "minutes": row.minutes,
        "why": _why(row),
        "own": own,
    }


def _why(row: Row[*tuple[Any, ...]]) -> Text:
    if row.overlaps:
        return _("Some of these minutes are on record at another shift too.")
    if row.closed_by == "system":
        return _("No check-out was scanned; the system closed it at the shift's end.")
    if row.closed_by == "elsewhere":
        return _("Checked in elsewhere without checking out here.")
    if not row.check_in_proved and not row.check_out_proved:
        return _("Neither scan was seen by anybody else.")
    if not row.check_in_proved:
        return _("The check-in was seen by nobody else.")
    return _("The check-out was seen by nobody else.")


def _asked_shift() -> UUID | None:
    try:
        return UUID(request.args.get("shift", ""))
    except ValueError:
        return None
