"""Prices agreed between merchants and sponsors: made, and ended."""

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
from incentive.core.zone import today
from incentive.merchants import agreements
from incentive.merchants.domain import PRICE_FEN_MAX
from incentive.merchants.models import Merchant, Sponsor
from incentive.merchants.schemas import AgreementQuerySchema
from incentive.people.caller import Caller, caller
from incentive.web import filters, forms, merchant_queries
from incentive.web.addresses import pager
from incentive.web.errors import AmountWrong, FieldUnreadable
from incentive.web.settling import READ, require_reader, tabs
from incentive.web.site import bp

ROWS: Final = 30
_FILTERS: Final = ("merchant_id", "sponsor_id", "day")


@bp.get("/price-agreements")
@needs("statement.read", of=REACH)
def price_agreements() -> ResponseReturnValue:
    """List price agreements, with a form for one more."""
    return _list()


@bp.post("/price-agreements")
@needs("merchant.manage", of=REGION)
def agree_on_price() -> ResponseReturnValue:
    """Agree on the price of an item."""

    def do(who: Caller, at: datetime) -> Text:
        price, start = forms.fen("price_fen", PRICE_FEN_MAX), forms.day("valid_from")
        if not price:
            raise AmountWrong("price_fen")
        if start is None:
            raise FieldUnreadable("valid_from")
        made = agreements.agree(
            who,
            item_id=_chosen("item_id"),
            merchant_id=_chosen("merchant_id"),
            sponsor_id=_chosen("sponsor_id"),
            price_fen=price,
            valid_from=start,
            valid_until=forms.day("valid_until"),
            at=at,
        )
        return _("The price of “%(item)s” is agreed.", item=made.item_name)

    return _act(do, "new")


@bp.post("/price-agreements/<uuid:agreement_id>/end")
@needs("merchant.manage", of=REGION)
def end_price(agreement_id: UUID) -> ResponseReturnValue:
    """End a price agreement after a day."""

    def do(who: Caller, at: datetime) -> Text:
        last_day = forms.day("last_day")
        if last_day is None:
            raise FieldUnreadable("last_day")
        row = agreements.end(who, agreement_id, last_day=last_day, reason=forms.reason(), at=at)
        return _("The agreement on “%(item)s” ends after that day.", item=row.item_name)

    return _act(do, str(agreement_id))


def _act(do: forms.Action, form: str) -> ResponseReturnValue:
    def refused(error: IncentiveError) -> str:
        page, _status = _list(error, form)
        return page

    return forms.act(do, done=url_for("web.price_agreements"), refused=refused)


def _list(refusal: IncentiveError | None = None, at_form: str = "") -> tuple[str, int]:
    wanted, errors = filters.load(AgreementQuerySchema, filters.typed(_FILTERS))
    with transaction():
        who = caller()
        require_reader(who)
        around = tabs(who, "web.price_agreements")
        page = Page([], None)
        if wanted is not None:
            wanted |= {"cursor": request.args.get("cursor"), "limit": ROWS}
            page = agreements.listing(who, **wanted)
        choices = _choices(who)
    page_text = render_template(
        "web/price_agreements.html",
        tabs=around,
        rows=[_row(row) for row in page.items],
        today=today(),
        filters=filters.typed(_FILTERS),
        errors=[(error.field, error.message) for error in errors],
        typed=request.form,
        refusal=refusal,
        at_form=at_form,
        **choices,
        **pager(page.next_cursor),
    )
    return page_text, 422 if errors else 200


def _choices(who: Caller) -> dict[str, Any]:
    reads, manages = who.regions_for(READ), who.regions_for("merchant.manage")
    return {
        "merchants": merchant_queries.parties(Merchant, reads),
        "sponsors": merchant_queries.parties(Sponsor, reads),
        "items": merchant_queries.items(manages) if manages else [],
        "manages": bool(manages),
    }


def _row(row: Any) -> dict[str, Any]:
    return {
        "agreement": row[0],
        "item": row.item_name,
        "station": row.station_name,
        "merchant": row.merchant_name,
        "sponsor": row.sponsor_name,
    }


def _chosen(name: str) -> UUID:
    found = forms.identifier(name)
    if found is None:
        raise FieldUnreadable(name)
    return found
