"""All pages: importing this puts them on `bp`. Here are those that belong to no package."""

import re

from flask import g, render_template

from incentive.core.needs import PUBLIC, needs
from incentive.core.paths import static_dir
from incentive.web import (  # noqa: F401 - each puts its pages on the blueprint
    agreement_pages,
    award_pages,
    bank_pages,
    checkpoint_pages,
    code_pages,
    consent_figure_pages,
    consent_pages,
    correction_pages,
    counter_pages,
    day_pages,
    desk_act_pages,
    desk_chart_pages,
    desk_ledger_pages,
    desk_pages,
    desk_sample_pages,
    desk_verify_pages,
    detours,
    device_list_pages,
    device_pages,
    discrepancy_pages,
    duty_pages,
    erasing_pages,
    external_pages,
    finding_pages,
    giving_pages,
    guardian_pages,
    guardian_paper_pages,
    held_pages,
    import_pages,
    ledger_pages,
    me_pages,
    merchant_pages,
    merchant_statement_acts,
    merchant_statement_pages,
    merge_pages,
    my_dispute_pages,
    my_role_pages,
    notice_pages,
    password_pages,
    person_acts,
    person_pages,
    points_pages,
    points_policy_pages,
    privacy_pages,
    public_pages,
    receipt_pages,
    reconciliation_pages,
    register_pages,
    retention_pages,
    role_grant_pages,
    role_pages,
    rule_pages,
    scan_pages,
    second_factor_pages,
    security_text_pages,
    session_pages,
    shift_pages,
    sign_in_pages,
    statement_pages,
    station_statement_pages,
    stock_pages,
    stocktake_pages,
    token_pages,
    viewer,
)
from incentive.web.site import bp

__all__ = ["bp", "error_page"]


@bp.get("/kit")
@needs(PUBLIC)
def kit() -> str:
    """Show every part in every state."""
    viewer.greet()
    sprite = (static_dir() / "icons.svg").read_text(encoding="utf-8")
    return render_template("web/kit.html", icons=re.findall(r'<symbol id="([a-z]+)"', sprite))


@bp.get("/complain")
@needs(PUBLIC)
def complain() -> str:
    """Say where a problem or a wish can be taken, with a phone or without."""
    viewer.greet()
    return render_template("web/complain.html")


@bp.get("/api/v1/docs")
@needs(PUBLIC)
def api_docs() -> str:
    """Show the API's document, browsable."""
    viewer.greet()
    return render_template("web/api_docs.html")


def error_page(status: int, code: str, detail: str) -> str:
    """Return the page for an error; `detail` is in the reader's language."""
    g.alarm = None  # the books may be what is away
    return render_template("web/error.html", status=status, code=code, detail=detail)
