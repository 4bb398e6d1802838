"""Shapes of requests and answers about redemptions."""

from typing import Any

from marshmallow import fields, validate

from incentive.core import codes
from incentive.core.addresses import public_base
from incentive.core.http import Schema
from incentive.core.paging import PageQuerySchema
from incentive.stations.domain import POINTS_MAX, QUANTITY_MAX, STATUSES
from incentive.stations.schemas import words


class CodeField(fields.String):
    """A redemption code, in groups of four for people to read."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        return codes.grouped(value) if value else None


class CodeUrlField(fields.String):
    """The address that a redemption code is drawn as."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        return codes.url(public_base(), value) if value else None


class NewRedemptionSchema(Schema):
    """What the caller wants."""

    item_id = fields.UUID(required=True)
    quantity = fields.Integer(required=True, strict=True, validate=validate.Range(1, QUANTITY_MAX))
    points = fields.Integer(
        strict=True,
        validate=validate.Range(1, QUANTITY_MAX * POINTS_MAX),
        metadata={
            "description": "What the person was shown that it costs, all pieces together."
            " At another price the order is refused."
        },
    )


class NamedItemSchema(Schema):
    """Which item."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class NamedStationSchema(NamedItemSchema):
    """Which station, and how to get there."""

    address = fields.String(required=True)


class RedemptionSchema(Schema):
    """An order. Its code and address are null for everybody but its holder."""

    id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    item = fields.Nested(NamedItemSchema, required=True)
    station = fields.Nested(NamedStationSchema, required=True)
    quantity = fields.Integer(required=True)
    points = fields.Integer(required=True)
    volunteer_number = fields.String(required=True)
    held_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    collected_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True)
    code = CodeField(required=True, allow_none=True)
    url = CodeUrlField(attribute="code", dump_only=True, allow_none=True)


class RedemptionQuerySchema(PageQuerySchema):
    """Which of the caller's orders."""

    status = fields.String(validate=validate.OneOf(STATUSES))


class CounterQuerySchema(RedemptionQuerySchema):
    """Which orders at the counter."""

    code = fields.String(validate=validate.Length(1, 512))


class CollectQuerySchema(Schema):
    """Where the caller stands."""

    station_id = fields.UUID(
        metadata={"description": "Refuse the order if it is another station's"}
    )


class RefundSchema(Schema):
    """Why, and whether the goods are on the shelf again."""

    reason = fields.String(required=True, validate=words(200))
    restock = fields.Boolean(required=True)
