"""Shapes of merchants, sponsors, budgets and price agreements. Amounts are whole fen."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.core.money import FEN_MAX
from incentive.core.paging import PageQuerySchema
from incentive.merchants.domain import PRICE_FEN_MAX
from incentive.stations.schemas import words

NAME_MAX = 80
REASON_MAX = 200


class PartyQuerySchema(PageQuerySchema):
    """Which merchants or sponsors."""

    q = fields.String(validate=validate.Length(1, NAME_MAX))


class NewSponsorSchema(Schema):
    """A sponsor to be entered in the region of a code."""

    region = fields.String(required=True, validate=validate.Length(2, 24))
    name = fields.String(required=True, validate=words(NAME_MAX))


class NewMerchantSchema(NewSponsorSchema):
    """A merchant to be entered in the region of a code."""

    credit_code = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"^[0-9A-HJ-NPQRTUWXY]{18}\Z"),
        metadata={"description": "Unified social credit code"},
    )


class SponsorSchema(Schema):
    """A sponsor."""

    id = fields.UUID(attribute="Sponsor.id", required=True)
    name = fields.String(attribute="Sponsor.name", required=True)
    region_code = fields.String(required=True)
    region_name = fields.String(required=True)


class MerchantSchema(Schema):
    """A merchant."""

    id = fields.UUID(attribute="Merchant.id", required=True)
    name = fields.String(attribute="Merchant.name", required=True)
    credit_code = fields.String(attribute="Merchant.credit_code", required=True, allow_none=True)
    region_code = fields.String(required=True)
    region_name = fields.String(required=True)


class NewContactSchema(Schema):
    """A person who is to speak for a merchant."""

    volunteer_number = fields.String(required=True, validate=validate.Length(1, 20))


class ContactSchema(Schema):
    """A person who speaks for a merchant."""

    id = fields.UUID(attribute="MerchantContact.id", required=True)
    volunteer_number = fields.String(required=True)
    valid_from = fields.AwareDateTime(attribute="MerchantContact.valid_from", required=True)


class ContactsSchema(Schema):
    """Those who speak for a merchant now."""

    items = fields.List(fields.Nested(ContactSchema), required=True)


class BudgetChangeSchema(Schema):
    """What a budget is to be."""

    fen = fields.Integer(required=True, strict=True, validate=validate.Range(0, FEN_MAX))


class NewBudgetSchema(BudgetChangeSchema):
    """What a sponsor pays at most for goods given on these days, both included."""

    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)


class BudgetSchema(Schema):
    """A sponsor's budget, and what was charged to it."""

    id = fields.UUID(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    fen = fields.Integer(required=True)
    spent_fen = fields.Integer(required=True)


class BudgetsSchema(Schema):
    """A sponsor's budgets, the latest first."""

    items = fields.List(fields.Nested(BudgetSchema), required=True)


class AgreementQuerySchema(PageQuerySchema):
    """Which agreements; `day`: those in force on it."""

    merchant_id = fields.UUID()
    sponsor_id = fields.UUID()
    station_id = fields.UUID()
    day = fields.Date()


class NewAgreementSchema(Schema):
    """A price apiece for an item given out on these days; without an end it is for good."""

    item_id = fields.UUID(required=True)
    merchant_id = fields.UUID(required=True)
    sponsor_id = fields.UUID(required=True)
    price_fen = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, PRICE_FEN_MAX)
    )
    valid_from = fields.Date(required=True)
    valid_until = fields.Date(load_default=None, allow_none=True)


class AgreementEndSchema(Schema):
    """The last day of an agreement, and why it ends."""

    last_day = fields.Date(required=True)
    reason = fields.String(required=True, validate=words(REASON_MAX))


class AgreementSchema(Schema):
    """A price agreement."""

    id = fields.UUID(attribute="PriceAgreement.id", required=True)
    item_id = fields.UUID(attribute="PriceAgreement.item_id", required=True)
    item = fields.String(attribute="item_name", required=True)
    station = fields.String(attribute="station_name", required=True)
    merchant_id = fields.UUID(attribute="PriceAgreement.merchant_id", required=True)
    merchant = fields.String(attribute="merchant_name", required=True)
    sponsor_id = fields.UUID(attribute="PriceAgreement.sponsor_id", required=True)
    sponsor = fields.String(attribute="sponsor_name", required=True)
    price_fen = fields.Integer(attribute="PriceAgreement.price_fen", required=True)
    valid_from = fields.Date(attribute="PriceAgreement.valid_from", required=True)
    valid_until = fields.Date(
        attribute="PriceAgreement.valid_until", required=True, allow_none=True
    )
    end_reason = fields.String(attribute="PriceAgreement.end_reason", required=True)
