"""What was found in attendance, over HTTP."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import REACH, REGION, needs
from incentive.core.paging import Page
from incentive.people.caller import caller
from incentive.points.disputes.models import Dispute
from incentive.points.disputes.schemas import DisputeSchema
from incentive.settlement.findings import listing
from incentive.settlement.findings.schemas import (
    AttendanceFindingSchema,
    AttendanceFindingsQuerySchema,
    FindingDecisionSchema,
)

bp: Final = ApiBlueprint("findings", __name__, description="What looks invented in attendance")


@bp.get("/findings")
@needs("settlement.read", of=REACH)
@bp.arguments(AttendanceFindingsQuerySchema, location="query")
@bp.response(200, page_of(AttendanceFindingSchema))
def list_findings(wanted: dict[str, Any]) -> Page:
    """List what was found in the caller's regions, the latest first."""
    with transaction():
        return listing.in_scope(caller(), **wanted)


@bp.post("/findings/<uuid:dispute_id>/decide")
@needs("finding.decide", of=REGION)
@bp.arguments(FindingDecisionSchema)
@bp.once(201, DisputeSchema)
def decide_finding(fields: dict[str, Any], dispute_id: UUID) -> Dispute:
    """Clear or uphold what the system held points for; who is concerned does not decide."""
    cleared = fields["outcome"] == "cleared"
    return listing.decide(
        caller(), dispute_id, cleared=cleared, note=fields["note"], at=clock.now()
    )
