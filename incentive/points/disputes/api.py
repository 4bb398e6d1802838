"""Contesting points, and deciding about it."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import OWN, REACH, REGION, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.people.caller import caller
from incentive.points.disputes import service
from incentive.points.disputes.models import Dispute
from incentive.points.disputes.schemas import (
    DisputeDecisionSchema,
    DisputeQuerySchema,
    DisputeSchema,
    ListedDisputeSchema,
    NewDisputeSchema,
)

bp: Final = ApiBlueprint("disputes", __name__, description="Contested points, and who decides")


@bp.get("/me/disputes")
@needs(OWN)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(DisputeSchema))
def my_disputes(wanted: dict[str, Any]) -> Page:
    """List the disputes about the caller's points, the latest first."""
    with transaction():
        person_id = caller().person_id
        return service.mine(person_id, cursor=wanted.get("cursor"), limit=wanted["limit"])


@bp.post("/me/disputes")
@needs(OWN)
@bp.arguments(NewDisputeSchema)
@bp.once(201, DisputeSchema)
def contest(fields: dict[str, Any]) -> Dispute:
    """Contest points that were taken from the caller; they are held until it is decided."""
    return service.contest(caller(), at=clock.now(), **fields)


@bp.get("/disputes")
@needs("points.read", of=REACH)
@bp.arguments(DisputeQuerySchema, location="query")
@bp.response(200, page_of(ListedDisputeSchema))
def list_disputes(wanted: dict[str, Any]) -> Page:
    """List the disputes of the caller's regions, the first to be decided first."""
    with transaction():
        return service.disputes(
            caller().regions_for("points.read"),
            status=wanted.get("status"),
            cursor=wanted.get("cursor"),
            limit=wanted["limit"],
        )


@bp.post("/disputes")
@needs("points.dispute", of=REGION)
@bp.arguments(NewDisputeSchema)
@bp.once(201, DisputeSchema)
def challenge(fields: dict[str, Any]) -> Dispute:
    """Contest points that somebody was given; what is left of them is held."""
    return service.challenge(caller(), at=clock.now(), **fields)


@bp.post("/disputes/<uuid:dispute_id>/decide")
@needs("points.decide", of=REGION)
@bp.arguments(DisputeDecisionSchema)
@bp.once(201, DisputeSchema)
def decide(fields: dict[str, Any], dispute_id: UUID) -> Dispute:
    """Decide a dispute that somebody else opened, about what somebody else did."""
    return service.decide(
        caller(),
        dispute_id,
        for_person=fields["outcome"] == "for_person",
        reason=fields["reason"],
        at=clock.now(),
    )
