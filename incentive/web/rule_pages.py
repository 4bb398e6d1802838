"""Earning rules for those who answer for them: in force, proposed, tried, decided on."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import EXCLUDE, ValidationError

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _, language
from incentive.core.jobs import enqueue
from incentive.core.needs import WHOLE, needs
from incentive.core.zone import day_of, today
from incentive.people.caller import Caller, caller
from incentive.settlement import jobs
from incentive.settlement.reach import require_over_all
from incentive.settlement.rulebook import service, simulation
from incentive.settlement.rulebook.domain import MONTHS_MAX, STATES
from incentive.settlement.rulebook.errors import MonthsInvalid, RulesInvalid
from incentive.settlement.rulebook.schemas import MonthsSchema
from incentive.settlement.rulebook.views import draft_view, version_view
from incentive.web import forms, rule_forms
from incentive.web.addresses import pager
from incentive.web.errors import FieldUnreadable
from incentive.web.rule_context import trials
from incentive.web.site import bp

ROWS: Final = 20
Do = Callable[[Caller, datetime], Text]


@bp.get("/rules")
@needs("rule.read", of=WHOLE)
def rule_list() -> str:
    """List the rules that are, were and will be in force, and the drafts."""
    with transaction():
        who = caller()
        require_over_all(who, "rule.read")
        drafts = service.drafts(cursor=request.args.get("cursor"), limit=ROWS)
        versions = service.versions(cursor=None, limit=100)
    now = today()
    begun = [row for row in versions.items if row[0].effective_from <= now]
    return render_template(
        "web/rules.html",
        versions=[version_view(row, language()) for row in versions.items],
        in_force=begun[0][0].id if begun else None,
        today=now,
        drafts=[draft_view(row, language()) for row in drafts.items],
        states=STATES,
        proposes=bool(who.regions_for("rule.propose")),
        **pager(drafts.next_cursor),
    )


@bp.get("/rules/new")
@needs("rule.propose", of=WHOLE)
def new_rules() -> str:
    """Show the form for a draft, filled in with the rules in force or a draft to start from."""
    with transaction():
        require_over_all(caller(), "rule.propose")
        start = forms_start(request.args.get("from", ""))
    typed = rule_forms.typed_of(start) | {
        "effective_from": str(today() + timedelta(days=1)),
        "reason": "",
    }
    return render_template("web/rules_new.html", typed=typed, errors=[])


@bp.post("/rules/drafts")
@needs("rule.propose", of=WHOLE)
def propose_rules() -> ResponseReturnValue:
    """Write a draft down."""
    typed = {name: request.form.get(name, "") for name in (*rule_forms.NAMES, "effective_from")}
    typed["reason"] = request.form.get("reason", "")
    document = rule_forms.document_of(typed)

    def do(who: Caller, at: datetime) -> Text:
        require_over_all(who, "rule.propose")
        service.propose(
            document, _day(typed["effective_from"]), forms.reason(), who, at, day_of(at)
        )
        return _("The draft is written down. Open it and simulate it on past months.")

    def refused(error: IncentiveError) -> str:
        field, message = error.field, error.message
        if isinstance(error, RulesInvalid):
            field, message = rule_forms.field_at(document, error.path), error.problem
        with transaction():
            require_over_all(caller(), "rule.propose")
        return render_template("web/rules_new.html", typed=typed, errors=[(field, message)])

    return forms.act(do, done=url_for("web.rule_list"), refused=refused)


@bp.get("/rules/drafts/<uuid:draft_id>")
@needs("rule.read", of=WHOLE)
def rule_draft(draft_id: UUID) -> str:
    """Show a draft: its words, its trials, and what can be done with it."""
    return draw(draft_id)


@bp.get("/rules/drafts/<uuid:draft_id>/progress")
@needs("rule.read", of=WHOLE)
def trial_progress(draft_id: UUID) -> ResponseReturnValue:
    """Return how far the trial is that goes on; have the page drawn anew at its end."""
    with transaction():
        require_over_all(caller(), "rule.read")
        going_on = next((one for one in simulation.of_draft(draft_id) if not one.finished_at), None)
    if going_on is None:
        return "", 204, {"HX-Refresh": "true"}
    return render_template("web/_trial_progress.html", trial=going_on)


@bp.post("/rules/drafts/<uuid:draft_id>/simulate")
@needs("rule.propose", of=WHOLE)
def simulate_rules(draft_id: UUID) -> ResponseReturnValue:
    """Have a draft recomputed over past months."""

    def do(who: Caller, at: datetime) -> Text:
        require_over_all(who, "rule.propose")
        first, last = _months()
        simulation.ask(draft_id, first, last, who, at, day_of(at))
        enqueue(jobs.simulate)
        return _("The draft is being simulated. The result appears here.")

    return _act(draft_id, do)


@bp.post("/rules/drafts/<uuid:draft_id>/submit")
@needs("rule.propose", of=WHOLE)
def submit_rules(draft_id: UUID) -> ResponseReturnValue:
    """Put one's draft before a second person."""

    def do(who: Caller, _at: datetime) -> Text:
        require_over_all(who, "rule.propose")
        service.submit(draft_id, who)
        return _("Submitted. Another administrator must approve it before its day.")

    return _act(draft_id, do)


