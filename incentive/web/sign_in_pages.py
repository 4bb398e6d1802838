"""Signing in and out with a browser: the session's token lies in a cookie that no script reads."""

from collections.abc import Sequence
from typing import Final

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock, sms
from incentive.core.addresses import client_network, is_secure
from incentive.core.browser import is_same_origin
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unavailable
from incentive.core.limits import count_sign_in
from incentive.core.needs import PUBLIC, needs
from incentive.people.caller import Caller, cookie_name, identify, presented_token
from incentive.people.devices.service import Paired
from incentive.people.errors import ForeignOrigin
from incentive.people.external import service as external
from incentive.people.sessions.domain import Awaits
from incentive.people.sessions.opening import Opened
from incentive.people.sign_in import sign_in as open_session
from incentive.people.sign_in import sign_out as close_session
from incentive.web import viewer
from incentive.web.addresses import own_path
from incentive.web.site import bp

_SEE_OTHER: Final = 303


@bp.get("/sign-in")
@needs(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Ask for phone and password; whoever is signed in already goes to their own page."""
    if viewer.greet():
        return redirect(url_for("web.me"))
    back = own_path(request.args.get("next"))
    return _page(back)


@bp.post("/sign-in")
@needs(PUBLIC)
def sign_in_now() -> ResponseReturnValue:
    """Open a session and go on to where the person wanted to be."""
    if not is_same_origin():
        raise ForeignOrigin
    phone, back = request.form.get("phone", ""), own_path(request.form.get("next"))
    try:
        return signed_in(phone, request.form.get("password", ""), back)
    except Unavailable:
        raise
    except IncentiveError as error:
        errors = [(error.field, error.message)]
        page = _page(back, errors, phone)
        answer = make_response(page, error.status)
        wait = error.figures.get("retry_after_seconds")
        if wait is not None:
            answer.headers["Retry-After"] = str(wait)
        return answer


@bp.post("/sign-out")
@needs(PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End the session, here and in the books."""
    token = presented_token()
    if token:
        with transaction():
            close_session(token, clock.now())
    answer = make_response(redirect(url_for("web.home"), _SEE_OTHER))
    answer.delete_cookie(cookie_name(), path="/", samesite="Lax", secure=is_secure(), httponly=True)
    return answer


def signed_in(phone: str, password: str, back: str = "") -> Response:
    """Open a session and return the redirect to `back`, or to the page of the person's work.

    Raises:
        As `people.sign_in.sign_in`.
    """
    place = client_network()
    count_sign_in(place)
    return opened(open_session(phone, password, clock.now(), place), back)


def opened(session: Opened, back: str = "") -> Response:
    """Return the redirect to `back`, or the page of the person's work, with the session's cookie.

    A half open session goes to where the second factor is asked for first.
    """
    if session.awaits is not None:
        way = "web.second_factor" if session.awaits is Awaits.ENROLMENT else "web.factor_code"
        back = url_for(way, next=back or None)
    elif not back:
        with transaction():
            who = identify(session.token)
        back = _first_page(who) if who else url_for("web.me")
    answer = make_response(redirect(back, _SEE_OTHER))
    keep(answer, session)
    return answer


def _page(back: str, errors: Sequence[tuple[str | None, object]] = (), phone: str = "") -> str:
    return render_template(
        "web/sign_in.html",
        errors=list(errors),
        phone=phone,
        next=back,
        by_sms=sms.is_on(),
        providers=external.providers(),
    )


def _first_page(who: Caller) -> str:
    station = viewer.own_station(who)
    if station is not None:
        return url_for("web.counter", station_id=station)
    if who.regions_for("shift.scan"):
        return url_for("web.duty")
    if viewer.serves(who):
        return url_for("web.counters")
    return url_for("web.me")


def keep(answer: Response, opened: Opened | Paired) -> None:
    """Have the browser keep a session's token, out of any script's reach."""
    answer.set_cookie(
        cookie_name(),
        opened.token,
        expires=opened.expires_at,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=is_secure(),
    )
