"""No change is made for another site's page, whichever view it would have reached.

Views look at the token themselves (`caller`); this stands before all of them, so that a new
one cannot forget to.
"""

from typing import Final

from flask import Flask, request

from incentive.core.browser import SAFE_METHODS, is_same_origin
from incentive.core.http import API_PREFIX
from incentive.people.caller import cookie_name
from incentive.people.errors import ForeignOrigin

_BEARER: Final = "bearer "


def init_app(app: Flask) -> None:
    """Let `app` refuse foreign changes before anything of them is read."""
    app.before_request(refuse_foreign_change)


def refuse_foreign_change() -> None:
    """Refuse a change that no page of ours asked for.

    A form's address takes changes from our own pages only, signed in or not: a foreign form
    could sign somebody in as the attacker. A program's address takes them from anywhere, but
    not on the strength of a cookie.

    Raises:
        ForeignOrigin: nothing of the request is done.
    """
    if request.method in SAFE_METHODS:
        return
    if request.path.startswith(f"{API_PREFIX}/"):
        bearer = request.headers.get("Authorization", "")[: len(_BEARER)].lower() == _BEARER
        if bearer or cookie_name() not in request.cookies:
            return
    if not is_same_origin():
        raise ForeignOrigin
