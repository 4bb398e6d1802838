"""One-time codes over HTTP: having one sent, and signing in or setting a password by it."""

from typing import Any, Final

from incentive.core import clock
from incentive.core.addresses import client_network
from incentive.core.http import ApiBlueprint
from incentive.core.limits import count_code
from incentive.core.needs import PUBLIC, needs
from incentive.people.one_time import service
from incentive.people.one_time.domain import Purpose
from incentive.people.one_time.schemas import (
    AskForCodeSchema,
    NewPasswordByCodeSchema,
    SentSchema,
    SignInByCodeSchema,
)
from incentive.people.one_time.service import Sent
from incentive.people.schemas import SessionSchema
from incentive.people.sessions.opening import Opened
from incentive.people.sign_in import sign_in_by_code

bp: Final = ApiBlueprint("one_time", __name__, description="One-time codes by SMS")


@bp.post("/one-time-codes")
@needs(PUBLIC)
@bp.arguments(AskForCodeSchema)
@bp.response(202, SentSchema)
def ask_for_code(given: dict[str, Any]) -> Sent:
    """Have a six-digit code sent to a phone. An unknown phone is answered alike.

    Takes no Idempotency-Key: a phone is sent one a minute, whoever asks.
    """
    count_code(client_network())
    return service.send(Purpose(given["purpose"]), given["phone"], clock.now())


@bp.post("/sessions/by-code")
@needs(PUBLIC)
@bp.arguments(SignInByCodeSchema)
@bp.response(201, SessionSchema)
def open_session_by_code(given: dict[str, Any]) -> Opened:
    """Sign in by phone and code; five wrong tries use a code up."""
    count_code(client_network())
    return sign_in_by_code(given["phone"], given["code"], clock.now())


@bp.post("/me/password/reset")
@needs(PUBLIC)
@bp.arguments(NewPasswordByCodeSchema)
@bp.response(204)
def reset_password(given: dict[str, Any]) -> None:
    """Set a new password by a code; all your sessions end."""
    count_code(client_network())
    service.set_password(given["phone"], given["code"], given["new"], clock.now())
