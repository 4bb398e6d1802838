"""What looks invented in attendance, and whose points wait because of it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, REGION, needs
from incentive.people.caller import Caller, caller
from incentive.settlement.findings import listing
from incentive.settlement.findings.domain import KINDS, said
from incentive.web import forms
from incentive.web.addresses import here, pager
from incentive.web.errors import FieldUnreadable
from incentive.web.site import bp

ROWS: Final = 20
_STATES: Final[dict[str, Text]] = {
    "open": _("To be decided"),
    "cleared": _("Cleared"),
    "upheld": _("Upheld"),
    "all": _("All"),
}


@bp.get("/findings")
@needs("settlement.read", of=REACH)
def findings() -> str:
    """List what was found in the reader's regions, each with a form to who may decide."""
    return _draw()


@bp.post("/findings/<uuid:dispute_id>/decide")
@needs("finding.decide", of=REGION)
def decide_finding(dispute_id: UUID) -> ResponseReturnValue:
    """Clear a finding, or uphold it."""

    def do(who: Caller, at: datetime) -> Text:
        outcome = request.form.get("outcome", "")
        if outcome not in {"cleared", "upheld"}:
            raise FieldUnreadable("outcome")
        note = forms.words("note", 200, required=True)
        listing.decide(who, dispute_id, cleared=outcome == "cleared", note=note, at=at)
        if outcome == "cleared":
            return _("Cleared: the points are the volunteer's, who reads your note.")
        return _("Upheld: the points are taken back, and the volunteer reads your note.")

    def refused(error: IncentiveError) -> str:
        return _draw(error, str(dispute_id))

    return forms.act(do, done=url_for("web.findings"), refused=refused)


def _draw(refusal: IncentiveError | None = None, at_form: str = "") -> str:
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    state = state if state in listing.STATES else "open"
    kind = kind if kind in KINDS else ""
    with transaction():
        who = caller()
        found = listing.in_scope(
            who, state=state, kind=kind or None, cursor=request.args.get("cursor"), limit=ROWS
        )
    return render_template(
        "web/findings.html",
        rows=[_row(row, who) for row in found.items],
        states=[
            {"label": label, "href": here(state=name, cursor=None), "current": name == state}
            for name, label in _STATES.items()
        ],
        kinds=KINDS,
        kind=kind,
        state=state,
        refusal=refusal,
        at_form=at_form,
        typed=request.form,
        **pager(found.next_cursor),
    )


def _row(row: Any, who: Caller) -> dict[str, Any]:
    concerned = who.person_id in {row.person_id, row.about_id}
    may_decide = who.may("finding.decide", region_path=row.region_path)
    shown = {
        name: getattr(row, name)
        for name in (
            "id",
            "kind",
            "found_at",
            "volunteer_number",
            "about",
            "activity",
            "shift",
            "region",
            "day",
            "minutes",
            "dispute_id",
            "held",
            "status",
            "decision_reason",
            "decided_by",
            "decided_at",
        )
    }
    return shown | {
        "title": KINDS[row.kind],
        "said": said(row.kind, row.facts),
        "award_href": url_for("web.award", record_id=row.record_id),
        "concerned": concerned,
        "may_decide": may_decide and not concerned and row.status == "open",
    }
