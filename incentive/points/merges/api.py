"""Merging two entries of one person, over HTTP."""

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import REACH, REGION, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.people.caller import caller
from incentive.points.merges import service
from incentive.points.merges.models import PersonMerge
from incentive.points.merges.schemas import MergeReasonSchema, MergeSchema, NewMergeSchema

bp: Final = ApiBlueprint("merges", __name__, description="Merging two entries of one person")


@bp.get("/person-merges")
@needs("person.merge", of=REACH)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(MergeSchema))
def list_merges(wanted: dict[str, Any]) -> Page:
    """List the merges in your regions, the latest first."""
    with transaction():
        found = service.listing(caller(), cursor=wanted.get("cursor"), limit=wanted["limit"])
        return replace(found, items=[row[0] for row in found.items])


@bp.post("/person-merges")
@needs("person.merge", of=REGION)
@bp.arguments(NewMergeSchema)
@bp.once(201, MergeSchema)
def ask(given: dict[str, Any]) -> PersonMerge:
    """Ask for one entry to be closed and to lead to another; somebody else decides."""
    return service.ask(caller(), at=clock.now(), **given)


@bp.post("/person-merges/<uuid:merge_id>/approve")
@needs("person.merge_decide", of=REGION)
@bp.once(201, MergeSchema)
def approve(merge_id: UUID) -> PersonMerge:
    """Merge what somebody else asked for: points move, sessions of the closed entry end."""
    return service.approve(caller(), merge_id, clock.now())


@bp.post("/person-merges/<uuid:merge_id>/refuse")
@needs("person.merge_decide", of=REGION)
@bp.arguments(MergeReasonSchema)
@bp.once(201, MergeSchema)
def refuse(given: dict[str, Any], merge_id: UUID) -> PersonMerge:
    """Turn down what somebody else asked for."""
    return service.refuse(caller(), merge_id, given["reason"], clock.now())


@bp.post("/person-merges/<uuid:merge_id>/undo")
@needs("person.merge_decide", of=REGION)
@bp.arguments(MergeReasonSchema)
@bp.once(201, MergeSchema)
def undo(given: dict[str, Any], merge_id: UUID) -> PersonMerge:
    """Open the closed entry again within a week, as long as its points are there."""
    return service.undo(caller(), merge_id, given["reason"], clock.now())
