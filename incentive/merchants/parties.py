"""Who supplies and who pays: merchants with their contacts, sponsors with their budgets."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from incentive.core.db import session
from incentive.core.paging import Page, page
from incentive.merchants import queries
from incentive.merchants.errors import (
    BudgetsOverlap,
    BudgetSpent,
    ContactKnown,
    OwnContact,
    PartyNameTaken,
    UnknownBudget,
    UnknownContact,
    UnknownMerchant,
    UnknownSponsor,
)
from incentive.merchants.models import Merchant, MerchantContact, Sponsor, SponsorBudget
from incentive.merchants.refusing import refusing
from incentive.merchants.settling_errors import PeriodBackwards
from incentive.people import acts, reach, separation
from incentive.people import service as people
from incentive.people.caller import Caller
from incentive.regions import service as regions
from incentive.regions.models import Region


def merchants(
    caller: Caller, *, q: str | None = None, cursor: str | None = None, limit: int = 20
) -> Page:
    """Return a page of the merchants in the caller's regions, and of those they speak for."""
    mine = queries.merchants_of(caller.person_id)
    found = queries.merchants().where(queries.within(caller.regions_for("statement.read"), mine))
    if q:
        found = found.where(Merchant.name.icontains(q, autoescape=True))
    return page(found, [Merchant.name, Merchant.id], cursor=cursor, limit=limit, scalars=False)


