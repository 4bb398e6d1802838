"""Merchants with those who speak for them, and sponsors with their budgets."""

from datetime import datetime
from typing import Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.money import FEN_MAX, yuan
from incentive.core.needs import REACH, REGION, needs
from incentive.merchants import parties
from incentive.people.caller import Caller, caller
from incentive.web import forms, merchant_queries
from incentive.web.addresses import here
from incentive.web.errors import AmountWrong, FieldUnreadable
from incentive.web.settling import require_reader, tabs
from incentive.web.site import bp

ROWS: Final = 30
NAME_MAX: Final = 80
_CREDIT_CODE: Final = 18


@bp.get("/merchants")
@needs("statement.read", of=REACH)
def merchant_list() -> str:
    """List merchants and sponsors, with forms to enter more."""
    return _list()


@bp.post("/merchants")
@needs("merchant.manage", of=REGION)
def enter_merchant() -> ResponseReturnValue:
    """Enter a merchant."""

    def do(who: Caller, at: datetime) -> Text:
        code = forms.words("credit_code", _CREDIT_CODE) or None
        if code is not None and not (len(code) == _CREDIT_CODE and code.isalnum()):
            raise FieldUnreadable("credit_code")
        name = forms.words("name", NAME_MAX, required=True)
        region = request.form.get("region", "")
        parties.add_merchant(who, region=region, name=name, credit_code=code, at=at)
        return _("“%(name)s” is entered. Add the persons who speak for it.", name=name)

    return forms.act(do, done=url_for("web.merchant_list"), refused=lambda e: _list(e, "merchant"))


@bp.post("/sponsors")
@needs("merchant.manage", of=REGION)
def enter_sponsor() -> ResponseReturnValue:
    """Enter a sponsor."""

    def do(who: Caller, at: datetime) -> Text:
        name = forms.words("name", NAME_MAX, required=True)
        parties.add_sponsor(who, region=request.form.get("region", ""), name=name, at=at)
        return _("“%(name)s” is entered. Set its budget next.", name=name)

    return forms.act(do, done=url_for("web.merchant_list"), refused=lambda e: _list(e, "sponsor"))


@bp.get("/merchants/<uuid:merchant_id>")
@needs("statement.read", of=REGION, own=True)
def merchant_page(merchant_id: UUID) -> str:
    """Show a merchant and those who speak for it."""
    return _merchant(merchant_id)


@bp.post("/merchants/<uuid:merchant_id>/contacts")
@needs("merchant.manage", of=REGION)
def enter_contact(merchant_id: UUID) -> ResponseReturnValue:
    """Let one more person speak for a merchant."""

    def do(who: Caller, at: datetime) -> Text:
        number = forms.words("volunteer_number", 20, required=True)
        parties.add_contact(who, merchant_id, volunteer_number=number.replace("-", ""), at=at)
        return _("%(number)s speaks for the merchant from now on.", number=number)

    return _act_on_merchant(do, merchant_id)


@bp.post("/merchants/<uuid:merchant_id>/contacts/<uuid:contact_id>/end")
@needs("merchant.manage", of=REGION)
def drop_contact(merchant_id: UUID, contact_id: UUID) -> ResponseReturnValue:
    """Let a person speak for a merchant no longer."""

    def do(who: Caller, at: datetime) -> Text:
        parties.end_contact(who, contact_id, at)
        return _("This person speaks for the merchant no longer.")

    return _act_on_merchant(do, merchant_id)


@bp.get("/sponsors/<uuid:sponsor_id>")
@needs("statement.read", of=REGION)
def sponsor_page(sponsor_id: UUID) -> str:
    """Show a sponsor and its budgets."""
    return _sponsor(sponsor_id)


