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
    """Points given away. `recipient` is a person, a region or a station, by the ledger's name."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("transfer", "donation")))
    giver_id = fields.UUID(required=True)
    recipient = fields.String(required=True)
    points = fields.Integer(required=True)
    transaction_id = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