def merchant(caller: Caller, merchant_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return a merchant's row.

    Raises:
        UnknownMerchant: none, or none in the caller's regions nor one that they speak for.
    """
    row = queries.merchant(merchant_id)
    if row is None or not (
        caller.may("statement.read", region_path=row.region_path)
        or merchant_id in queries.merchants_of(caller.person_id)
    ):
        raise UnknownMerchant
    return row


def add_merchant(
    caller: Caller, *, region: str, name: str, at: datetime, credit_code: str | None = None
) -> Row[*tuple[Any, ...]]:
    """Enter a merchant in the region of code `region`.

    Raises:
        UnknownRegion, OutOfScope, PartyNameTaken: nothing was written.
    """
    place = regions.region_by_code(region)
    caller.require("merchant.manage", region_path=place.path)
    made = Merchant(region_id=place.id, name=name, credit_code=credit_code, created_at=at)
    with refusing(uq_merchants_region_id_name=PartyNameTaken()):
        session().add(made)
        session().flush()
    after = {"name": name, "region": region, "credit_code": credit_code}
    acts.record(caller, "merchant.add", subject=f"merchant:{made.id}", after=after)
    return merchant(caller, made.id)


def contacts(caller: Caller, merchant_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return those who speak for a merchant now.

    Raises:
        UnknownMerchant: as `merchant`.
    """
    merchant(caller, merchant_id)
    return queries.contacts(merchant_id)


def add_contact(
    caller: Caller, merchant_id: UUID, *, volunteer_number: str, at: datetime
) -> MerchantContact:
    """Let a person speak for a merchant from now on.

    Raises:
        UnknownMerchant, OutOfScope, UnknownPerson, OwnContact, ContactKnown: nothing was written.
    """
    row = _merchant(merchant_id)
    caller.require("merchant.manage", region_path=row.region_path)
    person = people.person_by_number(volunteer_number)
    separation.require_no_stake("merchant.contact", caller, person.id, OwnContact)
    made = MerchantContact(
        merchant_id=merchant_id, person_id=person.id, added_by=caller.person_id, valid_from=at
    )
    with refusing(uq_merchant_contacts_current=ContactKnown()):
        session().add(made)
        session().flush()
    after = {"contact": volunteer_number}
    acts.record(caller, "merchant.contact", subject=f"merchant:{merchant_id}", after=after)
    return made


def end_contact(caller: Caller, contact_id: UUID, at: datetime) -> UUID:
    """Let a person speak for a merchant no longer; return the merchant's id.

    Raises:
        UnknownContact, OutOfScope: nothing was written.
    """
    known = queries.lock_contact(contact_id)
    if known is None:
        raise UnknownContact
    row = _merchant(known.merchant_id)
    caller.require("merchant.manage", region_path=row.region_path)
    known.valid_until = at
    session().flush()
    number = people.numbers_of([known.person_id])[known.person_id]
    before = {"contact": number}
    acts.record(
        caller, "merchant.contact", subject=f"merchant:{row[0].id}", before=before, after={}
    )
    return known.merchant_id


def sponsors(
    caller: Caller, *, q: str | None = None, cursor: str | None = None, limit: int = 20
) -> Page:
    """Return a page of the sponsors in the caller's regions, by name."""
    paths = caller.regions_for("statement.read")
    found = queries.sponsors().where(reach.within(Region.path, paths))
    if q:
        found = found.where(Sponsor.name.icontains(q, autoescape=True))
    return page(found, [Sponsor.name, Sponsor.id], cursor=cursor, limit=limit, scalars=False)


def sponsor(caller: Caller, sponsor_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return a sponsor's row.

    Raises:
        UnknownSponsor: none, or none in the caller's regions.
    """
    row = queries.sponsor(sponsor_id)
    if row is None or not caller.may("statement.read", region_path=row.region_path):
        raise UnknownSponsor
    return row


def add_sponsor(caller: Caller, *, region: str, name: str, at: datetime) -> Row[*tuple[Any, ...]]:
    """Enter a sponsor in the region of code `region`.

    Raises:
        UnknownRegion, OutOfScope, PartyNameTaken: nothing was written.
    """
    place = regions.region_by_code(region)
    caller.require("merchant.manage", region_path=place.path)
    made = Sponsor(region_id=place.id, name=name, created_at=at)
    with refusing(uq_sponsors_region_id_name=PartyNameTaken()):
        session().add(made)
        session().flush()
    after = {"name": name, "region": region}
    acts.record(caller, "sponsor.add", subject=f"sponsor:{made.id}", after=after)
    return sponsor(caller, made.id)


def budgets(caller: Caller, sponsor_id: UUID) -> Sequence[SponsorBudget]:
    """Return a sponsor's budgets, the latest first.

    Raises:
        UnknownSponsor: as `sponsor`.
    """
    sponsor(caller, sponsor_id)
    return queries.budgets(sponsor_id)


def add_budget(
    caller: Caller, sponsor_id: UUID, *, first_day: date, last_day: date, fen: int, at: datetime
) -> SponsorBudget:
    """Enter what a sponsor pays at most for some days.

    Raises:
        UnknownSponsor, OutOfScope, PeriodBackwards, BudgetsOverlap: nothing was written.
    """
    caller.require("sponsor.budget", region_path=sponsor(caller, sponsor_id).region_path)
    if first_day > last_day:
        raise PeriodBackwards
    made = SponsorBudget(
        sponsor_id=sponsor_id,
        first_day=first_day,
        last_day=last_day,
        fen=fen,
        created_by=caller.person_id,
        created_at=at,
    )
    with refusing(ex_sponsor_budgets_one_a_day=BudgetsOverlap()):
        session().add(made)
        session().flush()
    after = {"budget": made.id, "first_day": first_day, "last_day": last_day, "fen": fen}
    acts.record(caller, "sponsor.budget", subject=f"sponsor:{sponsor_id}", after=after)
    return made


def change_budget(caller: Caller, budget_id: UUID, fen: int) -> SponsorBudget:
    """Let a budget be `fen` from now on.

    Raises:
        UnknownBudget, OutOfScope, BudgetSpent: nothing was written.
    """
    known = queries.lock_budget(budget_id)
    if known is None:
        raise UnknownBudget
    row = sponsor(caller, known.sponsor_id)
    caller.require("sponsor.budget", region_path=row.region_path)
    if fen < known.spent_fen:
        raise BudgetSpent(known.spent_fen)
    before = {"budget": budget_id, "fen": known.fen}
    known.fen = fen
    session().flush()
    after = {"budget": budget_id, "fen": fen}
    subject = f"sponsor:{known.sponsor_id}"
    acts.record(caller, "sponsor.budget", subject=subject, before=before, after=after)
    return known


def _merchant(merchant_id: UUID) -> Row[*tuple[Any, ...]]:
    row = queries.merchant(merchant_id)
    if row is None:
        raise UnknownMerchant
    return row
