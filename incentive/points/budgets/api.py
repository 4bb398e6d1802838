"""Budgets: setting, raising, letting run over."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import REACH, REGION, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.people.caller import caller
from incentive.points.budgets import setting
from incentive.points.budgets.models import Budget
from incentive.points.budgets.schemas import (
    BudgetOverrunSchema,
    BudgetRaiseSchema,
    BudgetWaitSchema,
    ListedPointsBudgetSchema,
    NewPointsBudgetSchema,
    PointsBudgetSchema,
)

bp: Final = ApiBlueprint(
    "points_budgets", __name__, description="How many points a region may issue in a period"
)


@bp.get("/points-budgets")
@needs("budget.read", of=REACH)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(ListedPointsBudgetSchema))
def list_budgets(wanted: dict[str, Any]) -> Page:
    """List the budgets of the caller's regions, the latest period first."""
    with transaction():
        paths = caller().regions_for("budget.read")
        return setting.budgets(paths, cursor=wanted.get("cursor"), limit=wanted["limit"])


@bp.post("/points-budgets")
@needs("budget.set", of=REGION)
@bp.arguments(NewPointsBudgetSchema)
@bp.once(201, PointsBudgetSchema)
def set_budget(fields: dict[str, Any]) -> Budget:
    """Set a region's budget for a month, quarter or year."""
    return setting.set_budget(caller(), at=clock.now(), **fields)


@bp.get("/points-budgets/<uuid:budget_id>/waiting")
@needs("budget.read", of=REGION)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(BudgetWaitSchema))
def list_waiting(wanted: dict[str, Any], budget_id: UUID) -> Page:
    """List what waits for room in a budget, the longest first."""
    with transaction():
        return setting.waiting(
            caller(), budget_id, cursor=wanted.get("cursor"), limit=wanted["limit"]
        )


@bp.post("/points-budgets/<uuid:budget_id>/raises")
@needs("budget.set", of=REGION)
@bp.arguments(BudgetRaiseSchema)
@bp.once(201, PointsBudgetSchema)
def raise_budget(fields: dict[str, Any], budget_id: UUID) -> Budget:
    """Raise a budget that somebody else set."""
    return setting.raise_budget(
        caller(), budget_id, fields["points"], fields["reason"], clock.now()
    )


@bp.post("/points-budgets/<uuid:budget_id>/overruns")
@needs("budget.set", of=REGION)
@bp.arguments(BudgetOverrunSchema)
@bp.once(201, PointsBudgetSchema)
def approve_overrun(fields: dict[str, Any], budget_id: UUID) -> Budget:
    """Let what waits be issued over a budget that somebody else set."""
    return setting.approve_overrun(
        caller(),
        budget_id,
        fields["reason"],
        clock.now(),
        fields.get("keys"),
        fields.get("points_max"),
    )
