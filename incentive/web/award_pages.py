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
    return render_template(
        "web/award.html",
        award=found,
        own=found["volunteer_number"] == who.volunteer_number,
        ledger_href=url_for("web.desk_transaction", transaction_id=booked)
        if booked and audits
        else None,
        rules_href=url_for("web.rule_list") if who.regions_for("rule.read") else None,
    )
