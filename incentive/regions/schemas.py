"""Shapes of the territory's endpoints."""

from marshmallow import fields, validate

from incentive.core.http import Schema, page_of
from incentive.core.paging import PageQuerySchema
from incentive.regions.models import Level


class RegionQuerySchema(PageQuerySchema):
    """Which regions to list; all that is given must fit."""

    parent = fields.UUID(metadata={"description": "Directly below this region"})
    level = fields.String(validate=validate.OneOf([level.value for level in Level]))
    q = fields.String(
        validate=validate.Length(1, 50),
        metadata={"description": "The beginning of a name, or of a code"},
    )
    within = fields.UUID(metadata={"description": "This region or anywhere below it"})


class RegionSchema(Schema):
    """A node of the tree."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    level = fields.String(required=True)
    kind = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "A street's: street, town, township or enterprise;"
            " a grid's: place, building, employer or park; else null"
        },
    )
    name = fields.String(required=True)
    parent_id = fields.UUID(required=True, allow_none=True)


class FormerNameSchema(Schema):
    """What a region was called, and when."""

    name = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_until = fields.Date(required=True, metadata={"description": "The first day without it"})


class RegionDetailSchema(RegionSchema):
    """A region, the way to it, and its former names."""

    valid_from = fields.Date(required=True)
    ancestors = fields.List(fields.Nested(RegionSchema), required=True)
    former_names = fields.List(fields.Nested(FormerNameSchema), required=True)


RegionPageSchema = page_of(RegionSchema)
