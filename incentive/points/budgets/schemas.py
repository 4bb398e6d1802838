"""Shapes of budgets."""

from datetime import date

from marshmallow import fields, validate

from incentive.core.http import Schema

REASON = validate.Length(1, 200)
_POINTS = validate.Range(1, 1_000_000_000)


class NewPointsBudgetSchema(Schema):
    """How many points a region may issue for the month, quarter or year in which `day` lies."""

    region = fields.String(
        required=True, validate=validate.Length(1, 24), metadata={"description": "Its code"}
    )
    period = fields.String(required=True, validate=validate.OneOf(("month", "quarter", "year")))
    day = fields.Date(required=True, validate=validate.Range(date(2000, 1, 1), date(2999, 12, 31)))
    amount = fields.Integer(strict=True, required=True, validate=_POINTS)
    policy = fields.String(
        load_default="refuse",
        validate=validate.OneOf(("refuse", "queue")),
        metadata={
            "description": "What is over it: `refuse`d until the budget is raised, or in a `queue`"
            " until a second person approves it."
        },
    )


class PointsBudgetSchema(Schema):
    """A budget: `issued` and `promised` are never more than `amount` and `overrun`."""

    id = fields.UUID(required=True)
    region_id = fields.UUID(required=True)
    period = fields.String(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    policy = fields.String(required=True)
    amount = fields.Integer(required=True)
    overrun = fields.Integer(required=True, metadata={"description": "Approved beyond the amount"})
    issued = fields.Integer(required=True)
    promised = fields.Integer(required=True, metadata={"description": "Approved, not yet issued"})
    room = fields.Integer(required=True)


class ListedPointsBudgetSchema(Schema):
    """A budget, where it holds, and what waits for it."""

    budget = fields.Nested(PointsBudgetSchema, attribute="Budget", required=True)
    region = fields.String(attribute="Region.name", required=True)
    region_code = fields.String(attribute="Region.code", required=True)
    waiting = fields.Integer(required=True)
    waiting_points = fields.Integer(required=True)


class BudgetWaitSchema(Schema):
    """Points that wait for room in a budget. `key` is that of the transaction to be."""

    key = fields.String(attribute="BudgetWait.key", required=True)
    volunteer_number = fields.String(required=True)
    points = fields.Integer(attribute="BudgetWait.points", required=True)
    since = fields.AwareDateTime(attribute="BudgetWait.since", required=True)


class BudgetRaiseSchema(Schema):
    """By how many points, and why."""

    points = fields.Integer(strict=True, required=True, validate=_POINTS)
    reason = fields.String(required=True, validate=REASON)


class BudgetOverrunSchema(Schema):
    """Which waiting points may be issued over the budget (all, unless named), and why."""

    reason = fields.String(required=True, validate=REASON)
    keys = fields.List(
        fields.String(validate=validate.Length(1, 100)), validate=validate.Length(1, 500)
    )
    points_max = fields.Integer(
        validate=validate.Range(1, 2_000_000_000),
        metadata={"description": "The points that were seen to wait: refused if it is more by now"},
    )
