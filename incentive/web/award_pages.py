"""One award: the service, the rules step by step, and the transaction."""

from uuid import UUID

from flask import render_template, url_for

from incentive.core.db import transaction
from incentive.core.i18n import language
from incentive.core.needs import REGION, needs
from incentive.people.caller import caller
from incentive.settlement import awards
from incentive.web.site import bp


@bp.get("/awards/<uuid:record_id>")
@needs("settlement.read", of=REGION, own=True)
def award(record_id: UUID) -> str:
    """Show why a service earned what it did: one's own, or one in one's regions."""
    with transaction():
        who = caller()
        found = awards.award(record_id, who, language())
    booked = found["transaction_id"]
    audits = bool(who.regions_for("audit.read"))
    own = found["volunteer_number"] == who.volunteer_number
    contests = bool(who.regions_for("points.dispute")) and not own and not found["closed_by"]
    return render_template(
        "web/award.html",
        award=found,
        own=own,
        ledger_href=url_for("web.desk_transaction", transaction_id=booked)
        if booked and audits
        else None,
        contest_href=url_for("web.points_disputes", transaction=booked)
        if booked and contests
        else None,
        rules_href=url_for("web.rule_list") if who.regions_for("rule.read") else None,
    )
