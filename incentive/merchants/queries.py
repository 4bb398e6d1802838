"""SQL of merchants, sponsors, budgets and price agreements.

One lock order everywhere: merchant, statement, budget, then the ledger's accounts.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, or_, select, update
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.merchants.models import (
    Merchant,
    MerchantContact,
    PriceAgreement,
    Sponsor,
    SponsorBudget,
)
from incentive.merchants.statement_models import Statement, StatementOrder
from incentive.people import reach
from incentive.people.models import Person
from incentive.regions.models import Region
from incentive.stations.models import Item, Station


def merchants() -> Select[*tuple[Any, ...]]:
    """Return every merchant: rows (Merchant, region_code, region_name, region_path)."""
    return _with_region(Merchant)


def sponsors() -> Select[*tuple[Any, ...]]:
    """Return every sponsor: rows (Sponsor, region_code, region_name, region_path)."""
    return _with_region(Sponsor)


def _with_region(party: type[Merchant | Sponsor]) -> Select[*tuple[Any, ...]]:
    return select(
        party,
        Region.code.label("region_code"),
        Region.name.label("region_name"),
        Region.path.label("region_path"),
    ).join(Region, Region.id == party.region_id)


def within(paths: Sequence[str], merchant_ids: Sequence[UUID] = ()) -> Any:
    """Lies in one of the subtrees at `paths`, or is one of the merchants."""
    return or_(reach.within(Region.path, paths), Merchant.id.in_(merchant_ids))


def merchant(merchant_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return the row of one merchant."""
    return session().execute(merchants().where(Merchant.id == merchant_id)).one_or_none()


def lock_merchant(merchant_id: UUID) -> None:
    """Let nobody else make a statement for the merchant until the transaction ends."""
    found = select(Merchant.id).where(Merchant.id == merchant_id)
    session().execute(found.with_for_update(key_share=True)).all()


def sponsor(sponsor_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return the row of one sponsor."""
    return session().execute(sponsors().where(Sponsor.id == sponsor_id)).one_or_none()


def contacts(merchant_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (MerchantContact, volunteer_number) of those who speak for a merchant now."""
    statement = (
        select(MerchantContact, Person.volunteer_number)
        .join(Person, Person.id == MerchantContact.person_id)
        .where(MerchantContact.merchant_id == merchant_id, MerchantContact.valid_until.is_(None))
        .order_by(MerchantContact.id)
    )
    return session().execute(statement).all()


def lock_contact(contact_id: UUID) -> MerchantContact | None:
    """Return a contact that has not ended, locked."""
    statement = select(MerchantContact).where(
        MerchantContact.id == contact_id, MerchantContact.valid_until.is_(None)
    )
    return session().scalar(statement.with_for_update(key_share=True))


def merchants_of(person_id: UUID) -> list[UUID]:
    """Return the merchants for whom a person speaks now."""
    statement = select(MerchantContact.merchant_id).where(
        MerchantContact.person_id == person_id, MerchantContact.valid_until.is_(None)
    )
    return list(session().scalars(statement))


def budgets(sponsor_id: UUID) -> Sequence[SponsorBudget]:
    """Return a sponsor's budgets, the latest first."""
    statement = select(SponsorBudget).where(SponsorBudget.sponsor_id == sponsor_id)
    return session().scalars(statement.order_by(SponsorBudget.first_day.desc())).all()


def lock_budget(budget_id: UUID) -> SponsorBudget | None:
    """Return a budget as it is now, locked."""
    statement = select(SponsorBudget).where(SponsorBudget.id == budget_id).with_for_update()
    return session().scalar(statement.execution_options(populate_existing=True))


def lock_budget_for(sponsor_id: UUID, first_day: date, last_day: date) -> SponsorBudget | None:
    """Return the sponsor's budget that has all these days, as it is now, locked."""
    statement = (
        select(SponsorBudget)
        .where(
            SponsorBudget.sponsor_id == sponsor_id,
            SponsorBudget.first_day <= first_day,
            SponsorBudget.last_day >= last_day,
        )
        .with_for_update()
    )
    return session().scalar(statement.execution_options(populate_existing=True))


def lock_budget_of_returns(statement_id: UUID, fen: int) -> SponsorBudget | None:
    """Return the budget that has `fen` of a statement back, as it is now, locked.

    It has spent as much: the latest that paid for the goods given back, else that of the days.
    """
    given, back = aliased(StatementOrder), aliased(StatementOrder)
    own, first = aliased(Statement), aliased(Statement)
    paid_for = exists().where(
        back.statement_id == own.id,
        back.kind == "returned",
        given.redemption_id == back.redemption_id,
        given.kind == "given",
        given.released_at.is_(None),
        first.id == given.statement_id,
        first.budget_id == SponsorBudget.id,
    )
    covers = (SponsorBudget.first_day <= own.first_day) & (SponsorBudget.last_day >= own.last_day)
    statement = (
        select(SponsorBudget)
        .join(own, own.sponsor_id == SponsorBudget.sponsor_id)
        .where(own.id == statement_id, SponsorBudget.spent_fen >= fen, paid_for | covers)
        .order_by(paid_for.desc(), SponsorBudget.first_day.desc())
        .limit(1)
        .with_for_update(of=SponsorBudget)
    )
    return session().scalar(statement.execution_options(populate_existing=True))


def spend_budget(budget_id: UUID, fen: int) -> None:
    """Take `fen` off what is left of a budget (negative: give back); its check holds the end."""
    session().execute(
        update(SponsorBudget)
        .where(SponsorBudget.id == budget_id)
        .values(spent_fen=SponsorBudget.spent_fen + fen)
        .execution_options(synchronize_session=False)
    )


def agreements() -> Select[*tuple[Any, ...]]:
    """Return every agreement with the names of what it is about, and the paths it lies in."""
    return (
        select(
            PriceAgreement,
            Item.name.label("item_name"),
            Station.id.label("station_id"),
            Station.name.label("station_name"),
            Merchant.name.label("merchant_name"),
            Sponsor.name.label("sponsor_name"),
            Region.path.label("region_path"),
        )
        .join(Item, Item.id == PriceAgreement.item_id)
        .join(Station, Station.id == Item.station_id)
        .join(Merchant, Merchant.id == PriceAgreement.merchant_id)
        .join(Sponsor, Sponsor.id == PriceAgreement.sponsor_id)
        .join(Region, Region.id == Merchant.region_id)
    )


def agreement(agreement_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return the row of one agreement."""
    return session().execute(agreements().where(PriceAgreement.id == agreement_id)).one_or_none()


def in_force(day: date) -> Any:
    """Is in force on `day`."""
    return (PriceAgreement.valid_from <= day) & (
        PriceAgreement.valid_until.is_(None) | (PriceAgreement.valid_until >= day)
    )


def item_with_place(item_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return (Item, station_id, region_path) of one item."""
    statement = (
        select(Item, Station.id.label("station_id"), Region.path.label("region_path"))
        .join(Station, Station.id == Item.station_id)
        .join(Region, Region.id == Station.region_id)
        .where(Item.id == item_id)
    )
    return session().execute(statement).one_or_none()
