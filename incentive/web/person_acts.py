"""What an administrator does about somebody's access: each for a reason, which is kept on record."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from incentive.core.i18n import Text, _
from incentive.core.needs import STATION, needs
from incentive.people import standing
from incentive.people.caller import Caller
from incentive.people.second_factor import service as factor
from incentive.people.sessions.service import require_session
from incentive.web import forms
from incentive.web.person_pages import draw
from incentive.web.site import bp


@bp.post("/persons/<uuid:person_id>/block")
@needs("person.block", of=STATION)
def block_person(person_id: UUID) -> ResponseReturnValue:
    """Block somebody."""

    def do(who: Caller, at: datetime) -> Text:
        standing.block(person_id, forms.reason(), by=who, at=at)
        return _("Blocked: nothing that is signed in for them opens anything now.")

    return _act(person_id, do)


@bp.post("/persons/<uuid:person_id>/unblock")
@needs("person.block", of=STATION)
def unblock_person(person_id: UUID) -> ResponseReturnValue:
    """Let somebody in again."""

    def do(who: Caller, at: datetime) -> Text:
        standing.unblock(person_id, forms.reason(), by=who, at=at)
        return _("Let in again: they can sign in now.")

    return _act(person_id, do)


@bp.post("/persons/<uuid:person_id>/sign-out")
@needs("role.grant", of=STATION)
def sign_person_out(person_id: UUID) -> ResponseReturnValue:
    """End everything that is signed in for somebody."""

    def do(who: Caller, at: datetime) -> Text:
        require_session(who)
        standing.sign_out(person_id, forms.reason(), by=who, at=at)
        return _("Signed out everywhere; devices and tokens are ended, too.")

    return _act(person_id, do)


@bp.post("/persons/<uuid:person_id>/second-factor/reset")
@needs("role.grant", of=STATION)
def reset_second_factor(person_id: UUID) -> ResponseReturnValue:
    """Take the authenticator app off of somebody who lost it."""

    def do(who: Caller, at: datetime) -> Text:
        require_session(who)
        factor.reset(person_id, by=who, at=at, reason=forms.reason())
        return _("The app is taken off, and they are signed out. They set up a new one.")

    return _act(person_id, do)


def _act(person_id: UUID, do: Callable[[Caller, datetime], Text]) -> ResponseReturnValue:
    done = url_for("web.person_page", person_id=person_id)
    return forms.act(do, done=done, refused=lambda error: draw(person_id, error))
