"""Addresses that only forms are sent to: whoever opens one gets the page the form stands on.

A refused form is drawn at its own address; from there people reload, or switch the language.
"""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from incentive.web.site import bp


@bp.get("/me/scans")
@bp.get("/redemptions")
@bp.get("/redemptions/<uuid:_form>/cancel")
@bp.get("/shifts/<uuid:_form>/sign-up")
@bp.get("/shifts/<uuid:_form>/withdraw")
def to_own_page(_form: UUID | None = None) -> ResponseReturnValue:
    """Go to one's own page."""
    return _to("web.me")


@bp.get("/service-records/<uuid:_form>/verify")
@bp.get("/service-records/<uuid:_form>/reject")
def to_duty(_form: UUID) -> ResponseReturnValue:
    """Go to the page of those on duty."""
    return _to("web.duty")


@bp.get("/stations/<uuid:station_id>/collect")
@bp.get("/stations/<uuid:station_id>/redemptions/<uuid:_form>/cancel")
@bp.get("/stations/<uuid:station_id>/redemptions/<uuid:_form>/refund")
def to_counter(station_id: UUID, _form: UUID | None = None) -> ResponseReturnValue:
    """Go to the station's counter."""
    return _to("web.counter", station_id=station_id)


@bp.get("/sign-out")
def to_start() -> ResponseReturnValue:
    """Go to the start page; nobody is signed out by a link."""
    return _to("web.home")


@bp.get("/rules/drafts")
def to_rules() -> ResponseReturnValue:
    """Go to the rules."""
    return _to("web.rule_list")


@bp.get("/rules/drafts/<uuid:draft_id>/<any(simulate,submit,approve,reject,withdraw):_form>")
def to_rule_draft(draft_id: UUID, _form: str) -> ResponseReturnValue:
    """Go to a draft of rules."""
    return _to("web.rule_draft", draft_id=draft_id)


def _to(page: str, **ids: Any) -> ResponseReturnValue:
    return redirect(url_for(page, **ids, lang=request.args.get("lang")))
