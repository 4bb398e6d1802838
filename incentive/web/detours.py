"""Addresses that only forms are sent to: whoever opens one gets the page the form stands on.

A refused form is drawn at its own address; from there people reload, or switch the language.
"""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core.needs import PUBLIC, needs
from incentive.web.site import bp


@bp.get("/me/scans")
@bp.get("/redemptions")
@bp.get("/redemptions/<uuid:_form>/cancel")
@bp.get("/shifts/<uuid:_form>/sign-up")
@bp.get("/shifts/<uuid:_form>/withdraw")
@needs(PUBLIC)
def to_own_page(_form: UUID | None = None) -> ResponseReturnValue:
    """Go to one's own page."""
    return _to("web.me")


@bp.get("/me/giving/invite")
@bp.get("/me/giving/donate")
@bp.get("/me/giving/<uuid:_form>/accept")
@bp.get("/me/giving/<uuid:_form>/end")
@bp.get("/me/giving/<uuid:_form>/transfer")
@needs(PUBLIC)
def to_giving(_form: UUID | None = None) -> ResponseReturnValue:
    """Go to one's family and giving."""
    return _to("web.my_giving")


@bp.get("/points/adjustments/<uuid:_form>/<any(approve,reject):_decision>")
@needs(PUBLIC)
def to_adjustments(_form: UUID, _decision: str) -> ResponseReturnValue:
    """Go to the adjustments."""
    return _to("web.points_adjustments")


@bp.get("/points/disputes/<uuid:_form>/decide")
@needs(PUBLIC)
def to_disputes(_form: UUID) -> ResponseReturnValue:
    """Go to the disputes."""
    return _to("web.points_disputes")


@bp.get("/points/budgets/<uuid:_form>/raise")
@bp.get("/points/budgets/<uuid:_form>/overrun")
@needs(PUBLIC)
def to_budgets(_form: UUID) -> ResponseReturnValue:
    """Go to the budgets."""
    return _to("web.points_budgets")


@bp.get("/service-records/<uuid:_form>/verify")
@bp.get("/service-records/<uuid:_form>/reject")
@needs(PUBLIC)
def to_duty(_form: UUID) -> ResponseReturnValue:
    """Go to the page of those on duty."""
    return _to("web.duty")


@bp.get("/stations/<uuid:station_id>/collect")
@bp.get("/stations/<uuid:station_id>/redemptions/<uuid:_form>/cancel")
@bp.get("/stations/<uuid:station_id>/redemptions/<uuid:_form>/refund")
@needs(PUBLIC)
def to_counter(station_id: UUID, _form: UUID | None = None) -> ResponseReturnValue:
    """Go to the station's counter."""
    return _to("web.counter", station_id=station_id)


@bp.get("/sponsors")
@needs(PUBLIC)
def to_parties() -> ResponseReturnValue:
    """Go to the list of merchants and sponsors."""
    return _to("web.merchant_list")


@bp.get("/merchants/<uuid:merchant_id>/contacts")
@bp.get("/merchants/<uuid:merchant_id>/contacts/<uuid:_form>/end")
@needs(PUBLIC)
def to_merchant(merchant_id: UUID, _form: UUID | None = None) -> ResponseReturnValue:
    """Go to the merchant."""
    return _to("web.merchant_page", merchant_id=merchant_id)


@bp.get("/sponsors/<uuid:sponsor_id>/budgets")
@bp.get("/sponsors/<uuid:sponsor_id>/budgets/<uuid:_form>")
@needs(PUBLIC)
def to_sponsor(sponsor_id: UUID, _form: UUID | None = None) -> ResponseReturnValue:
    """Go to the sponsor."""
    return _to("web.sponsor_page", sponsor_id=sponsor_id)


@bp.get("/price-agreements/<uuid:_form>/end")
@needs(PUBLIC)
def to_prices(_form: UUID) -> ResponseReturnValue:
    """Go to the list of prices."""
    return _to("web.price_agreements")


@bp.get(
    "/merchant-statements/<uuid:statement_id>/<any(send, confirm, charge, reverse, payments):_form>"
)
@bp.get("/merchant-statements/<uuid:statement_id>/lines/<int:_form>/object")
@bp.get("/merchant-statements/<uuid:statement_id>/objections/<uuid:_form>/answer")
@bp.get("/merchant-statements/<uuid:statement_id>/objections/<uuid:_form>/take-off")
@bp.get("/merchant-statements/<uuid:statement_id>/payments/<uuid:_form>/take-back")
@needs(PUBLIC)
def to_merchant_statement(statement_id: UUID, _form: Any) -> ResponseReturnValue:
    """Go to the statement."""
    return _to("web.merchant_statement", statement_id=statement_id)


@bp.get("/bank/<any(preview, files):_form>")
@bp.get("/bank/rows/<uuid:_form>/match")
@needs(PUBLIC)
def to_bank(_form: Any) -> ResponseReturnValue:
    """Go to the bank's rows."""
    return _to("web.bank")


@bp.get("/sign-out")
@needs(PUBLIC)
def to_start() -> ResponseReturnValue:
    """Go to the start page; nobody is signed out by a link."""
    return _to("web.home")


