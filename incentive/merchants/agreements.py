"""What was agreed on prices: an agreement ends and a new one begins; none is ever rewritten."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from incentive.core.db import session
from incentive.core.paging import Page, page
from incentive.merchants import queries
from incentive.merchants.agreement_errors import (
    AgreementBackwards,
    AgreementEnded,
    AgreementSettled,
    AgreementsOverlap,
    UnknownAgreement,
)
from incentive.merchants.errors import UnknownMerchant
from incentive.merchants.models import Merchant, PriceAgreement
from incentive.merchants.parties import sponsor
from incentive.merchants.refusing import refusing
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.stations.errors import UnknownItem
from incentive.stations.models import Item

_ENDING = ("valid_until", "end_reason")


def listing(
    caller: Caller,
    *,
    merchant_id: UUID | None = None,
    sponsor_id: UUID | None = None,
    station_id: UUID | None = None,
    day: date | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Return a page of agreements, the newest first; `day`: only those in force on it."""
    mine = queries.merchants_of(caller.person_id)
    paths = caller.regions_for("statement.read")
    found = queries.agreements().where(queries.within(paths, mine))
    if merchant_id:
        found = found.where(Merchant.id == merchant_id)
    if sponsor_id:
        found = found.where(PriceAgreement.sponsor_id == sponsor_id)
    if station_id:
        found = found.where(Item.station_id == station_id)
    if day:
        found = found.where(queries.in_force(day))
    key = [PriceAgreement.id]
    return page(found, key, cursor=cursor, limit=limit, newest_first=True, scalars=False)


def agree(
    caller: Caller,
    *,
    item_id: UUID,
    merchant_id: UUID,
    sponsor_id: UUID,
    price_fen: int,
    valid_from: date,
    at: datetime,
    valid_until: date | None = None,
) -> Row[*tuple[Any, ...]]:
    """Enter a price (fen apiece) for an item given out from one day until another, or for good.

    Raises:
        UnknownItem, UnknownMerchant, UnknownSponsor, OutOfScope, AgreementBackwards,
        AgreementsOverlap: nothing was written.
    """
    merchant = queries.merchant(merchant_id)
    if merchant is None:
        raise UnknownMerchant
    sponsor(caller, sponsor_id)
    caller.require("merchant.manage", region_path=merchant.region_path)
    item = queries.item_with_place(item_id)
    if item is None:
        raise UnknownItem
    caller.require("merchant.manage", region_path=item.region_path, station_id=item.station_id)
    if valid_until is not None and valid_until < valid_from:
        raise AgreementBackwards
    made = PriceAgreement(
        item_id=item_id,
        merchant_id=merchant_id,
        sponsor_id=sponsor_id,
        price_fen=price_fen,
        valid_from=valid_from,
        valid_until=valid_until,
        agreed_by=caller.person_id,
        agreed_at=at,
    )
    with refusing(ex_price_agreements_one_a_day=AgreementsOverlap()):
        session().add(made)
        session().flush()
    after = acts.picked(
        made, ("item_id", "merchant_id", "sponsor_id", "price_fen", "valid_from", "valid_until")
    )
    acts.record(caller, "agreement.make", subject=f"agreement:{made.id}", after=after)
    return _agreement(made.id)


def end(
    caller: Caller, agreement_id: UUID, *, last_day: date, reason: str, at: datetime
) -> Row[*tuple[Any, ...]]:
    """End an agreement after `last_day`, which may be past if nothing given later was settled.

    Raises:
        UnknownAgreement, OutOfScope, AgreementBackwards, AgreementEnded, AgreementSettled:
        nothing was written.
    """
    row = _agreement(agreement_id)
    caller.require("merchant.manage", region_path=row.region_path)
    known: PriceAgreement = row[0]
    if last_day < known.valid_from:
        raise AgreementBackwards
    before = acts.picked(known, _ENDING)
    known.valid_until, known.end_reason = last_day, reason
    known.ended_by, known.ended_at = caller.person_id, at
    with refusing(
        ex_price_agreements_ended=AgreementEnded(),
        ex_price_agreements_settled=AgreementSettled(),
    ):
        session().flush()
    acts.record(
        caller,
        "agreement.end",
        subject=f"agreement:{agreement_id}",
        before=before,
        after=acts.picked(known, _ENDING),
        reason=reason,
    )
    return _agreement(agreement_id)


def _agreement(agreement_id: UUID) -> Row[*tuple[Any, ...]]:
    row = queries.agreement(agreement_id)
    if row is None:
        raise UnknownAgreement
    return row
