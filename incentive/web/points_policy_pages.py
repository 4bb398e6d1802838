"""The policy on points: what holds for the whole jurisdiction, and changing it."""

from datetime import datetime
from typing import Any, Final

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, WHOLE, needs
from incentive.people.caller import Caller, caller
from incentive.points.policy import service as policies
from incentive.web import forms
from incentive.web.site import bp

SWITCHES: Final[dict[str, Text]] = {
    "transfers_allowed": _("Points may be given to family members"),
    "donations_allowed": _("Points may be donated"),
}
# Each with the least and the most, as the API has it, and what it is about.
NUMBERS: Final[dict[str, tuple[int, int, Text, Text]]] = {
    "family_max": (1, 20, _("Family members"), _("How many one person may be linked with")),
    "transfer_cap": (
        0,
        1_000_000,
        _("Given to family"),
        _("Points that one person may give in a calendar month"),
    ),
    "donation_cap": (
        0,
        1_000_000,
        _("Donated"),
        _("Points that one person may donate in a calendar month"),
    ),
    "adjustment_limit": (
        0,
        1_000_000,
        _("By hand, of one person's"),
        _("Points that one worker moves alone in a month; more takes a second person"),
    ),
    "worker_limit": (
        0,
        1_000_000,
        _("By hand, of everybody's"),
        _("Points that one worker moves alone in a month; more takes a second person"),
    ),
    "dispute_open_days": (1, 730, _("Days to object"), _("After points were given or taken")),
    "dispute_term_days": (
        1,
        180,
        _("Days to decide"),
        _("Points that were given are the person's again if nobody has decided by then"),
    ),
}


@bp.get("/points/policy")
@needs("points.read", of=REACH)
def points_policy() -> str:
    """Show the policy that holds, as a form to those who may change it."""
    return draw_policy()


@bp.post("/points/policy")
@needs("points.policy", of=WHOLE)
def change_policy() -> ResponseReturnValue:
    """Change what differs from the policy that holds."""

    def do(who: Caller, at: datetime) -> Text:
        now = policies.policy()
        wanted: dict[str, Any] = {name: name in request.form for name in SWITCHES}
        wanted |= {
            name: forms.whole(name, least, most) for name, (least, most, *_) in NUMBERS.items()
        }
        changed = {name: value for name, value in wanted.items() if value != getattr(now, name)}
        if not changed:
            return _("Nothing was changed: this holds already.")
        policies.change(who, at, **changed)
        return _("The policy is changed; it holds from now on.")

    return forms.act(do, done=url_for("web.points_policy"), refused=draw_policy)


def draw_policy(refusal: IncentiveError | None = None) -> str:
    """Return the page of the policy."""
    with transaction():
        who = caller()
        who.require_somewhere("points.read")
        policy = policies.policy()
        shown = {name: getattr(policy, name) for name in policies.FIELDS}
        since = policy.created_at
    return render_template(
        "web/points_policy.html",
        policy=shown,
        since=since,
        switches=SWITCHES,
        numbers=NUMBERS,
        may_set=bool(who.regions_for("points.policy")),
        refusal=refusal,
        typed=request.form.to_dict(),
    )
