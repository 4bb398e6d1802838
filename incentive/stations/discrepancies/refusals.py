"""Codes that were tried and refused are kept, although the refusal takes everything else back."""

from datetime import datetime
from uuid import UUID

from incentive.core.db import on_rollback, transaction
from incentive.people.caller import Caller
from incentive.stations.discrepancies import queries


def keep(
    caller: Caller, redemption_id: UUID, tried_at_id: UUID | None, reason: str, at: datetime
) -> None:
    """Keep that the caller tried an order's code: now, or once this transaction is rolled back."""
    row = {
        "redemption_id": redemption_id,
        "tried_at_id": tried_at_id,
        "by_person_id": caller.person_id,
        "reason": reason,
        "at": at,
    }

    def again() -> None:
        with transaction():
            queries.refuse(row)

    queries.refuse(row)
    on_rollback(again)
