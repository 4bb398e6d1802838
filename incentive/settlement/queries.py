"""The settlement's SQL."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, delete, exists, func, insert, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from incentive.checkin.models import ServiceRecord
from incentive.core.db import session
from incentive.points.budgets.errors import BudgetExhausted, BudgetWaiting
from incentive.points.budgets.models import Budget, BudgetWait
from incentive.regions import service as regions
from incentive.regions.models import Region
from incentive.settlement.domain import Sums, Version
from incentive.settlement.models import Award, RuleVersion, SettlementFailure


def lock_settlement() -> None:
    """Wait until nobody else settles in this jurisdiction: the caps are sums over awards."""
    session().execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('settlement ' || current_schema(), 0))")
    )


def rule_versions() -> list[Version]:
    """Return every rule version, the latest first."""
    rows = session().scalars(select(RuleVersion).order_by(RuleVersion.effective_from.desc()))
    return [Version(row.id, row.effective_from, row.document) for row in rows]


def sums(persons: set[UUID], days: set[date], activities: set[UUID]) -> Sums:
    """Return what `persons` were awarded on `days`, in their months, and for `activities`."""
    months = {day.replace(day=1) for day in days}
    month = func.date_trunc("month", Award.day).cast(Award.day.type)
    total = func.sum(Award.points)
    theirs = Award.person_id.in_(persons)
    by_month = (
        select(Award.person_id, month.label("month"), total)
        .where(theirs, Award.day >= min(months), month.in_(months))
        .group_by(Award.person_id, "month")
    )
    by_day = (
        select(Award.person_id, Award.day, total)
        .where(theirs, Award.day.in_(days))
        .group_by(Award.person_id, Award.day)
    )
    by_activity = (
        select(Award.person_id, Award.activity_id, total)
        .where(theirs, Award.activity_id.in_(activities))
        .group_by(Award.person_id, Award.activity_id)
    )
    awarded = select(Award.person_id).where(theirs, Award.points > 0).distinct()
    run = session().execute
    return Sums(
        {(person, day): points for person, day, points in run(by_day)},
        {(person, day): points for person, day, points in run(by_month)},
        {(person, activity): points for person, activity, points in run(by_activity)},
        frozenset(session().scalars(awarded)),
    )


def insert_awards(awards: list[dict[str, Any]]) -> None:
    """Store the awards."""
    session().execute(insert(Award), awards)


def tries_of(record_id: UUID) -> int:
    """Return how often settling a record has failed so far."""
    known = select(SettlementFailure.attempts).filter_by(service_record_id=record_id)
    return session().scalar(known) or 0


def set_aside(failure: dict[str, Any]) -> None:
    """Store, or renew, why a record could not be settled."""
    statement = upsert(SettlementFailure).values(failure)
    renewed = {name: value for name, value in failure.items() if name != "service_record_id"}
    session().execute(
        statement.on_conflict_do_update(index_elements=["service_record_id"], set_=renewed)
    )


def forget_failures(record_ids: list[UUID]) -> None:
    """Take settled records off the list of failures."""
    session().execute(
        delete(SettlementFailure).where(SettlementFailure.service_record_id.in_(record_ids))
    )


def ready(at: datetime, limit: int) -> Sequence[UUID]:
    """Return records that are set aside until later for want of budget, and for which there is some."""
    statement = (
        select(SettlementFailure.service_record_id)
        .join(
            BudgetWait,
            BudgetWait.key == func.concat("award:", SettlementFailure.service_record_id.cast(Text)),
        )
        .join(Budget, Budget.id == BudgetWait.budget_id)
        .where(
            SettlementFailure.code.in_((BudgetExhausted.code, BudgetWaiting.code)),
            SettlementFailure.retry_at > at,
            or_(BudgetWait.approved_by.is_not(None), BudgetWait.points <= Budget.room),
        )
        .order_by(SettlementFailure.service_record_id)
        .limit(limit)
    )
    return session().scalars(statement).all()


def failures(paths: Sequence[str] | None) -> Select[*tuple[Any, ...]]:
    """Return the records that are set aside, and still verified, in the subtrees at `paths`, or everywhere with `None`."""
    waiting = exists().where(
        ServiceRecord.id == SettlementFailure.service_record_id,
        ServiceRecord.status == "verified",
        ServiceRecord.settled_at.is_(None),
    )
    found = select(SettlementFailure).where(waiting)
    if paths is None:
        return found
    theirs = select(Region.id).where(regions.inside(Region.path, paths))
    return found.where(SettlementFailure.region_id.in_(theirs))


def failure(record_id: UUID) -> SettlementFailure | None:
    """Return why a record is set aside, if it still is."""
    wanted = failures(None).where(SettlementFailure.service_record_id == record_id)
    return session().scalars(wanted).one_or_none()
