"""Where somebody is signed in, and signing out there."""

from datetime import datetime
from typing import Final
from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.addresses import is_secure
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import RIGHTS, needs
from incentive.people.caller import Caller, caller, cookie_name
from incentive.people.external import service as external
from incentive.people.second_factor import service as factor
from incentive.people.sessions import service as sessions
from incentive.web import forms
from incentive.web.site import bp

_SEE_OTHER: Final = 303


@bp.get("/me/sessions")
@needs(RIGHTS)
def my_sessions() -> str:
    """List one's open sessions."""
    return _page()


@bp.post("/me/sessions/<uuid:session_id>/end")
@needs(RIGHTS)
def end_my_session(session_id: UUID) -> ResponseReturnValue:
    """Sign one phone or browser out."""

    def do(who: Caller, at: datetime) -> Text:
        sessions.end(session_id, who, at)
        return _("That phone or browser is signed out.")

    return forms.act(do, done=url_for("web.my_sessions"), refused=_page)


@bp.post("/me/sessions/end-all")
@needs(RIGHTS)
def end_all_my_sessions() -> ResponseReturnValue:
    """Sign out everywhere, here too."""
    with transaction():
        sessions.end_all(caller(), clock.now())
    flash(str(_("You are signed out everywhere.")), "success")
    answer = make_response(redirect(url_for("web.sign_in"), _SEE_OTHER))
    answer.delete_cookie(cookie_name(), path="/", samesite="Lax", secure=is_secure(), httponly=True)
    return answer


def _page(refusal: IncentiveError | None = None) -> str:
    with transaction():
        who = caller()
        found = sessions.sessions(who, clock.now())
        app = factor.recovery_codes_left(who.person_id)
        linked = external.identities(who)
    return render_template(
        "web/sessions.html",
        sessions=found,
        current=who.sign_in_id,
        app=app,
        linked=linked,
        refusal=refusal,
    )
