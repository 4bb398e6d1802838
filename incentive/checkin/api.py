"""Shifts' codes, attendance and service records over HTTP."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import Response

from incentive.checkin import schemas as shapes
from incentive.checkin import service, showing
from incentive.checkin.settled import dated
from incentive.checkin.showing import ShownCode
from incentive.core import clock
from incentive.core.addresses import public_base
from incentive.core.codes import png, svg
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import OWN, REACH, REGION, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.people.caller import Caller, caller

bp: Final = ApiBlueprint("checkin", __name__, description="Shift codes, attendance and records")
Show = Callable[[UUID, Caller, str, datetime], ShownCode]


@bp.get("/shifts/<uuid:shift_id>/code")
@needs("shift.run", of=REGION)
@bp.response(200, shapes.ShiftCodeSchema)
def shift_code(shift_id: UUID) -> ShownCode:
    """Return the shift's code of this half minute.

    Asked by bearer token, or with `X-Requested-With: incentive`, it counts as being shown.
    """
    return _shown(_rotating(), shift_id)


@bp.get("/shifts/<uuid:shift_id>/code.svg")
@needs("shift.run", of=REGION)
@bp.response(200, content_type="image/svg+xml")
def shift_code_svg(shift_id: UUID) -> Response:
    """Draw the shift's code of this half minute."""
    return _drawn(_rotating(), shift_id, svg, "image/svg+xml")


@bp.get("/shifts/<uuid:shift_id>/code.png")
@needs("shift.run", of=REGION)
@bp.response(200, content_type="image/png")
def shift_code_png(shift_id: UUID) -> Response:
    """Draw the shift's code of this half minute."""
    return _drawn(_rotating(), shift_id, png, "image/png")


@bp.get("/shifts/<uuid:shift_id>/printed-code")
@needs("shift.run", of=REGION)
@bp.response(200, shapes.ShiftCodeSchema)
def printed_code(shift_id: UUID) -> ShownCode:
    """Return the shift's code for paper."""
    return _shown(showing.on_paper, shift_id)


@bp.get("/shifts/<uuid:shift_id>/printed-code.svg")
@needs("shift.run", of=REGION)
@bp.response(200, content_type="image/svg+xml")
def printed_code_svg(shift_id: UUID) -> Response:
    """Draw the shift's code for paper."""
    return _drawn(showing.on_paper, shift_id, svg, "image/svg+xml")


@bp.get("/shifts/<uuid:shift_id>/printed-code.png")
@needs("shift.run", of=REGION)
@bp.response(200, content_type="image/png")
def printed_code_png(shift_id: UUID) -> Response:
    """Draw the shift's code for paper."""
    return _drawn(showing.on_paper, shift_id, png, "image/png")


@bp.get("/shifts/<uuid:shift_id>/attendances")
@needs("shift.run", of=REGION)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, shapes.AttendancePageSchema)
def attendances(query: dict[str, Any], shift_id: UUID) -> Page:
    """List who was or is there, by volunteer number, for those who run the shift."""
    with transaction():
        return service.attendances(shift_id, caller(), **({"cursor": None} | query))


@bp.post("/attendances/<uuid:attendance_id>/confirm")
@needs("shift.override", of=REGION)
@bp.response(200, shapes.AttendanceSchema)
def confirm(attendance_id: UUID) -> Any:
    """Vouch that a person is or was there, in place of the proof that their scans lack."""
    with transaction():
        return service.confirm(attendance_id, caller(), clock.now())


@bp.get("/me/service-records")
@needs(OWN)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, shapes.ServiceRecordPageSchema)
def my_records(query: dict[str, Any]) -> Page:
    """List the caller's service records, the newest first."""
    with transaction():
        return _dated(service.records_of(caller().person_id, **({"cursor": None} | query)))


@bp.get("/service-records")
@needs("record.verify", of=REACH)
@bp.arguments(shapes.RecordQuerySchema, location="query")
@bp.response(200, shapes.ServiceRecordPageSchema)
def records(query: dict[str, Any]) -> Page:
    """List the service records that the caller may decide on, the oldest first."""
    with transaction():
        return _dated(service.records_for(caller(), **({"cursor": None} | query)))


@bp.post("/service-records/<uuid:record_id>/verify")
@needs("record.verify", of=REGION)
@bp.arguments(shapes.VerificationSchema)
@bp.response(200, shapes.ServiceRecordSchema)
def verify(wanted: dict[str, str], record_id: UUID) -> Any:
    """Vouch for a service record; points follow. One that was rejected needs a reason."""
    with transaction():
        return dated([service.verify(record_id, caller(), clock.now(), wanted["reason"])])[0]


@bp.post("/service-records/<uuid:record_id>/reject")
@needs("record.verify", of=REGION)
@bp.arguments(shapes.RejectionSchema)
@bp.response(200, shapes.ServiceRecordSchema)
def reject(wanted: dict[str, str], record_id: UUID) -> Any:
    """Refuse a service record, for a reason that its person reads."""
    with transaction():
        return dated([service.reject(record_id, caller(), wanted["reason"], clock.now())])[0]


def _dated(found: Page) -> Page:
    return Page(dated(found.items), found.next_cursor)


def _rotating() -> Show:
    return showing.presented if showing.is_on_purpose() else showing.on_screen


def _shown(show: Show, shift_id: UUID) -> ShownCode:
    with transaction():
        return show(shift_id, caller(), public_base(), clock.now())


def _drawn(show: Show, shift_id: UUID, draw: Callable[[str], bytes], content_type: str) -> Response:
    image = draw(_shown(show, shift_id).url)
    return Response(image, content_type=content_type, headers={"Cache-Control": "no-store"})
