"""What a dispute does in the ledger: a hold, and what ends it."""

from datetime import datetime
from uuid import UUID

from incentive.core.db import session
from incentive.core.zone import day_of
from incentive.ledger import history
from incentive.ledger import service as ledger
from incentive.ledger.domain import Booked, Line, Posted, Posting, Purse
from incentive.points.budgets import service as budgets
from incentive.points.corrections import queries as corrections
from incentive.points.disputes.domain import (
    away_from_person,
    back_to_person,
    counter_of,
    taken_parts,
)
from incentive.points.disputes.errors import NotDisputable
from incentive.points.disputes.models import Dispute


def usable(owner: str, at: datetime) -> int:
    """Return the points that the owner could spend."""
    balances = ledger.usable_balances(owner, day_of(at))
    return sum(b.points for b in balances if b.purpose == "available")


def hold(
    dispute_id: UUID,
    booked: Booked,
    owner: str,
    side: str,
    points: int,
    actor: str,
    at: datetime,
) -> Posted:
    """Put `points` of a disputed transaction into the owner's held purses.

    Raises:
        InsufficientPoints: the owner spent them at this moment.
    """
    key = source = f"dispute:{dispute_id}"
    today = day_of(at)
    if side == "given":
        return ledger.hold(
            key=key, owner=owner, amount=points, source=source, actor=actor, today=today
        )
    counter = counter_of(booked, owner)
    if counter is None:
        raise NotDisputable
    parts = taken_parts(booked, owner, points)
    lines = (
        Line(counter.purse(parts[0][0]), -points),
        *(Line(Purse(owner, "held", expiry), part) for expiry, part in parts),
    )
    return ledger.post([Posting(key, "hold", source, actor, today, lines)])[0]


def close(dispute: Dispute, status: str, by: UUID | None, reason: str, at: datetime) -> None:
    """End a locked dispute's hold as `status` says, and note who decided so; None: nobody did."""
    booked, held = history.booked(dispute.transaction_id), history.booked(dispute.hold_id)
    if booked is None or held is None:
        raise NotDisputable
    lines = [line for line in held.lines if line.purse.purpose == "held"]
    owner = f"person:{dispute.person_id}"
    counter = counter_of(booked, owner)
    if counter is None:
        raise NotDisputable
    today = day_of(at)
    taken_on = day_of(dispute.opened_at if dispute.side == "given" else booked.posted_at)
    to_person = status != "against_person"
    key = f"dispute:{dispute.id}:closed"
    posting = Posting(
        key,
        "release" if to_person else "reversal",
        held.source,
        f"person:{by}" if by else "system",
        today,
        back_to_person(lines, taken_on, today) if to_person else away_from_person(lines, counter),
        reason,
        held.id,
    )
    if dispute.side == "taken" and to_person:
        # Issued again, by the hold: somebody entitled has decided so, whatever the budget.
        budgets.take_again(held.key, booked.key, dispute.held, at)
    if dispute.side == "given" and not to_person and counter.purpose == "issuance":
        budgets.give_back(key, booked.key, dispute.held, at)
    if to_person is (dispute.side == "given"):
        corrections.undo_no_more(dispute.transaction_id, dispute.held)
    closing = ledger.post([posting])[0]
    dispute.status, dispute.closing_id = status, closing.transaction_id
    dispute.decided_by, dispute.decided_at, dispute.decision_reason = by, at, reason
    session().flush()
