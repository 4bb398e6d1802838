"""One's own API tokens with a browser."""

from datetime import datetime
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unauthenticated, Unavailable
from incentive.core.i18n import Text, _
from incentive.core.needs import OWN, RIGHTS, needs
from incentive.people.caller import Caller, caller
from incentive.people.permission_words import words
from incentive.people.tokens import service as tokens
from incentive.people.tokens.service import OWN as OWN_THINGS
from incentive.web import forms
from incentive.web.errors import FieldUnreadable
from incentive.web.site import bp

NAME_MAX = 60


@bp.get("/me/tokens")
@needs(RIGHTS)
def my_tokens() -> str:
    """List one's tokens, and make another."""
    return _page()


@bp.post("/me/tokens")
@needs(OWN)
def make_my_token() -> ResponseReturnValue:
    """Make a token, and show it this once."""
    try:
        name = forms.words("name", NAME_MAX, required=True)
        days = forms.whole("days", 1, tokens.DAYS_MAX)
        scopes = request.form.getlist("scopes")
        if not scopes:
            raise FieldUnreadable("scopes")
        with transaction():
            token, _kept = tokens.make(name, scopes, days, by=caller(), at=clock.now())
    except (Unauthenticated, Unavailable):
        raise
    except IncentiveError as error:
        return _page(error), error.status
    return render_template("web/token.html", token=token, name=name)


@bp.post("/me/tokens/<uuid:token_id>/end")
@needs(RIGHTS)
def end_my_token(token_id: UUID) -> ResponseReturnValue:
    """End a token at once."""

    def do(who: Caller, at: datetime) -> Text:
        tokens.end(token_id, by=who, at=at)
        return _("The token is ended: what it sends next is refused.")

    return forms.act(do, done=url_for("web.my_tokens"), refused=_page)


def _page(refusal: IncentiveError | None = None) -> str:
    with transaction():
        who = caller()
        found = [
            {"row": each, "scopes": [_said(scope) for scope in tokens.scopes(each)]}
            for each in tokens.tokens(who, clock.now())
        ]
        held = [(scope, _said(scope)) for scope in tokens.scopes_of(who)]
    return render_template(
        "web/tokens.html",
        tokens=found,
        held=held,
        chosen=request.form.getlist("scopes"),
        typed=request.form,
        days=tokens.DAYS,
        days_max=tokens.DAYS_MAX,
        refusal=refusal,
    )


def _said(scope: str) -> Text | str:
    return _("What is my own") if scope == OWN_THINGS else words(scope)
