"""What people see of themselves over HTTP: who they are, and their card."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from flask import Response

from incentive.core import clock, codes
from incentive.core.addresses import client_network, public_base
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.limits import count_registration
from incentive.core.needs import OWN, PUBLIC, RIGHTS, needs
from incentive.people import cards, service
from incentive.people.caller import caller
from incentive.people.me import Me, me
from incentive.people.one_time import service as one_time
from incentive.people.schemas import (
    CardKeysSchema,
    CardSchema,
    MeSchema,
    NewPasswordSchema,
    OwnRegistrationSchema,
)
from incentive.people.sign_in import change_password

bp: Final = ApiBlueprint("me", __name__, description="The caller, and the caller's card")
_DRAWING: Final = {"type": "string", "format": "binary"}


def _counting_codes(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def run(given: dict[str, Any]) -> Any:
        one_time.count_try_to_register(given["phone"], given["code"], clock.now())
        return view(given)

    return run


@bp.post("/me")
@needs(PUBLIC)
@bp.arguments(OwnRegistrationSchema)
@_counting_codes
@bp.once_for_anyone(201, MeSchema)
def sign_up(given: dict[str, Any]) -> Me:
    """Register yourself at the community where you live; then sign in."""
    count_registration(client_network())
    at = clock.now()
    one_time.use_code_to_register(given["phone"], given.pop("code"), at)
    return me(service.sign_up(**given, at=at).id, at)


@bp.get("/me")
@needs(RIGHTS)
@bp.response(200, MeSchema)
def show_me() -> Me:
    """Show who you are: volunteer number, masked phone, home and roles."""
    with transaction():
        return me(caller().person_id, clock.now())


@bp.post("/me/password")
@needs(OWN)
@bp.arguments(NewPasswordSchema)
@bp.response(204)
def renew_password(given: dict[str, Any]) -> None:
    """Change your password; all your other sessions end."""
    with transaction():
        who = caller()
    change_password(who, given["current"], given["new"], clock.now(), client_network())


@bp.get("/me/card")
@needs(OWN)
@bp.response(200, CardSchema)
def show_card() -> cards.Card:
    """Return your member card as text."""
    return _card()


@bp.get("/me/card.svg")
@needs(OWN)
@bp.response(200, _DRAWING, content_type="image/svg+xml")
def draw_card_as_svg() -> Response:
    """Draw your member card as a QR code."""
    return _drawn(codes.svg(_card().url), "image/svg+xml")


@bp.get("/me/card.png")
@needs(OWN)
@bp.response(200, _DRAWING, content_type="image/png")
def draw_card_as_png() -> Response:
    """Draw your member card as a QR code, in pixels."""
    return _drawn(codes.png(_card().url), "image/png")


@bp.get("/card-keys")
@needs(PUBLIC)
@bp.response(200, CardKeysSchema)
def list_card_keys() -> dict[str, list[cards.CardKey]]:
    """Return the public keys with which a scanner verifies cards without network."""
    return {"items": cards.card_keys()}


def _card() -> cards.Card:
    with transaction():
        return cards.card(caller().person_id, public_base())


def _drawn(drawing: bytes, mimetype: str) -> Response:
    # A phone handed on must not show the card of who was signed in before.
    return Response(drawing, mimetype=mimetype, headers={"Cache-Control": "private, no-store"})
