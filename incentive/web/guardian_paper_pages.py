"""A guardian's consent that stands on paper, entered by a worker."""

from datetime import datetime
from typing import Final

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, REGION, needs
from incentive.people.caller import Caller, caller
from incentive.people.consents import notices
from incentive.people.consents.domain import Kind
from incentive.people.consents.errors import NoticeNotAgreed
from incentive.people.guardians import service
from incentive.web import forms
from incentive.web.notice_words import shown
from incentive.web.people_frame import tabs
from incentive.web.site import bp

_NUMBER_MAX: Final = 20
_PERMISSION: Final = "guardian.confirm"


@bp.get("/guardianships")
@needs(_PERMISSION, of=REACH)
def guardian_paper() -> str:
    """Show the form for a guardian's consent on paper, and the notice that they signed."""
    return _page()


@bp.post("/guardianships")
@needs(_PERMISSION, of=REGION)
def enter_guardian_paper() -> ResponseReturnValue:
    """Enter from paper who is a minor's guardian and consents."""

    def do(who: Caller, at: datetime) -> Text:
        notice_id = forms.identifier("notice")
        if notice_id is None or "agree" not in request.form:
            raise NoticeNotAgreed
        service.confirm(
            who,
            minor=_number("minor"),
            guardian=_number("guardian"),
            notice_id=notice_id,
            reason=forms.reason(),
            at=at,
        )
        return _("Entered. The minor can sign up now, and the guardian sees them on their page.")

    return forms.act(do, done=url_for("web.guardian_paper"), refused=_page)


def _number(name: str) -> str:
    return forms.words(name, _NUMBER_MAX, required=True).replace("-", "").replace(" ", "")


def _page(refusal: IncentiveError | None = None) -> str:
    with transaction():
        who = caller()
        who.require_somewhere(_PERMISSION)
        return render_template(
            "web/guardian_paper.html",
            tabs=tabs(who, "web.guardian_paper"),
            notice=shown(notices.holding(Kind.MINORS, clock.now())),
            typed={n: request.form.get(n, "") for n in ("minor", "guardian", "reason")},
            refusal=refusal,
        )
