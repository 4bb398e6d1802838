"""The authenticator app with a browser: its code at the sign-in, setting it up, taking it off."""

from typing import Any, Final

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock, codes
from incentive.core.addresses import client_network
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unauthenticated, Unavailable
from incentive.core.i18n import _
from incentive.core.limits import count_code
from incentive.core.needs import OWN, PUBLIC, needs
from incentive.people.caller import caller, presented_token
from incentive.people.errors import NotSignedIn
from incentive.people.second_factor import service as factor
from incentive.people.second_factor.errors import FactorWrong, NoFactor
from incentive.people.sessions.service import require_session
from incentive.web.addresses import own_path
from incentive.web.pictures import picture
from incentive.web.sign_in_pages import keep, opened
from incentive.web.site import bp

_SEE_OTHER: Final = 303
_SHOWN_ON_THE_PAGE: Final = (FactorWrong, NoFactor)


@bp.get("/sign-in/code")
@needs(PUBLIC)
def factor_code() -> ResponseReturnValue:
    """Ask for the app's code, or a recovery code."""
    return _code_page()


@bp.post("/sign-in/code")
@needs(PUBLIC)
def factor_code_now() -> ResponseReturnValue:
    """Open the session that awaited the code."""
    token = presented_token()
    if token is None:
        raise NotSignedIn
    try:
        count_code(client_network())
        session = factor.open_by_code(token, _typed("code"), clock.now())
    except (Unavailable, NotSignedIn):
        raise
    except IncentiveError as error:
        answer = make_response(_code_page(error), error.status)
        wait = error.figures.get("retry_after_seconds")
        if wait is not None:
            answer.headers["Retry-After"] = str(wait)
        return answer
    return opened(session, own_path(request.form.get("next")))


@bp.get("/me/second-factor")
@needs(OWN)
def second_factor() -> str:
    """Show the app's state, or what sets it up; also to a session that awaits just that."""
    return _page()


@bp.post("/me/second-factor")
@needs(OWN)
def confirm_second_factor() -> ResponseReturnValue:
    """Take the app into use, and show the recovery codes, this once."""
    at, token = clock.now(), presented_token()
    session = None
    try:
        count_code(client_network())
        with transaction():
            if token is not None and factor.enrolling(token, at) is not None:
                session, fresh = factor.open_by_enrolment(token, _typed("code"), at)
            else:
                who = caller()
                require_session(who)
                fresh = factor.confirm(who.person_id, _typed("code"), at)
    except _SHOWN_ON_THE_PAGE as error:
        return _page(error), error.status
    answer = make_response(_recovery_page(fresh))
    if session is not None:
        keep(answer, session)
    return answer


@bp.post("/me/second-factor/recovery-codes")
@needs(OWN)
def renew_recovery_codes() -> ResponseReturnValue:
    """Show fresh recovery codes, this once."""
    with transaction():
        who = caller()
        require_session(who)
    try:
        return _recovery_page(factor.renew_recovery_codes(who, _typed("code"), clock.now()))
    except _SHOWN_ON_THE_PAGE as error:
        return _page(error), error.status


@bp.post("/me/second-factor/take-off")
@needs(OWN)
def take_second_factor_off() -> ResponseReturnValue:
    """Take the app off, where no role needs it."""
    with transaction():
        who = caller()
        require_session(who)
    try:
        factor.take_off(who, _typed("code"), clock.now())
    except Unauthenticated as error:
        return _page(error), error.status
    flash(str(_("The authenticator app is taken off. The password alone signs you in.")), "success")
    return redirect(url_for("web.me"), _SEE_OTHER)


def _code_page(error: IncentiveError | None = None) -> str:
    back = own_path(request.values.get("next"))
    return render_template("web/factor_code.html", errors=_told(error), next=back)


def _page(error: IncentiveError | None = None) -> str:
    at = clock.now()
    context: dict[str, Any] = {"setup": None, "left": None, "qr": ""}
    with transaction():
        half = factor.enrolling(presented_token(), at)
        person_id = half
        if person_id is None:
            who = caller()
            require_session(who)
            person_id = who.person_id
            context["left"] = factor.recovery_codes_left(person_id)
        if context["left"] is None:
            setup = factor.setup(person_id, at)
            context |= {"setup": setup, "qr": picture(codes.svg(setup.address))}
    return render_template(
        "web/second_factor.html", errors=_told(error), asked=half is not None, **context
    )


def _recovery_page(fresh: list[str]) -> str:
    return render_template("web/recovery_codes.html", codes=fresh)


def _told(error: IncentiveError | None) -> list[tuple[str | None, object]]:
    return [(error.field, error.message)] if error else []


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\x00", "")[:40]
