"""Shapes of requests and answers about stations and their items."""

from typing import Final

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.core.paging import PageQuerySchema
from incentive.stations.domain import (
    DAYS,
    KINDS,
    METRES_MAX,
    POINTS_MAX,
    RECEIPT_MAX,
    SPANS_MAX,
)
from incentive.stations.facilities import FACILITIES
from incentive.stations.service import METRES_DEFAULT

LIMIT_MAX: Final = 1000


def words(most: int, least: int = 1) -> list[validate.Validator]:
    """Refuse blank and overlong texts, and control characters, which files and headers choke on."""
    pattern = r"\S.*\S|\S" if least else r"|\S.*\S|\S"
    return [validate.Length(least, most), validate.Regexp(rf"^(?:{pattern})$(?!\n)")]


def _hours() -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.OneOf(DAYS)),
        values=fields.List(
            fields.List(fields.String(), validate=validate.Length(equal=2)),
            validate=validate.Length(max=SPANS_MAX),
        ),
        metadata={"description": 'As in {"mon": [["09:00", "18:00"]]}; a day left out is closed.'},
    )


class StationQuerySchema(PageQuerySchema):
    """Which stations; with a place, the nearest first."""

    latitude = fields.Float(validate=validate.Range(-90, 90))
    longitude = fields.Float(validate=validate.Range(-180, 180))
    metres = fields.Integer(
        load_default=METRES_DEFAULT,
        validate=validate.Range(1, METRES_MAX),
        metadata={"description": "How far from the place"},
    )
    region = fields.String(validate=validate.Length(2, 64))
    kind = fields.String(validate=validate.OneOf(KINDS))
    q = fields.String(validate=validate.Length(1, 60))
    status = fields.String(load_default="open", validate=validate.OneOf(("open", "closed")))


class StationChangeSchema(Schema):
    """What may change of a station."""

    name = fields.String(validate=words(60))
    kind = fields.String(validate=validate.OneOf(KINDS))
    address = fields.String(validate=words(200))
    latitude = fields.Float(validate=validate.Range(-90, 90))
    longitude = fields.Float(validate=validate.Range(-180, 180))
    hours = _hours()
    facilities = fields.List(
        fields.String(validate=validate.OneOf(list(FACILITIES))),
        validate=validate.Length(max=len(FACILITIES)),
    )
    status = fields.String(validate=validate.OneOf(("open", "closed")))


class NewStationSchema(Schema):
    """A station to be."""

    region = fields.String(required=True, validate=validate.Length(2, 64))
    name = fields.String(required=True, validate=words(60))
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    address = fields.String(required=True, validate=words(200))
    latitude = fields.Float(required=True, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, validate=validate.Range(-180, 180))
    hours = _hours()
    facilities = fields.List(
        fields.String(validate=validate.OneOf(list(FACILITIES))),
        load_default=list,
        validate=validate.Length(max=len(FACILITIES)),
    )


class FacilitySchema(Schema):
    """What a station has to offer."""

    code = fields.String(required=True)
    label = fields.String(required=True)


class StationSchema(Schema):
    """A station as anybody may see it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    address = fields.String(required=True)
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    metres = fields.Integer(allow_none=True, metadata={"description": "From the place asked about"})
    hours = fields.Dict(required=True)
    open_now = fields.Boolean(required=True)
    facilities = fields.List(fields.Nested(FacilitySchema), required=True)
    status = fields.String(required=True)
    region_code = fields.String(required=True)
    region_name = fields.String(required=True)


class ItemQuerySchema(PageQuerySchema):
    """Which items."""

    status = fields.String(
        load_default="offered", validate=validate.OneOf(("offered", "withdrawn"))
    )


class ItemChangeSchema(Schema):
    """What may change of an item."""

    name = fields.String(validate=words(60))
    description = fields.String(validate=validate.Length(max=500))
    points_price = fields.Integer(strict=True, validate=validate.Range(1, POINTS_MAX))
    per_person_limit = fields.Integer(
        strict=True, allow_none=True, validate=validate.Range(1, LIMIT_MAX)
    )
    status = fields.String(validate=validate.OneOf(("offered", "withdrawn")))


class NewItemSchema(Schema):
    """An item to be, with what is on the shelf already."""

    name = fields.String(required=True, validate=words(60))
    description = fields.String(load_default="", validate=validate.Length(max=500))
    points_price = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, POINTS_MAX)
    )
    per_person_limit = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(1, LIMIT_MAX)
    )
    stock = fields.Integer(strict=True, load_default=0, validate=validate.Range(0, RECEIPT_MAX))


class ItemSchema(Schema):
    """An item; `stock` is what can still be promised."""

    id = fields.UUID(required=True)
    station_id = fields.UUID(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    points_price = fields.Integer(required=True)
    per_person_limit = fields.Integer(required=True, allow_none=True)
    stock = fields.Integer(required=True)
    status = fields.String(required=True)
