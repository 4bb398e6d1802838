"""The second factor over HTTP."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.addresses import client_network
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.limits import count_code
from incentive.core.needs import OWN, PUBLIC, STATION, needs
from incentive.people.caller import caller, presented_token
from incentive.people.errors import NotSignedIn
from incentive.people.schemas import SessionSchema
from incentive.people.second_factor import service
from incentive.people.second_factor.schemas import (
    EnrolledSchema,
    FactorCodeSchema,
    RecoveryCodesSchema,
    SetupSchema,
)
from incentive.people.sessions.opening import Opened
from incentive.people.sessions.service import require_session

bp: Final = ApiBlueprint("second_factor", __name__, description="The authenticator app")


@bp.post("/sessions/second-factor")
@needs(PUBLIC)
@bp.arguments(FactorCodeSchema)
@bp.response(201, SessionSchema)
def open_session_by_factor(given: dict[str, Any]) -> Opened:
    """Open the session that awaits a code; its token ends, the one returned takes its place."""
    count_code(client_network())
    token = presented_token()
    if token is None:
        raise NotSignedIn
    return service.open_by_code(token, given["code"], clock.now())


@bp.post("/me/second-factor")
@needs(OWN)
@bp.response(201, SetupSchema)
def set_up_factor() -> service.Setup:
    """Get a secret for an authenticator app; also with a session that awaits enrolment."""
    at = clock.now()
    with transaction():
        half = service.enrolling(presented_token(), at)
        if half is not None:
            return service.setup(half, at)
        require_session(caller())
        return service.setup(caller().person_id, at)


@bp.post("/me/second-factor/confirmation")
@needs(OWN)
@bp.arguments(FactorCodeSchema)
@bp.response(200, EnrolledSchema)
def confirm_factor(given: dict[str, Any]) -> dict[str, Any]:
    """Take the app into use, having seen a code of it; get the recovery codes, this once."""
    count_code(client_network())
    at, token = clock.now(), presented_token()
    with transaction():
        if token is not None and service.enrolling(token, at) is not None:
            opened, codes = service.open_by_enrolment(token, given["code"], at)
            return {"recovery_codes": codes, "session": opened}
        require_session(caller())
        codes = service.confirm(caller().person_id, given["code"], at)
        return {"recovery_codes": codes, "session": None}


@bp.post("/me/second-factor/removal")
@needs(OWN)
@bp.arguments(FactorCodeSchema)
@bp.response(204)
def remove_factor(given: dict[str, Any]) -> None:
    """Take the app off, by a code of it; not where your roles need it."""
    with transaction():
        who = caller()
        require_session(who)
    service.take_off(who, given["code"], clock.now())


@bp.post("/me/recovery-codes")
@needs(OWN)
@bp.arguments(FactorCodeSchema)
@bp.response(200, RecoveryCodesSchema)
def renew_recovery_codes(given: dict[str, Any]) -> dict[str, list[str]]:
    """Get fresh recovery codes in place of all before, by a code of the app."""
    with transaction():
        who = caller()
        require_session(who)
    return {"recovery_codes": service.renew_recovery_codes(who, given["code"], clock.now())}


@bp.delete("/persons/<uuid:person_id>/second-factor")
@needs("role.grant", of=STATION)
@bp.response(204)
def reset_factor(person_id: UUID) -> None:
    """Take the app off of somebody who lost it; all their sessions end."""
    with transaction():
        who = caller()
        require_session(who)
        service.reset(person_id, by=who, at=clock.now())
