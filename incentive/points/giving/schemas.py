"""Shapes of transfers and donations."""

from marshmallow import fields, validate

from incentive.core.http import Schema

_POINTS = validate.Range(1, 1_000_000)


class TransferSchema(Schema):
    """How many points to give to which family member."""

    family_link_id = fields.UUID(required=True)
    points = fields.Integer(strict=True, required=True, validate=_POINTS)


class DonationSchema(Schema):
    """How many points to give, and to which fund: by default that of one's own community."""

    points = fields.Integer(strict=True, required=True, validate=_POINTS)
    region = fields.String(
        validate=validate.Length(1, 24), metadata={"description": "A region's code"}
    )
    station_id = fields.UUID()


class GiftSchema(Schema):
    """Points given away: by the giver's volunteer number, to a family member's, or to a fund."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("transfer", "donation")))
    giver = fields.String(required=True, metadata={"description": "A volunteer number"})
    recipient = fields.String(
        required=True,
        metadata={"description": "A volunteer number, or `region:<id>` or `station:<id>`"},
    )
    points = fields.Integer(required=True)
    transaction_id = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
