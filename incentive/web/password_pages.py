"""Changing one's password with a browser."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.addresses import client_network
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unavailable
from incentive.core.i18n import Text, _
from incentive.core.needs import OWN, needs
from incentive.people.caller import caller
from incentive.people.errors import PasswordWeak
from incentive.people.passwords import LENGTH_MAX
from incentive.people.sign_in import change_password
from incentive.web.errors import PasswordTooLong
from incentive.web.site import bp

_SEE_OTHER = 303


@bp.get("/me/password")
@needs(OWN)
def password() -> str:
    """Ask for the present password and a new one."""
    with transaction():
        caller()
    return _page([])


@bp.post("/me/password")
@needs(OWN)
def password_now() -> ResponseReturnValue:
    """Change the password, and go back to one's own page."""
    with transaction():
        who = caller()
    current, new = request.form.get("current", ""), request.form.get("new", "")
    try:
        if len(current) > LENGTH_MAX or len(new) > LENGTH_MAX:
            raise PasswordTooLong(LENGTH_MAX)
        change_password(who, current, new, clock.now(), client_network())
    except Unavailable:
        raise
    except IncentiveError as error:
        about_new = isinstance(error, (PasswordTooLong, PasswordWeak))
        return _page([("new" if about_new else "current", error.message)]), error.status
    flash(
        str(_("Your password is changed. All other phones and browsers are signed out.")), "success"
    )
    return redirect(url_for("web.me"), _SEE_OTHER)


def _page(errors: Sequence[tuple[str | None, Text]]) -> str:
    return render_template("web/password.html", errors=errors)
