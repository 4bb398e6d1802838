"""The audit desk's front: where each of its tools is."""

from typing import Any, Final

from flask import current_app, render_template, url_for

from incentive.core.db import transaction
from incentive.core.i18n import Text, _
from incentive.core.needs import REACH, needs
from incentive.desk.reach import PERMISSION
from incentive.people.caller import caller
from incentive.web.site import bp

# Page, heading, what it is for, icon; a tool whose page is not installed is left out.
_TOOLS: Final[tuple[tuple[str, Text, Text, str], ...]] = (
    (
        "web.desk_ledger",
        _("General ledger"),
        _("Every transaction, from sums down to the scan or order behind it."),
        "ledger",
    ),
    (
        "web.desk_charts",
        _("Points over time"),
        _("Issued, spent, expired and outstanding, by day, week or month."),
        "points",
    ),
    (
        "web.desk_samples",
        _("Spot checks"),
        _("Random samples to check against vouchers, with worksheets."),
        "check",
    ),
    (
        "web.desk_verify",
        _("Verify the books"),
        _("Recompute the sealed books in this browser, against the signed checkpoint."),
        "shield",
    ),
    (
        "web.desk_acts",
        _("Audit log"),
        _("Who did what, by which role, when and from where."),
        "people",
    ),
    (
        "web.rule_list",
        _("Earning rules"),
        _("What pays how many points, since when, and who proposed and approved it."),
        "points",
    ),
    (
        "web.reconciliation_runs",
        _("Reconciliation"),
        _("What was compared last night, both totals, and every row that differs."),
        "check",
    ),
    (
        "web.counters",
        _("Stations"),
        _("Each station's ledger, stock and stocktakes."),
        "counter",
    ),
    (
        "web.checkpoints",
        _("Checkpoints"),
        _("What was signed and when, the keys, and feeds to follow."),
        "clock",
    ),
)


@bp.get("/desk")
@needs("audit.read", of=REACH)
def desk() -> str:
    """Show the tools of the audit desk."""
    with transaction():
        caller().require_somewhere(PERMISSION)
    return render_template("web/desk.html", tools=tools())


def tools() -> list[dict[str, Any]]:
    """Return the desk's tools, each with the address of its page."""
    return [
        {"href": url_for(page), "label": label, "text": text, "icon": icon}
        for page, label, text, icon in _TOOLS
        if page in current_app.view_functions
    ]
