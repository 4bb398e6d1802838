"""For who runs a community's points: adjustments to approve, disputes to decide, budgets."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, REGION, needs
from incentive.core.paging import Page
from incentive.core.zone import day_of
from incentive.people.caller import Caller, caller
from incentive.points.budgets import setting as budgets
from incentive.points.budgets.domain import Period
from incentive.points.corrections import service as corrections
from incentive.points.disputes import service as disputes
from incentive.web import forms
from incentive.web.addresses import pager
from incentive.web.errors import FieldUnreadable
from incentive.web.site import bp

ROWS: Final = 20
POINTS_MAX: Final = 1_000_000
_AMOUNT_MAX: Final = 999_999_999
_ID_MAX: Final = 999_999_999
_PERIODS: Final[dict[str, Period]] = {
    "month": "month",
    "quarter": "quarter",
    "year": "year",
}


@bp.get("/points/adjustments")
@needs("points.read", of=REACH)
def points_adjustments() -> str:
    """List adjustments, those that wait for a second person among them."""
    return draw_adjustments()


@bp.post("/points/adjustments")
@needs("points.adjust", of=REGION)
def propose_adjustment() -> ResponseReturnValue:
    """Give or take points by hand."""

    def do(who: Caller, at: datetime) -> Text:
        points = forms.whole("points", 1, POINTS_MAX)
        made = corrections.adjust(
            who,
            volunteer_number=forms.words("volunteer_number", 20, required=True),
            points=-points if request.form.get("direction") == "take" else points,
            reason=forms.reason(),
            at=at,
            effective_on=forms.day("effective_on"),
        )
        if made.status == "booked":
            return _("It is booked.")
        return _("It is proposed: a second person has to approve it.")

    return forms.act(do, done=url_for("web.points_adjustments"), refused=draw_adjustments)


@bp.post("/points/adjustments/<uuid:adjustment_id>/<any(approve,reject):decision>")
@needs("points.approve", "budget.set", of=REGION)
def decide_adjustment(adjustment_id: UUID, decision: str) -> ResponseReturnValue:
    """Approve or reject what somebody else proposed."""

    def do(who: Caller, at: datetime) -> Text:
        if decision == "approve":
            corrections.approve(who, adjustment_id, forms.reason(), at)
            return _("It is approved and booked.")
        corrections.reject(who, adjustment_id, forms.reason(), at)
        return _("It is rejected; nothing was booked.")

    return forms.act(do, done=url_for("web.points_adjustments"), refused=draw_adjustments)


@bp.get("/points/disputes")
@needs("points.read", of=REACH)
def points_disputes() -> str:
    """List disputes, the first to be decided first."""
    return draw_disputes()


@bp.post("/points/disputes")
@needs("points.dispute", of=REGION)
def challenge_points() -> ResponseReturnValue:
    """Contest points that somebody was given."""

    def do(who: Caller, at: datetime) -> Text:
        transaction_id = forms.whole("transaction", 1, _ID_MAX)
        opened = disputes.challenge(who, transaction_id, forms.reason(), at)
        return _(
            "%(points)s points are held until it is decided, by %(day)s.",
            points=opened.held,
            day=opened.due_on.isoformat(),
        )

    return forms.act(do, done=url_for("web.points_disputes"), refused=draw_disputes)


@bp.post("/points/disputes/<uuid:dispute_id>/decide")
@needs("points.decide", of=REGION)
def decide_dispute(dispute_id: UUID) -> ResponseReturnValue:
    """Give the held points to the person, or take them."""

    def do(who: Caller, at: datetime) -> Text:
        outcome = request.form.get("outcome", "")
        if outcome not in {"for_person", "against_person"}:
            raise FieldUnreadable("outcome")
        reason = forms.reason()
        for_person = outcome == "for_person"
        disputes.decide(who, dispute_id, for_person=for_person, reason=reason, at=at)
        return _("It is decided; the person sees your reason.")

    return forms.act(do, done=url_for("web.points_disputes"), refused=draw_disputes)


@bp.get("/points/budgets")
@needs("budget.read", of=REACH)
def points_budgets() -> str:
    """List budgets, the latest period first."""
    return draw_budgets()


@bp.post("/points/budgets")
@needs("budget.set", of=REGION)
def set_budget() -> ResponseReturnValue:
    """Set a region's budget."""

    def do(who: Caller, at: datetime) -> Text:
        period = _PERIODS.get(request.form.get("period", ""))
        if period is None:
            raise FieldUnreadable("period")
        budgets.set_budget(
            who,
            region=forms.words("region", 24, required=True),
            period=period,
            day=forms.day("day") or day_of(at),
            amount=forms.whole("amount", 1, _AMOUNT_MAX),
            policy="queue" if request.form.get("policy") == "queue" else "refuse",
            at=at,
        )
        return _("The budget is set.")

    return forms.act(do, done=url_for("web.points_budgets"), refused=draw_budgets)