@bp.post("/sponsors/<uuid:sponsor_id>/budgets")
@needs("sponsor.budget", of=REGION)
def enter_budget(sponsor_id: UUID) -> ResponseReturnValue:
    """Set what a sponsor pays at most for some days."""

    def do(who: Caller, at: datetime) -> Text:
        first, last, fen = forms.day("first_day"), forms.day("last_day"), _fen()
        if first is None or last is None:
            raise FieldUnreadable("first_day" if first is None else "last_day")
        parties.add_budget(who, sponsor_id, first_day=first, last_day=last, fen=fen, at=at)
        return _("The budget of %(amount)s yuan is set.", amount=yuan(fen))

    return _act_on_sponsor(do, sponsor_id)


@bp.post("/sponsors/<uuid:sponsor_id>/budgets/<uuid:budget_id>")
@needs("sponsor.budget", of=REGION)
def alter_budget(sponsor_id: UUID, budget_id: UUID) -> ResponseReturnValue:
    """Change a budget."""

    def do(who: Caller, _at: datetime) -> Text:
        changed = parties.change_budget(who, budget_id, _fen())
        return _("The budget is %(amount)s yuan now.", amount=yuan(changed.fen))

    return _act_on_sponsor(do, sponsor_id, budget_id)


def _act_on_merchant(do: forms.Action, merchant_id: UUID) -> ResponseReturnValue:
    return forms.act(
        do,
        done=url_for("web.merchant_page", merchant_id=merchant_id),
        refused=lambda error: _merchant(merchant_id, error),
    )


def _act_on_sponsor(
    do: forms.Action, sponsor_id: UUID, at_budget: UUID | None = None
) -> ResponseReturnValue:
    return forms.act(
        do,
        done=url_for("web.sponsor_page", sponsor_id=sponsor_id),
        refused=lambda error: _sponsor(sponsor_id, error, at_budget),
    )


def _fen() -> int:
    amount = forms.fen("fen", FEN_MAX)
    if amount is None:
        raise AmountWrong("fen")
    return amount


def _list(refusal: IncentiveError | None = None, at_form: str = "") -> str:
    with transaction():
        who = caller()
        require_reader(who)
        merchants = parties.merchants(who, cursor=request.args.get("merchants"), limit=ROWS)
        sponsors = parties.sponsors(who, cursor=request.args.get("sponsors"), limit=ROWS)
        regions = merchant_queries.regions_at(who.regions_for("merchant.manage"))
        around = tabs(who, "web.merchant_list")
    return render_template(
        "web/merchants.html",
        tabs=around,
        merchants=merchants.items,
        merchants_more=merchants.next_cursor and here(merchants=merchants.next_cursor),
        sponsors=sponsors.items,
        sponsors_more=sponsors.next_cursor and here(sponsors=sponsors.next_cursor),
        regions=[(row.code, row.name) for row in regions],
        typed=request.form,
        refusal=refusal,
        at_form=at_form,
    )


def _merchant(merchant_id: UUID, refusal: IncentiveError | None = None) -> str:
    with transaction():
        who = caller()
        row = parties.merchant(who, merchant_id)
        contacts = parties.contacts(who, merchant_id)
        manages = who.may("merchant.manage", region_path=row.region_path)
        around = tabs(who, "web.merchant_list")
    return render_template(
        "web/merchant.html",
        tabs=around,
        merchant=row[0],
        region=row.region_name,
        contacts=contacts,
        manages=manages,
        typed=request.form,
        refusal=refusal,
    )


def _sponsor(
    sponsor_id: UUID, refusal: IncentiveError | None = None, at_budget: UUID | None = None
) -> str:
    with transaction():
        who = caller()
        row = parties.sponsor(who, sponsor_id)
        budgets = parties.budgets(who, sponsor_id)
        sets = who.may("sponsor.budget", region_path=row.region_path)
        around = tabs(who, "web.merchant_list")
    return render_template(
        "web/sponsor.html",
        tabs=around,
        sponsor=row[0],
        region=row.region_name,
        budgets=budgets,
        sets=sets,
        typed=request.form,
        refusal=refusal,
        at_budget=at_budget,
    )
