"""Contesting points that were taken from oneself."""

from datetime import datetime
from typing import Final

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import OWN, needs
from incentive.people.caller import Caller, caller
from incentive.points.disputes import service as disputes
from incentive.web import forms
from incentive.web.addresses import pager
from incentive.web.site import bp

_ID_MAX: Final = 999_999_999


@bp.get("/me/disputes")
@needs(OWN)
def my_disputes() -> str:
    """Show one's disputes, and the form for the transaction that is named."""
    return draw()


@bp.post("/me/disputes")
@needs(OWN)
def contest_points() -> ResponseReturnValue:
    """Contest points that were taken."""

    def do(who: Caller, at: datetime) -> Text:
        transaction_id = forms.whole("transaction", 1, _ID_MAX)
        dispute = disputes.contest(who, transaction_id, forms.reason(), at)
        return _(
            "%(points)s points are held until it is decided, by %(day)s.",
            points=dispute.held,
            day=dispute.due_on.isoformat(),
        )

    return forms.act(do, done=url_for("web.my_disputes"), refused=draw)


def draw(refusal: IncentiveError | None = None) -> str:
    """Return the page, with what was refused."""
    with transaction():
        who = caller()
        found = disputes.mine(who.person_id, cursor=request.args.get("cursor"), limit=20)
    return render_template(
        "web/my_disputes.html",
        rows=found.items,
        transaction=request.values.get("transaction", ""),
        reason=request.form.get("reason", ""),
        refusal=refusal,
        **pager(found.next_cursor),
    )
