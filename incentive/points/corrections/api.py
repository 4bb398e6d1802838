"""Adjustments and reversals by hand."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import REACH, REGION, needs
from incentive.core.paging import Page
from incentive.people.caller import caller
from incentive.points.corrections import service
from incentive.points.corrections.models import Adjustment
from incentive.points.corrections.schemas import (
    AdjustmentQuerySchema,
    AdjustmentSchema,
    CorrectionReasonSchema,
    ListedAdjustmentSchema,
    NewAdjustmentSchema,
)

bp: Final = ApiBlueprint(
    "corrections", __name__, description="Points given, taken and taken back by hand"
)


@bp.get("/adjustments")
@needs("points.read", of=REACH)
@bp.arguments(AdjustmentQuerySchema, location="query")
@bp.response(200, page_of(ListedAdjustmentSchema))
def list_adjustments(wanted: dict[str, Any]) -> Page:
    """List the adjustments of the caller's regions, the latest first."""
    with transaction():
        paths = caller().regions_for("points.read")
        return service.adjustments(
            paths,
            status=wanted.get("status"),
            cursor=wanted.get("cursor"),
            limit=wanted["limit"],
        )


@bp.post("/adjustments")
@needs("points.adjust", of=REGION)
@bp.arguments(NewAdjustmentSchema)
@bp.once(201, AdjustmentSchema)
def adjust(fields: dict[str, Any]) -> Adjustment:
    """Give or take points by hand; above the limit it waits for a second person."""
    return service.adjust(caller(), at=clock.now(), **fields)


@bp.post("/transactions/<int:transaction_id>/reversals")
@needs("points.adjust", of=REGION)
@bp.arguments(CorrectionReasonSchema)
@bp.once(201, AdjustmentSchema)
def reverse(fields: dict[str, Any], transaction_id: int) -> Adjustment:
    """Undo a whole award or adjustment; above the limit it waits for a second person."""
    return service.reverse(caller(), transaction_id, fields["reason"], clock.now())


@bp.post("/adjustments/<uuid:adjustment_id>/approve")
@needs("points.approve", "budget.set", of=REGION)
@bp.arguments(CorrectionReasonSchema)
@bp.once(201, AdjustmentSchema)
def approve(fields: dict[str, Any], adjustment_id: UUID) -> Adjustment:
    """Book what somebody else proposed."""
    return service.approve(caller(), adjustment_id, fields["reason"], clock.now())


@bp.post("/adjustments/<uuid:adjustment_id>/reject")
@needs("points.approve", of=REGION)
@bp.arguments(CorrectionReasonSchema)
@bp.once(201, AdjustmentSchema)
def reject(fields: dict[str, Any], adjustment_id: UUID) -> Adjustment:
    """Turn down what somebody else proposed."""
    return service.reject(caller(), adjustment_id, fields["reason"], clock.now())