@bp.post("/points/budgets/<uuid:budget_id>/raise")
@needs("budget.set", of=REGION)
def raise_budget(budget_id: UUID) -> ResponseReturnValue:
    """Raise a budget that somebody else set."""

    def do(who: Caller, at: datetime) -> Text:
        points = forms.whole("points", 1, _AMOUNT_MAX)
        budgets.raise_budget(who, budget_id, points, forms.reason(), at)
        return _("The budget is raised; what waits is paid by the next run.")

    return forms.act(do, done=url_for("web.points_budgets"), refused=draw_budgets)


@bp.post("/points/budgets/<uuid:budget_id>/overrun")
@needs("budget.set", of=REGION)
def approve_overrun(budget_id: UUID) -> ResponseReturnValue:
    """Let what waits be issued over the budget."""

    def do(who: Caller, at: datetime) -> Text:
        seen = request.form.get("points", type=int)
        budgets.approve_overrun(who, budget_id, forms.reason(), at, points_max=seen)
        return _("It is approved; what waits is paid by the next run.")

    return forms.act(do, done=url_for("web.points_budgets"), refused=draw_budgets)


def draw_adjustments(refusal: IncentiveError | None = None) -> str:
    """Return the page of adjustments."""
    with transaction():
        who = caller()
        who.require_somewhere("points.read")
        found = corrections.adjustments(
            who.regions_for("points.read"), cursor=request.args.get("cursor"), limit=ROWS
        )
    return _draw(
        "web/points_adjustments.html",
        refusal,
        found,
        me=who.person_id,
        may_propose=bool(who.regions_for("points.adjust")),
        may_contest=bool(who.regions_for("points.dispute")),
        may_approve=bool(who.regions_for("points.approve")),
    )


def draw_disputes(refusal: IncentiveError | None = None) -> str:
    """Return the page of disputes."""
    with transaction():
        who = caller()
        who.require_somewhere("points.read")
        found = disputes.disputes(
            who.regions_for("points.read"), cursor=request.args.get("cursor"), limit=ROWS
        )
    return _draw(
        "web/points_disputes.html",
        refusal,
        found,
        me=who.person_id,
        transaction=request.values.get("transaction", ""),
        may_contest=bool(who.regions_for("points.dispute")),
        may_decide=bool(who.regions_for("points.decide")),
    )


def draw_budgets(refusal: IncentiveError | None = None) -> str:
    """Return the page of budgets."""
    with transaction():
        who = caller()
        who.require_somewhere("budget.read")
        found = budgets.budgets(
            who.regions_for("budget.read"), cursor=request.args.get("cursor"), limit=ROWS
        )
    may_set = bool(who.regions_for("budget.set"))
    return _draw("web/points_budgets.html", refusal, found, me=who.person_id, may_set=may_set)


def _draw(template: str, refusal: IncentiveError | None, found: Page, **more: Any) -> str:
    return render_template(
        template,
        rows=found.items,
        refusal=refusal,
        typed=request.form.to_dict(),
        **pager(found.next_cursor),
        **more,
    )
