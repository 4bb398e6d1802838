"""Merchants and their contacts, sponsors and their budgets, price agreements."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import REACH, REGION, needs
from incentive.core.paging import Page
from incentive.merchants import agreements, parties
from incentive.merchants.models import SponsorBudget
from incentive.merchants.schemas import (
    AgreementEndSchema,
    AgreementQuerySchema,
    AgreementSchema,
    BudgetChangeSchema,
    BudgetSchema,
    BudgetsSchema,
    ContactsSchema,
    MerchantSchema,
    NewAgreementSchema,
    NewBudgetSchema,
    NewContactSchema,
    NewMerchantSchema,
    NewSponsorSchema,
    PartyQuerySchema,
    SponsorSchema,
)
from incentive.people.caller import caller

bp: Final = ApiBlueprint(
    "merchants", __name__, description="Merchants and sponsors, budgets and price agreements"
)


@bp.get("/merchants")
@needs("statement.read", of=REACH, own=True)
@bp.arguments(PartyQuerySchema, location="query")
@bp.response(200, page_of(MerchantSchema))
def list_merchants(query: dict[str, Any]) -> Page:
    """List the merchants of the caller's regions, and those they speak for, by name."""
    with transaction():
        return parties.merchants(caller(), **query)


@bp.post("/merchants")
@needs("merchant.manage", of=REGION)
@bp.arguments(NewMerchantSchema)
@bp.once(201, MerchantSchema)
def add_merchant(fields: dict[str, Any]) -> Row[*tuple[Any, ...]]:
    """Enter a merchant."""
    return parties.add_merchant(caller(), at=clock.now(), **fields)


@bp.get("/merchants/<uuid:merchant_id>")
@needs("statement.read", of=REGION, own=True)
@bp.response(200, MerchantSchema)
def get_merchant(merchant_id: UUID) -> Row[*tuple[Any, ...]]:
    """Show one merchant."""
    with transaction():
        return parties.merchant(caller(), merchant_id)


@bp.get("/merchants/<uuid:merchant_id>/contacts")
@needs("statement.read", of=REGION, own=True)
@bp.response(200, ContactsSchema)
def list_contacts(merchant_id: UUID) -> dict[str, Any]:
    """List those who speak for a merchant."""
    with transaction():
        return {"items": parties.contacts(caller(), merchant_id)}


@bp.post("/merchants/<uuid:merchant_id>/contacts")
@needs("merchant.manage", of=REGION)
@bp.arguments(NewContactSchema)
@bp.once(201, ContactsSchema)
def add_contact(fields: dict[str, Any], merchant_id: UUID) -> dict[str, Any]:
    """Let one more person speak for a merchant; answer with all who do."""
    parties.add_contact(caller(), merchant_id, at=clock.now(), **fields)
    return {"items": parties.contacts(caller(), merchant_id)}


@bp.delete("/merchant-contacts/<uuid:contact_id>")
@needs("merchant.manage", of=REGION)
@bp.response(204)
def end_contact(contact_id: UUID) -> None:
    """Let a person speak for a merchant no longer."""
    with transaction():
        parties.end_contact(caller(), contact_id, clock.now())


@bp.get("/sponsors")
@needs("statement.read", of=REACH)
@bp.arguments(PartyQuerySchema, location="query")
@bp.response(200, page_of(SponsorSchema))
def list_sponsors(query: dict[str, Any]) -> Page:
    """List the sponsors of the caller's regions, by name."""
    with transaction():
        return parties.sponsors(caller(), **query)


@bp.post("/sponsors")
@needs("merchant.manage", of=REGION)
@bp.arguments(NewSponsorSchema)
@bp.once(201, SponsorSchema)
def add_sponsor(fields: dict[str, Any]) -> Row[*tuple[Any, ...]]:
    """Enter a sponsor."""
    return parties.add_sponsor(caller(), at=clock.now(), **fields)


@bp.get("/sponsors/<uuid:sponsor_id>/budgets")
@needs("statement.read", of=REGION)
@bp.response(200, BudgetsSchema)
def list_budgets(sponsor_id: UUID) -> dict[str, Any]:
    """List a sponsor's budgets, the latest first."""
    with transaction():
        return {"items": parties.budgets(caller(), sponsor_id)}


@bp.post("/sponsors/<uuid:sponsor_id>/budgets")
@needs("sponsor.budget", of=REGION)
@bp.arguments(NewBudgetSchema)
@bp.once(201, BudgetSchema)
def add_budget(fields: dict[str, Any], sponsor_id: UUID) -> SponsorBudget:
    """Enter what a sponsor pays at most for goods given on some days."""
    return parties.add_budget(caller(), sponsor_id, at=clock.now(), **fields)


@bp.patch("/sponsor-budgets/<uuid:budget_id>")
@needs("sponsor.budget", of=REGION)
@bp.arguments(BudgetChangeSchema)
@bp.response(200, BudgetSchema)
def change_budget(fields: dict[str, Any], budget_id: UUID) -> SponsorBudget:
    """Change a budget; never below what is spent of it."""
    with transaction():
        return parties.change_budget(caller(), budget_id, fields["fen"])


@bp.get("/price-agreements")
@needs("statement.read", of=REACH, own=True)
@bp.arguments(AgreementQuerySchema, location="query")
@bp.response(200, page_of(AgreementSchema))
def list_agreements(query: dict[str, Any]) -> Page:
    """List price agreements, the newest first."""
    with transaction():
        return agreements.listing(caller(), **query)


@bp.post("/price-agreements")
@needs("merchant.manage", of=REGION)
@bp.arguments(NewAgreementSchema)
@bp.once(201, AgreementSchema)
def agree(fields: dict[str, Any]) -> Row[*tuple[Any, ...]]:
    """Agree on a price for an item, from a day on."""
    return agreements.agree(caller(), at=clock.now(), **fields)


@bp.post("/price-agreements/<uuid:agreement_id>/end")
@needs("merchant.manage", of=REGION)
@bp.arguments(AgreementEndSchema)
@bp.once(200, AgreementSchema)
def end_agreement(fields: dict[str, Any], agreement_id: UUID) -> Row[*tuple[Any, ...]]:
    """End a price agreement after a day."""
    return agreements.end(caller(), agreement_id, at=clock.now(), **fields)
