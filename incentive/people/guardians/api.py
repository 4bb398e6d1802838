"""Guardians over HTTP: inviting and accepting; a worker's word from paper; acting for a ward."""

from typing import Any, Final
from uuid import UUID

from flask import url_for

from incentive.core import clock
from incentive.core.addresses import public_base
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import OWN, REGION, RIGHTS, needs
from incentive.people.caller import caller
from incentive.people.consents import service as consents
from incentive.people.consents.domain import Kind
from incentive.people.consents.schemas import ConsentSchema, ConsentsSchema, NewConsentSchema
from incentive.people.guardians import schemas as shapes
from incentive.people.guardians import service, wards

bp: Final = ApiBlueprint("guardians", __name__, description="Guardians of minors, and their wards")
_KINDS: Final = "any(id_number,birth_month,address,minors)"


@bp.get("/me/guardians")
@needs(OWN)
@bp.response(200, shapes.GuardiansSchema)
def list_guardians() -> dict[str, Any]:
    """List your guardians."""
    with transaction():
        return wards.guardians(caller().person_id)


@bp.post("/me/guardian-invitations")
@needs(OWN)
@bp.once(201, shapes.InvitationMadeSchema)
def invite() -> dict[str, Any]:
    """Make an invitation that your guardian opens on their own phone; those before are void."""
    made = service.invite(caller(), clock.now())
    path = url_for("web.guardian_invitation", code=made.code)
    return {"url": f"{public_base().rstrip('/')}{path}", "expires_at": made.expires_at}


@bp.get("/guardian-invitations/<code>")
@needs(OWN)
@bp.response(200, shapes.InviterSchema)
def show_invitation(code: str) -> service.Ward:
    """Show who invites you to be their guardian."""
    with transaction():
        caller()
        return service.invited_by(code, clock.now())


@bp.post("/guardian-invitations/<code>/accept")
@needs(OWN)
@bp.arguments(shapes.GuardianAcceptanceSchema)
@bp.once(201, shapes.WardSchema)
def accept(given: dict[str, Any], code: str) -> service.Ward:
    """Become the guardian of who invites you, and consent for them."""
    minor_id = service.accept(caller(), code, given["notice"], clock.now())
    return service.ward(caller(), minor_id)


@bp.post("/guardianships")
@needs("guardian.confirm", of=REGION)
@bp.arguments(shapes.GuardianConfirmationSchema)
@bp.once(201, shapes.GuardianConfirmedSchema)
def confirm(given: dict[str, Any]) -> dict[str, UUID]:
    """Enter from paper that somebody is a minor's guardian and consents."""
    notice_id = given.pop("notice")
    return {"id": service.confirm(caller(), notice_id=notice_id, at=clock.now(), **given)}


@bp.get("/me/wards")
@needs(RIGHTS)
@bp.response(200, shapes.WardsSchema)
def list_wards() -> dict[str, Any]:
    """List the minors whose guardian you are."""
    with transaction():
        return {"items": service.wards(caller())}


@bp.get("/me/wards/<uuid:minor_id>/consents")
@needs(RIGHTS)
@bp.response(200, ConsentsSchema)
def list_wards_consents(minor_id: UUID) -> dict[str, Any]:
    """Return where each consent of your ward's stands."""
    with transaction():
        service.ward(caller(), minor_id)
        return {"items": consents.states(minor_id, clock.now()), "must_read": False}


@bp.post("/me/wards/<uuid:minor_id>/consents")
@needs(OWN)
@bp.arguments(NewConsentSchema)
@bp.once(201, ConsentSchema)
def give_for_ward(given: dict[str, Any], minor_id: UUID) -> Any:
    """Consent for your ward: to service, or to an item's being kept."""
    at = clock.now()
    notice_id = given.pop("notice")
    kind = wards.give(caller(), minor_id, notice_id, at, **given)
    return consents.state(minor_id, kind, at)


@bp.delete(f"/me/wards/<uuid:minor_id>/consents/<{_KINDS}:kind>")
@needs(RIGHTS)
@bp.response(200, shapes.WardWithdrawnSchema)
def withdraw_for_ward(minor_id: UUID, kind: str) -> dict[str, int]:
    """Withdraw a consent for your ward; with that to service, places to come are given back."""
    with transaction():
        return {"released": wards.withdraw(caller(), minor_id, Kind(kind), clock.now())}
