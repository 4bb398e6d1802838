"""One-time codes with a browser: signing in by SMS, and a new password for a forgotten one."""

from collections.abc import Callable
from typing import Final

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock, sms
from incentive.core.addresses import client_network
from incentive.core.browser import is_same_origin
from incentive.core.errors import IncentiveError, Unavailable
from incentive.core.i18n import _
from incentive.core.limits import count_code
from incentive.core.needs import PUBLIC, needs
from incentive.people.errors import ForeignOrigin
from incentive.people.one_time import service as one_time
from incentive.people.one_time.domain import Purpose
from incentive.people.passwords import LENGTH_MAX, LENGTH_MIN
from incentive.people.sign_in import sign_in_by_code
from incentive.web import viewer
from incentive.web.addresses import own_path
from incentive.web.errors import PasswordTooLong
from incentive.web.sign_in_pages import opened
from incentive.web.site import bp

_SEE_OTHER: Final = 303
_SIGN_IN: Final = "web/sign_in_sms.html"
_FORGOTTEN: Final = "web/forgotten_password.html"


@bp.get("/sign-in/sms")
@needs(PUBLIC)
def sign_in_by_sms() -> ResponseReturnValue:
    """Ask for the phone that a code is sent to."""
    if viewer.greet():
        return redirect(url_for("web.me"))
    sms.courier()
    return _page(_SIGN_IN, next=own_path(request.args.get("next")))


@bp.post("/sign-in/sms")
@needs(PUBLIC)
def send_sign_in_code() -> ResponseReturnValue:
    """Send the code, and ask for it."""
    return _sending(_SIGN_IN, Purpose.SIGN_IN)


@bp.post("/sign-in/sms/code")
@needs(PUBLIC)
def sign_in_by_sms_now() -> ResponseReturnValue:
    """Open a session by the code."""

    def sign_in() -> ResponseReturnValue:
        session = sign_in_by_code(_typed("phone"), _typed("code"), clock.now())
        return opened(session, own_path(request.form.get("next")))

    return _trying(_SIGN_IN, sign_in)


@bp.get("/password/forgotten")
@needs(PUBLIC)
def forgotten_password() -> ResponseReturnValue:
    """Ask for the phone that a code for a new password is sent to."""
    viewer.greet()
    sms.courier()
    return _page(_FORGOTTEN)


@bp.post("/password/forgotten")
@needs(PUBLIC)
def send_password_code() -> ResponseReturnValue:
    """Send the code, and ask for it and the new password."""
    return _sending(_FORGOTTEN, Purpose.PASSWORD)


@bp.post("/password/forgotten/code")
@needs(PUBLIC)
def set_forgotten_password() -> ResponseReturnValue:
    """Set the new password, and have the person sign in with it."""

    def change() -> ResponseReturnValue:
        new = request.form.get("password", "")
        if len(new) > LENGTH_MAX:
            raise PasswordTooLong(LENGTH_MAX)
        one_time.set_password(_typed("phone"), _typed("code"), new, clock.now())
        flash(str(_("Your password is changed. Sign in with it.")), "success")
        return redirect(url_for("web.sign_in"), _SEE_OTHER)

    return _trying(_FORGOTTEN, change)


def _sending(template: str, purpose: Purpose) -> ResponseReturnValue:
    def send() -> ResponseReturnValue:
        one_time.send(purpose, _typed("phone"), clock.now())
        return _page(template, sent=True, next=own_path(request.form.get("next")))

    return _trying(template, send, sent=False)


def _trying(
    template: str, act: Callable[[], ResponseReturnValue], *, sent: bool = True
) -> ResponseReturnValue:
    if not is_same_origin():
        raise ForeignOrigin
    try:
        count_code(client_network())
        return act()
    except Unavailable:
        raise
    except IncentiveError as error:
        back = own_path(request.form.get("next"))
        page = _page(template, [(error.field, error.message)], sent=sent, next=back)
        answer = make_response(page, error.status)
        wait = error.figures.get("retry_after_seconds")
        if wait is not None:
            answer.headers["Retry-After"] = str(wait)
        return answer


def _page(
    template: str,
    errors: list[tuple[str | None, object]] | None = None,
    *,
    sent: bool = False,
    next: str = "",  # noqa: A002 - what the form's field is called
) -> str:
    return render_template(
        template,
        errors=errors or [],
        phone=request.form.get("phone", ""),
        sent=sent,
        next=next,
        password_min=LENGTH_MIN,
    )


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\x00", "")
