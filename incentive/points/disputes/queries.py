"""The disputes' SQL."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.people import reach
from incentive.people.models import Person
from incentive.points.corrections.models import Adjustment
from incentive.points.disputes.models import Dispute
from incentive.regions.models import Region


def insert_dispute(values: dict[str, Any]) -> Dispute | None:
    """Insert a dispute; return None if the transaction was contested before."""
    fresh = (
        insert(Dispute)
        .values(values)
        .on_conflict_do_nothing(index_elements=["transaction_id", "person_id"])
    )
    return session().scalar(fresh.returning(Dispute))


def contested(transaction_id: int, person_id: UUID) -> bool:
    """Say whether a transaction was contested for that person before."""
    known = select(Dispute.id).filter_by(transaction_id=transaction_id, person_id=person_id)
    return session().scalar(known) is not None


def side_of(dispute_id: UUID) -> str | None:
    """Return the side of a dispute."""
    return session().scalar(select(Dispute.side).where(Dispute.id == dispute_id))


def proposer(transaction_id: int) -> UUID | None:
    """Return who proposed the adjustment that a transaction booked."""
    known = select(Adjustment.proposed_by).where(Adjustment.transaction_id == transaction_id)
    return session().scalar(known)


def lock(dispute_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return a dispute, locked, with its region's path."""
    statement = (
        select(Dispute, Region.path)
        .join(Region, Region.id == Dispute.region_id)
        .where(Dispute.id == dispute_id)
        .with_for_update(of=Dispute, key_share=True)
        .execution_options(populate_existing=True)
    )
    return session().execute(statement).one_or_none()


def overdue(today: date, limit: int) -> Sequence[Dispute]:
    """Return open disputes about points given whose term is over, locked, the oldest first.

    What the system held is not among them: it waits until somebody has decided.
    """
    late = (
        select(Dispute)
        .where(
            Dispute.status == "open",
            Dispute.side == "given",
            Dispute.opened_by.is_not(None),
            Dispute.due_on < today,
        )
        .order_by(Dispute.due_on, Dispute.id)
        .limit(limit)
    )
    return session().scalars(late.with_for_update(key_share=True, skip_locked=True)).all()


def listed(paths: Sequence[str], status: str | None) -> Select[*tuple[Any, ...]]:
    """Return disputes of the subtrees at `paths`, with the numbers of all concerned."""
    opener = aliased(Person)
    found = (
        select(
            Dispute,
            Person.volunteer_number,
            opener.volunteer_number.label("opened_by"),
            Region.name.label("region"),
        )
        .join(Region, Region.id == Dispute.region_id)
        .join(Person, Person.id == Dispute.person_id)
        .outerjoin(opener, opener.id == Dispute.opened_by)
        .where(reach.within(Region.path, paths))
    )
    return found if status is None else found.where(Dispute.status == status)


def of(person_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return the disputes about a person's points."""
    return select(Dispute).where(Dispute.person_id == person_id)
