"""Activities over HTTP: public to read, published by workers, signed up for by anyone."""

from typing import Any, Final
from uuid import UUID

from incentive.activities import schemas as shapes
from incentive.activities import service, sign_ups
from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import OWN, PUBLIC, REGION, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.people.caller import caller

bp: Final = ApiBlueprint("activities", __name__, description="Activities, shifts and sign-ups")


@bp.post("/teams")
@needs("activity.manage", of=REGION)
@bp.arguments(shapes.NewTeamSchema)
@bp.once(201, shapes.TeamSchema)
def found_team(wanted: dict[str, Any]) -> Any:
    """Found a team at home in a region."""
    return service.found_team(**wanted, by=caller(), at=clock.now())


@bp.get("/activities")
@needs(PUBLIC)
@bp.arguments(shapes.ActivityQuerySchema, location="query")
@bp.response(200, shapes.ActivityPageSchema)
def list_activities(query: dict[str, Any]) -> Page:
    """List activities that have shifts to come, the next first."""
    with transaction():
        return service.upcoming(**({"since": clock.now(), "cursor": None} | query))


@bp.post("/activities")
@needs("activity.manage", of=REGION)
@bp.arguments(shapes.NewActivitySchema)
@bp.once(201, shapes.ActivitySchema)
def publish(wanted: dict[str, Any]) -> Any:
    """Publish an activity; it is listed once it has a shift."""
    return service.publish(**wanted, by=caller(), at=clock.now())


@bp.get("/activities/<uuid:activity_id>")
@needs(PUBLIC)
@bp.response(200, shapes.ActivitySchema)
def show_activity(activity_id: UUID) -> Any:
    """Show an activity, also a cancelled one."""
    with transaction():
        return service.activity(activity_id)


@bp.post("/activities/<uuid:activity_id>/cancel")
@needs("activity.manage", of=REGION)
@bp.response(200, shapes.ActivitySchema)
def cancel_activity(activity_id: UUID) -> Any:
    """Cancel an activity, its shifts that are not over, and their sign-ups."""
    with transaction():
        return service.cancel_activity(activity_id, caller(), clock.now())


@bp.get("/activities/<uuid:activity_id>/shifts")
@needs(PUBLIC)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, shapes.ShiftPageSchema)
def list_shifts(query: dict[str, Any], activity_id: UUID) -> Page:
    """List an activity's shifts, the earliest first."""
    with transaction():
        return service.shifts_of(activity_id, **({"cursor": None} | query))


@bp.post("/activities/<uuid:activity_id>/shifts")
@needs("activity.manage", of=REGION)
@bp.arguments(shapes.NewShiftSchema)
@bp.once(201, shapes.ShiftSchema)
def add_shift(wanted: dict[str, Any], activity_id: UUID) -> Any:
    """Add a shift to an activity."""
    return service.add_shift(activity_id, wanted, caller(), clock.now())


@bp.get("/shifts/<uuid:shift_id>")
@needs(PUBLIC)
@bp.response(200, shapes.ShiftSchema)
def show_shift(shift_id: UUID) -> Any:
    """Show a shift and how full it is."""
    with transaction():
        return service.shift(shift_id)


@bp.post("/shifts/<uuid:shift_id>/cancel")
@needs("activity.manage", of=REGION)
@bp.response(200, shapes.ShiftSchema)
def cancel_shift(shift_id: UUID) -> Any:
    """Cancel a shift and every sign-up for it."""
    with transaction():
        return service.cancel_shift(shift_id, caller(), clock.now())


@bp.post("/shifts/<uuid:shift_id>/sign-ups")
@needs(OWN)
@bp.once(201, shapes.SignUpSchema)
def sign_up(shift_id: UUID) -> Any:
    """Sign up: a place if there is one, else the end of the queue."""
    return sign_ups.sign_up(shift_id, caller().person_id, clock.now())


@bp.delete("/shifts/<uuid:shift_id>/sign-ups/mine")
@needs(OWN)
@bp.response(200, shapes.SignUpSchema)
def withdraw(shift_id: UUID) -> Any:
    """Withdraw; the first in the queue gets the place."""
    with transaction():
        return sign_ups.withdraw(shift_id, caller().person_id, clock.now())


@bp.get("/shifts/<uuid:shift_id>/sign-ups")
@needs("shift.scan", of=REGION)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, shapes.ShiftSignUpPageSchema)
def list_sign_ups(query: dict[str, Any], shift_id: UUID) -> Page:
    """List who signed up, by volunteer number, for those who run the shift."""
    with transaction():
        return sign_ups.of_shift(shift_id, caller(), **({"cursor": None} | query))


@bp.get("/me/sign-ups")
@needs(OWN)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, shapes.MySignUpPageSchema)
def my_sign_ups(query: dict[str, Any]) -> Page:
    """List the caller's sign-ups, the latest shift first."""
    with transaction():
        return sign_ups.mine(caller().person_id, **({"cursor": None} | query))