@bp.post("/rules/drafts/<uuid:draft_id>/approve")
@needs("rule.approve", of=WHOLE)
def approve_rules(draft_id: UUID) -> ResponseReturnValue:
    """Put somebody else's draft in force from its day on."""

    def do(who: Caller, at: datetime) -> Text:
        require_over_all(who, "rule.approve")
        version = service.approve(draft_id, who, at, day_of(at))
        return _("Approved. These rules are in force from %(day)s.", day=version.effective_from)

    return _act(draft_id, do)


@bp.post("/rules/drafts/<uuid:draft_id>/reject")
@needs("rule.approve", of=WHOLE)
def reject_rules(draft_id: UUID) -> ResponseReturnValue:
    """Refuse somebody else's draft."""

    def do(who: Caller, at: datetime) -> Text:
        require_over_all(who, "rule.approve")
        service.reject(draft_id, who, forms.reason(), at)
        return _("Not approved. Who proposed it sees your reason.")

    return _act(draft_id, do)


@bp.post("/rules/drafts/<uuid:draft_id>/withdraw")
@needs("rule.propose", of=WHOLE)
def withdraw_rules(draft_id: UUID) -> ResponseReturnValue:
    """Take one's draft back."""

    def do(who: Caller, at: datetime) -> Text:
        require_over_all(who, "rule.propose")
        service.withdraw(draft_id, who, at)
        return _("The draft is taken back.")

    return _act(draft_id, do)


def draw(draft_id: UUID, refusal: IncentiveError | None = None) -> str:
    """Return the page of a draft, with a refusal of what was to be done with it."""
    at = clock.now()
    with transaction():
        who = caller()
        require_over_all(who, "rule.read")
        row = service.draft(draft_id)
        before = service.version_on(row[0].effective_from - timedelta(days=1))
        context = trials(draft_id)
    own = row[0].proposed_by == who.person_id
    last_month = (day_of(at).replace(day=1) - timedelta(days=1)).replace(day=1)
    return render_template(
        "web/rule_draft.html",
        draft=draft_view(row, language()),
        state=STATES[row[0].state],
        before=before and version_view(before, language()),
        own=own,
        proposes=bool(who.regions_for("rule.propose")),
        approves=bool(who.regions_for("rule.approve")) and not own,
        months={
            "first": _month("first_month", last_month),
            "last": _month("last_month", last_month),
        },
        refusal=refusal,
        reason=request.form.get("reason", ""),
        **context,
    )


def forms_start(draft_id: str) -> Any:
    """Return the document that a new draft starts from: a draft's, or the rules of today."""
    try:
        return service.draft(UUID(draft_id))[0].document
    except ValueError:
        in_force = service.version_on(today())
        return in_force[0].document if in_force else {"rules": []}


def _act(draft_id: UUID, do: Do) -> ResponseReturnValue:
    def refused(error: IncentiveError) -> str:
        return draw(draft_id, error)

    return forms.act(do, done=url_for("web.rule_draft", draft_id=draft_id), refused=refused)


def _months() -> tuple[date, date]:
    given = {name: request.form.get(name, "") for name in ("first_month", "last_month")}
    try:
        months: dict[str, date] = MonthsSchema(unknown=EXCLUDE).load(given)
    except ValidationError:
        raise MonthsInvalid(MONTHS_MAX) from None
    return months["first_month"], months["last_month"]


def _month(name: str, usual: date) -> str:
    return request.form.get(name) or f"{usual:%Y-%m}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldUnreadable("effective_from") from None
