"""Points that the system holds by itself, because of how they look.

Nobody spends them until somebody who is not concerned has decided. Silence does not give them back.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from incentive.core.ids import new_id
from incentive.core.zone import day_of
from incentive.ledger import history
from incentive.ledger.errors import UnknownTransaction
from incentive.people import acts
from incentive.people import service as people
from incentive.points.corrections import queries as corrections
from incentive.points.corrections.domain import counterparts
from incentive.points.disputes import holding, queries
from incentive.points.disputes.models import Dispute
from incentive.points.policy import service as policies

_ACTOR = "system"
_SHOWN = ("person_id", "transaction_id", "side", "held", "status")


def flag(
    transaction_id: int, person_id: UUID, concerned: Collection[UUID], reason: str, at: datetime
) -> Dispute | None:
    """Hold what a person was given; those `concerned` too do not decide.

    Return the dispute, or None if there is one already, or nothing left to hold.

    Raises:
        UnknownTransaction: there is none.
    """
    given = history.booked(transaction_id)
    if given is None:
        raise UnknownTransaction
    # Lock first, as everybody does who contests or corrects a person's points.
    corrections.lock_persons(person_id)
    owner = f"person:{person_id}"
    points = given.net(owner)
    left = min(points - corrections.undone(given.id), holding.usable(owner, at))
    places = counterparts(given)[1]
    region_id = places[0] if places else people.person(person_id).home_region_id
    if left <= 0 or region_id is None or queries.contested(given.id, person_id):
        return None
    dispute_id = new_id()
    hold = holding.hold(dispute_id, given, owner, "given", left, _ACTOR, at)
    corrections.undo(given.id, points, left)
    dispute = queries.insert_dispute(
        {
            "id": dispute_id,
            "person_id": person_id,
            "region_id": region_id,
            "transaction_id": given.id,
            "side": "given",
            "points": points,
            "held": left,
            "reason": reason,
            "opened_by": None,
            "opened_at": at,
            "made_by": None,
            "proposed_by": None,
            "concerned": sorted(set(concerned) - {person_id}),
            "due_on": day_of(at) + timedelta(days=policies.policy().dispute_term_days),
            "status": "open",
            "decision_reason": "",
            "hold_id": hold.transaction_id,
        }
    )
    if dispute is not None:
        after = acts.picked(dispute, _SHOWN)
        acts.record(
            None, "dispute.open", subject=f"dispute:{dispute_id}", after=after, reason=reason
        )
    return dispute
