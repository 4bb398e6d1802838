"""The corrections' SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.people import reach
from incentive.people.models import Person
from incentive.points.corrections.models import Adjustment, Corrected
from incentive.regions.models import Region


def lock_persons(*person_ids: UUID) -> None:
    """Wait until nobody else corrects these persons' points, or as one of them: limits are on sums."""
    wanted = select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id)
    session().execute(wanted.with_for_update(key_share=True))


def by_hand_alone(person_id: UUID, proposed_by: UUID, since: datetime) -> tuple[int, int]:
    """Return the points that one worker moved from `since` on without a second: a person's, all."""
    moved = func.abs(Adjustment.points)
    alone = select(
        func.coalesce(func.sum(moved).filter(Adjustment.person_id == person_id), 0),
        func.coalesce(func.sum(moved), 0),
    ).where(
        Adjustment.proposed_by == proposed_by,
        Adjustment.proposed_at >= since,
        Adjustment.status == "booked",
        Adjustment.decided_by.is_(None),
    )
    of_person, of_all = session().execute(alone).one()
    return int(of_person), int(of_all)


def lock(adjustment_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return an adjustment, locked, with its region's path."""
    statement = (
        select(Adjustment, Region.path)
        .join(Region, Region.id == Adjustment.region_id)
        .where(Adjustment.id == adjustment_id)
        .with_for_update(of=Adjustment, key_share=True)
        .execution_options(populate_existing=True)
    )
    return session().execute(statement).one_or_none()


def listed(paths: Sequence[str], status: str | None) -> Select[*tuple[Any, ...]]:
    """Return adjustments of the subtrees at `paths`, with the numbers of all concerned."""
    whose, proposer, decider = aliased(Person), aliased(Person), aliased(Person)
    found = (
        select(
            Adjustment,
            whose.volunteer_number,
            proposer.volunteer_number.label("proposed_by"),
            decider.volunteer_number.label("decided_by"),
            Region.name.label("region"),
        )
        .join(Region, Region.id == Adjustment.region_id)
        .join(whose, whose.id == Adjustment.person_id)
        .join(proposer, proposer.id == Adjustment.proposed_by)
        .outerjoin(decider, decider.id == Adjustment.decided_by)
        .where(reach.within(Region.path, paths))
    )
    return found if status is None else found.where(Adjustment.status == status)


def undone(transaction_id: int) -> int:
    """Return how many of a transaction's points were undone."""
    known = select(Corrected.undone).where(Corrected.transaction_id == transaction_id)
    return session().scalar(known) or 0


def undo(transaction_id: int, moved: int, points: int) -> None:
    """Count `points` of a transaction as undone; the database refuses more than it `moved`."""
    fresh = insert(Corrected).values(transaction_id=transaction_id, moved=moved, undone=points)
    session().execute(
        fresh.on_conflict_do_update(
            index_elements=["transaction_id"], set_={"undone": Corrected.undone + points}
        )
    )


def undo_no_more(transaction_id: int, points: int) -> None:
    """Count `points` of a transaction as undone no longer: a dispute about them came to nothing."""
    session().execute(
        update(Corrected)
        .where(Corrected.transaction_id == transaction_id)
        .values(undone=Corrected.undone - points)
        .execution_options(synchronize_session=False)
    )
