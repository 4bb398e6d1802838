"""What was found in attendance, for who looks after a region: listed, and cleared or upheld."""

from datetime import datetime
from typing import Final
from uuid import UUID

from incentive.core.paging import Page, page
from incentive.people.caller import Caller
from incentive.points.disputes import service as disputes
from incentive.points.disputes.models import Dispute
from incentive.settlement.findings import listing_queries
from incentive.settlement.findings.models import AttendanceFinding

# What became of a finding: whose dispute ended how. `all`: also where there was nothing to hold.
STATES: Final = ("open", "cleared", "upheld", "all")


def in_scope(
    caller: Caller,
    *,
    state: str = "open",
    kind: str | None = None,
    cursor: str | None = None,
    limit: int,
) -> Page:
    """Return a page of the findings in the caller's regions, the latest first.

    Raises:
        OutOfScope: there is none.
    """
    caller.require_somewhere("settlement.read")
    found = listing_queries.listed(caller.regions_for("settlement.read"), state, kind)
    newest = [AttendanceFinding.found_at, AttendanceFinding.id]
    return page(found, newest, cursor=cursor, limit=limit, newest_first=True, scalars=False)


def open_in(caller: Caller) -> int | None:
    """Return how much waits in the caller's regions to be decided; None: they may not know."""
    paths = caller.regions_for("settlement.read")
    return listing_queries.open_in(paths) if paths else None


def decide(caller: Caller, dispute_id: UUID, *, cleared: bool, note: str, at: datetime) -> Dispute:
    """Give the points that are held to whom they were awarded, or take them back; it is final.

    Raises:
        UnknownDispute, OutOfScope, NotYoursToDecide, DisputeDecided: nothing was written.
    """
    return disputes.decide_found(caller, dispute_id, for_person=cleared, reason=note, at=at)
