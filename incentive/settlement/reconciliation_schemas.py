"""Shapes of comparisons of the books."""

from marshmallow import fields

from incentive.core.http import Schema


class AskedSchema(Schema):
    """A comparison that is asked for, and how far it is."""

    id = fields.UUID(required=True)
    asked_at = fields.DateTime(required=True)
    asked_by = fields.String(
        required=True, metadata={"description": "system, command, or a volunteer number"}
    )
    checks_done = fields.Integer(required=True)
    checks_total = fields.Integer(required=True)
    finished_at = fields.DateTime(required=True, allow_none=True)
    error = fields.String(required=True)


class RunSchema(Schema):
    """A comparison that was made; `snapshot` is what PostgreSQL calls the moment it saw."""

    id = fields.UUID(required=True)
    asked_by = fields.String(required=True)
    started_at = fields.DateTime(required=True)
    finished_at = fields.DateTime(required=True)
    snapshot = fields.String(required=True)
    checks = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    rows_found = fields.Integer(required=True)


class FigureSchema(Schema):
    """One side of a comparison."""

    name = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "In the reader's language"})
    total = fields.Integer(required=True)


class ResultSchema(Schema):
    """What a check saw: all figures the same and no row wrong, or not."""

    position = fields.Integer(required=True)
    name = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "In the reader's language"})
    clean = fields.Boolean(required=True)
    figures = fields.List(fields.Nested(FigureSchema), required=True)
    rows_found = fields.Integer(required=True)
    seconds = fields.Float(required=True)
    error = fields.String(required=True)


class RunDetailSchema(Schema):
    """What was asked for, and once it is made what each check saw."""

    asked = fields.Nested(AskedSchema, required=True)
    run = fields.Nested(RunSchema, required=True, allow_none=True)
    results = fields.List(fields.Nested(ResultSchema), required=True)


class ResultDetailSchema(Schema):
    """What a check saw, with (up to 100 of) the rows that were wrong, as they stood then."""

    result = fields.Nested(ResultSchema, required=True)
    rows = fields.List(fields.Dict(keys=fields.String()), required=True)


class FigureRowsSchema(Schema):
    """The rows that make a figure up, as they stand now; a figure is the sum of `amount`."""

    items = fields.List(fields.Dict(keys=fields.String()), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
