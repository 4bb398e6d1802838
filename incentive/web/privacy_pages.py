"""Notices on personal data: for anybody to read, and for whoever has to agree before going on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _, language
from incentive.core.needs import PUBLIC, RIGHTS, needs
from incentive.people.caller import Caller, caller
from incentive.people.consents import notices, service
from incentive.people.consents.domain import Kind
from incentive.people.consents.errors import NoticeNotAgreed, UnknownNotice
from incentive.people.consents.giving import Giver
from incentive.web import forms, viewer
from incentive.web.addresses import own_path
from incentive.web.notice_words import shown
from incentive.web.site import bp

VERSIONS_MAX: Final = 100


@bp.get("/privacy")
@needs(PUBLIC)
def privacy() -> str:
    """List the notices in force."""
    with transaction():
        viewer.visitor()
        found = [shown(each) for each in notices.in_force(clock.now())]
    return render_template("web/privacy.html", notices=found)


@bp.get("/privacy/<any(privacy,id_number,birth_month,address,minors):kind>")
@bp.get("/privacy/<any(privacy,id_number,birth_month,address,minors):kind>/<int:version>")
@needs(PUBLIC)
def privacy_notice(kind: str, version: int | None = None) -> str:
    """Show the version in force, or another one, with what changed and all other versions."""
    with transaction():
        viewer.visitor()
        at = clock.now()
        every = notices.versions(kind, cursor=None, limit=VERSIONS_MAX).items
        holding = notices.holding(kind, at)
        wanted = [each for each in every if each.version == (version or holding.version)]
        if not wanted:
            raise UnknownNotice
        changes = notices.compared(wanted[0], language())
        told = [(each.version, each.effective_from, _state(each, holding)) for each in every]
        page = shown(wanted[0])
    return render_template(
        "web/privacy_notice.html",
        notice=page,
        state=_state(wanted[0], holding),
        changes=changes,
        versions=told,
    )


@bp.get("/me/notice")
@needs(RIGHTS)
def new_notice() -> str:
    """Show the privacy notice in force to whoever has not agreed to it, and what changed."""
    return draw_notice()


@bp.post("/me/notice")
@needs(RIGHTS)
def agree_to_notice() -> ResponseReturnValue:
    """Agree to the privacy notice, and go on to where one was going."""

    def do(who: Caller, at: datetime) -> Text:
        notice_id = forms.identifier("notice")
        if notice_id is None or "agree" not in request.form:
            raise NoticeNotAgreed
        service.give(who.person_id, notice_id, Giver(who.person_id), at)
        return _("Thank you. You find all your consents on your page, and can withdraw them there.")

    back = own_path(request.form.get("next", "")) or url_for("web.me")
    return forms.act(do, done=back, refused=draw_notice)


def draw_notice(refusal: IncentiveError | None = None) -> str:
    """Return the page on which to agree."""
    with transaction():
        who, at = caller(), clock.now()
        state = service.state(who.person_id, Kind.PRIVACY, at)
        notice = notices.holding(Kind.PRIVACY, at)
        changes: Sequence[Any] = []
        if state.agreed_version is not None:
            changes = notices.compared(notice, language())
        page = shown(notice)
    back = request.form.get("next") or request.args.get("next", "")
    return render_template(
        "web/new_notice.html",
        notice=page,
        changes=changes,
        withdrawn=state.since is not None and not state.given,
        agreed=state.agreed_version,
        next=own_path(back),
        refusal=refusal,
    )


def _state(notice: Any, holding: Any) -> str:
    if notice.id == holding.id:
        return "in_force"
    return "to_come" if notice.version > holding.version else "former"