@bp.get("/shifts/<uuid:shift_id>/devices/<uuid:_form>/end")
@needs(PUBLIC)
def to_scanners(shift_id: UUID, _form: UUID) -> ResponseReturnValue:
    """Go to a shift's scanners."""
    return _to("web.scanners", shift_id=shift_id)


@bp.get("/stations/<uuid:station_id>/devices/<uuid:_form>/end")
@needs(PUBLIC)
def to_counters_devices(station_id: UUID, _form: UUID) -> ResponseReturnValue:
    """Go to the devices of a station."""
    return _to("web.counters_devices", station_id=station_id)


@bp.get("/devices/<uuid:_form>/end")
@needs(PUBLIC)
def to_devices(_form: UUID) -> ResponseReturnValue:
    """Go to the list of devices."""
    return _to("web.device_list")


@bp.get("/me/tokens/<uuid:_form>/end")
@needs(PUBLIC)
def to_tokens(_form: UUID) -> ResponseReturnValue:
    """Go to one's tokens."""
    return _to("web.my_tokens")


@bp.get("/me/roles/<uuid:_form>/hand-on")
@bp.get("/me/roles/<uuid:_form>/give-back")
@needs(PUBLIC)
def to_own_roles(_form: UUID) -> ResponseReturnValue:
    """Go to one's own roles."""
    return _to("web.my_roles")


@bp.get("/me/sessions/end-all")
@bp.get("/me/sessions/<uuid:_form>/end")
@needs(PUBLIC)
def to_sessions(_form: UUID | None = None) -> ResponseReturnValue:
    """Go to where one is signed in."""
    return _to("web.my_sessions")


@bp.get("/me/second-factor/recovery-codes")
@bp.get("/me/second-factor/take-off")
@needs(PUBLIC)
def to_second_factor() -> ResponseReturnValue:
    """Go to the authenticator app."""
    return _to("web.second_factor")


@bp.get("/sign-in/link/code")
@needs(PUBLIC)
def to_link_identity() -> ResponseReturnValue:
    """Go to where an account is linked."""
    return _to("web.link_identity")


@bp.get("/me/identities/<uuid:_form>/unlink")
@needs(PUBLIC)
def to_identities(_form: UUID) -> ResponseReturnValue:
    """Go to where one's accounts are listed."""
    return _to("web.my_sessions")


@bp.get("/sign-in/sms/code")
@needs(PUBLIC)
def to_sign_in_by_sms() -> ResponseReturnValue:
    """Go to where a code is asked for."""
    return _to("web.sign_in_by_sms")


@bp.get("/password/forgotten/code")
@needs(PUBLIC)
def to_forgotten_password() -> ResponseReturnValue:
    """Go to where a code for a new password is asked for."""
    return _to("web.forgotten_password")


@bp.get("/register/code")
@needs(PUBLIC)
def to_register() -> ResponseReturnValue:
    """Go to where one registers."""
    return _to("web.register")


@bp.get("/persons/<uuid:person_id>/<any(reveal, block, unblock):_form>")
@bp.get("/persons/<uuid:person_id>/sign-out")
@bp.get("/persons/<uuid:person_id>/second-factor/reset")
@needs(PUBLIC)
def to_person(person_id: UUID, _form: str = "") -> ResponseReturnValue:
    """Go to the person."""
    return _to("web.person_page", person_id=person_id)


@bp.get("/roles/<uuid:_form>/end")
@bp.get("/roles/<uuid:_form>/undo")
@bp.get("/roles/<uuid:_form>/move-end")
@needs(PUBLIC)
def to_roles(_form: UUID) -> ResponseReturnValue:
    """Go to the list of roles."""
    return _to("web.role_list")


@bp.get("/me/consents/<any(privacy,id_number,birth_month,address):_form>/withdraw")
@needs(PUBLIC)
def to_consents(_form: str) -> ResponseReturnValue:
    """Go to one's consents."""
    return _to("web.my_consents")


@bp.get("/me/guardians/invite")
@needs(PUBLIC)
def to_guardians() -> ResponseReturnValue:
    """Go to one's guardians."""
    return _to("web.my_guardians")


@bp.get("/me/wards/<uuid:minor_id>/<any(consent,withdraw):_form>")
@needs(PUBLIC)
def to_ward(minor_id: UUID, _form: str) -> ResponseReturnValue:
    """Go to a ward."""
    return _to("web.ward", minor_id=minor_id)


@bp.get("/notices/drafts/<uuid:draft_id>/<any(publish,drop):_form>")
@needs(PUBLIC)
def to_notice_draft(draft_id: UUID, _form: str) -> ResponseReturnValue:
    """Go to a draft of a notice."""
    return _to("web.notice_draft", draft_id=draft_id)


@bp.get("/rules/drafts")
@needs(PUBLIC)
def to_rules() -> ResponseReturnValue:
    """Go to the rules."""
    return _to("web.rule_list")


@bp.get("/rules/drafts/<uuid:draft_id>/<any(simulate,submit,approve,reject,withdraw):_form>")
@needs(PUBLIC)
def to_rule_draft(draft_id: UUID, _form: str) -> ResponseReturnValue:
    """Go to a draft of rules."""
    return _to("web.rule_draft", draft_id=draft_id)


def _to(page: str, **ids: Any) -> ResponseReturnValue:
    return redirect(url_for(page, **ids, lang=request.args.get("lang")))
