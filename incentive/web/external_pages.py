"""Signing in by another service with a browser, and linking an account by proving the phone."""

from typing import Final
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.addresses import client_network, is_secure, public_base
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unavailable
from incentive.core.limits import count_code, count_sign_in
from incentive.core.needs import OWN, PUBLIC, needs
from incentive.people.caller import caller
from incentive.people.external import service as external
from incentive.people.external.domain import LINK_TIME
from incentive.people.one_time import service as one_time
from incentive.people.one_time.domain import Purpose
from incentive.web.sign_in_pages import opened
from incentive.web.site import bp

_SEE_OTHER: Final = 303
_LINK: Final = "web/link_identity.html"


@bp.get("/sign-in/with/<name>")
@needs(PUBLIC)
def sign_in_with(name: str) -> ResponseReturnValue:
    """Send the browser to the other service.

    By a link: the policy lets no form lead to another site. It signs nobody in by itself.
    """
    count_sign_in(client_network())
    begun = external.begin(name, _back(name), clock.now())
    answer = make_response(redirect(begun.url, _SEE_OTHER))
    answer.set_cookie(
        _cookie(),
        begun.binding,
        max_age=int(LINK_TIME.total_seconds()),
        path="/",
        httponly=True,
        samesite="Lax",  # the other service sends the browser back here
        secure=is_secure(),
    )
    return answer


@bp.get("/sign-in/with/<name>/back")
@needs(PUBLIC)
def back_from(name: str) -> ResponseReturnValue:
    """Take what the other service sent the browser back with."""
    count_sign_in(client_network())
    session = external.finish(
        name,
        _back(name),
        state=request.args.get("state", ""),
        code=request.args.get("code", ""),
        issuer=request.args.get("iss", ""),
        binding=_binding(),
        at=clock.now(),
    )
    if session is None:
        return redirect(url_for("web.link_identity"), _SEE_OTHER)
    return _without_cookie(opened(session))


@bp.get("/sign-in/link")
@needs(PUBLIC)
def link_identity() -> str:
    """Ask for the phone that says whose account it is."""
    return _page(sent=False)


@bp.post("/sign-in/link")
@needs(PUBLIC)
def send_link_code() -> ResponseReturnValue:
    """Send a code to that phone."""
    try:
        count_code(client_network())
        one_time.send(Purpose.LINK, _typed("phone"), clock.now())
    except Unavailable:
        raise
    except IncentiveError as error:
        return _page(error, sent=False), error.status
    return _page(sent=True)


@bp.post("/sign-in/link/code")
@needs(PUBLIC)
def link_identity_now() -> ResponseReturnValue:
    """Link the account, and sign in."""
    try:
        count_code(client_network())
        session = external.link(_binding(), _typed("phone"), _typed("code"), clock.now())
    except Unavailable:
        raise
    except IncentiveError as error:
        return _page(error, sent=True), error.status
    return _without_cookie(opened(session))


@bp.post("/me/identities/<uuid:identity_id>/unlink")
@needs(OWN)
def unlink_identity(identity_id: UUID) -> ResponseReturnValue:
    """Unlink an account of one's own."""
    with transaction():
        external.unlink(identity_id, caller())
    return redirect(url_for("web.my_sessions"), _SEE_OTHER)


def _back(name: str) -> str:
    return public_base().rstrip("/") + url_for("web.back_from", name=name)


def _cookie() -> str:
    return "__Host-way" if is_secure() else "way"


def _binding() -> str:
    return request.cookies.get(_cookie(), "")


def _without_cookie(answer: Response) -> Response:
    answer.delete_cookie(_cookie(), path="/", samesite="Lax", secure=is_secure(), httponly=True)
    return answer


def _page(error: IncentiveError | None = None, *, sent: bool) -> str:
    errors = [(error.field, error.message)] if error else []
    return render_template(_LINK, errors=errors, phone=request.form.get("phone", ""), sent=sent)


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\x00", "")[:40]
