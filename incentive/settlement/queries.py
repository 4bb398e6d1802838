"""The settlement's SQL."""

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Text, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from incentive import rules
from incentive.activities.models import Activity
from incentive.checkin.queries import is_unsettled
from incentive.checkin.unsettled import VerifiedRecords
from incentive.core.arrays import joined_array, plain_array, repeated_array
from incentive.core.db import session
from incentive.people import reach
from incentive.points.budgets.errors import BudgetExhausted, BudgetWaiting
from incentive.points.budgets.models import Budget, BudgetWait
from incentive.regions.models import Region
from incentive.settlement.domain import Version
from incentive.settlement.models import Award, RuleVersion, SettlementFailure

_KEY: Final = "hashtextextended('settlement ' || current_schema(), 0)"
# Nothing is read that the rules do not look at: a person's month may be long. Most have nothing yet.
_PAID_BEFORE: Final = text(
    "SELECT * FROM (SELECT w.n, CASE WHEN :paid_that_day THEN"
    " (SELECT coalesce(sum(a.points), 0) FROM awards a"
    " WHERE a.person_id = w.person AND a.day = w.day) ELSE 0 END AS that_day,"
    " CASE WHEN :paid_that_month THEN (SELECT coalesce(sum(a.points), 0) FROM awards a"
    " WHERE a.person_id = w.person AND a.day >= date_trunc('month', w.day)::date"
    " AND a.day < (date_trunc('month', w.day) + interval '1 month')::date) ELSE 0 END AS that_month,"
    " CASE WHEN :paid_for_activity THEN (SELECT coalesce(sum(a.points), 0) FROM awards a"
    " WHERE a.person_id = w.person AND a.activity_id = w.activity) ELSE 0 END AS for_activity,"
    " CASE WHEN :first THEN (SELECT true FROM awards a"
    " WHERE a.person_id = w.person AND a.points > 0 LIMIT 1) IS NULL ELSE false END AS first"
    " FROM unnest(CAST(:persons AS uuid[]), CAST(:days AS date[]), CAST(:activities AS uuid[]))"
    " WITH ORDINALITY AS w (person, day, activity, n) OFFSET 0) s"
    " WHERE s.that_day + s.that_month + s.for_activity > 0 OR s.first"
)
_SUMS: Final = ("paid_that_day", "paid_that_month", "paid_for_activity", "first")
# Many awards are explained alike: each explanation is sent once. Whose they are, the records say.
_AWARD: Final = text(
    "SELECT settlement_award(CAST(:records AS uuid[]), CAST(:points AS int[]),"
    " CAST(:transactions AS bigint[]), CAST(:expiries AS date[]), CAST(:explained AS int[]),"
    " CAST(:explanations AS jsonb), CAST(:rule_version AS uuid), :at)"
)


def lock_settlement() -> None:
    """Wait until nobody else settles in this jurisdiction: the caps are sums over awards."""
    session().execute(text(f"SELECT pg_advisory_xact_lock({_KEY})"))


def lock_lane(lane: int) -> None:
    """Wait until nobody else settles this lane, or all of the jurisdiction's."""
    session().execute(
        text(
            f"SELECT pg_advisory_xact_lock_shared({_KEY}),"
            f" pg_advisory_xact_lock({_KEY} + CAST(:lane AS int) + 1)"
        ),
        {"lane": lane},
    )


def commit_with_the_next() -> None:
    """Let the commit not wait for the disk: some later one will, and what precedes it is there too.

    docs/decisions/0006 says why nothing can be lost.
    """
    session().execute(text("SET LOCAL synchronous_commit TO off"))


def rule_versions() -> list[Version]:
    """Return every rule version, the latest first."""
    rows = session().scalars(select(RuleVersion).order_by(RuleVersion.effective_from.desc()))
    return [Version(row.id, row.effective_from, row.document) for row in rows]


def regions_of_activities() -> Sequence[UUID]:
    """Return the regions whose activities points are issued for, in no order."""
    return session().scalars(select(Activity.region_id).distinct()).all()


def paid_before(
    records: VerifiedRecords, looks_at: Collection[str]
) -> dict[int, tuple[int, int, int, bool]]:
    """Return what the records' persons were awarded, by the records' places, from 0.

    On its day, in its month and for its activity; last, whether it was nothing, ever. What the rules
    do not look at is 0 and False, and a record of which that is all is left out.
    """
    activities = records.activity_id if "paid_for_activity" in looks_at else ()
    found = session().execute(
        _PAID_BEFORE,
        {
            "persons": joined_array(records.person_id),
            "days": repeated_array(records.day),
            "activities": joined_array(activities),
            **{name: name in looks_at for name in _SUMS},
        },
    )
    return {n - 1: (day, month, activity, first) for n, day, month, activity, first in found.all()}


def insert_awards(
    record_ids: Sequence[str],
    awards: Sequence[rules.Award],
    expiries: Sequence[date],
    transaction_ids: Sequence[int | None],
    rule_version_id: UUID,
    at: datetime,
) -> None:
    """Store the awards of records, each with its transaction's id if it has one."""
    distinct = {id(award): award for award in awards}
    texts = {known: str(place) for place, known in enumerate(distinct, 1)}
    points = [award.points for award in awards]
    ends = [until if each else None for until, each in zip(expiries, points, strict=True)]
    session().execute(
        _AWARD,
        {
            "records": joined_array(record_ids),
            "points": repeated_array(points),
            "transactions": plain_array(transaction_ids),
            "expiries": repeated_array(ends),
            "explained": joined_array([texts[id(award)] for award in awards]),
            "explanations": json.dumps([award.explain() for award in distinct.values()]),
            "rule_version": rule_version_id,
            "at": at,
        },
    )


def transaction_of(record_id: UUID) -> int | None:
    """Return the transaction that paid a record, if it was paid any points."""
    return session().scalar(select(Award.transaction_id).filter_by(service_record_id=record_id))


def tries_of(record_ids: Sequence[str]) -> dict[str, int]:
    """Return how often settling records has failed so far, of those that have."""
    rows = session().execute(
        text(
            "SELECT service_record_id, attempts FROM settlement_failures"
            " WHERE service_record_id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"ids": joined_array(record_ids)},
    )
    return {str(row.service_record_id): row.attempts for row in rows}


def set_aside(failures: Sequence[dict[str, Any]]) -> None:
    """Store, or renew, why records (one or more) could not be settled."""
    statement = upsert(SettlementFailure)
    renewed = {
        name: statement.excluded[name] for name in failures[0] if name != "service_record_id"
    }
    session().execute(
        statement.on_conflict_do_update(index_elements=["service_record_id"], set_=renewed),
        list(failures),
    )


def has_failures() -> bool:
    """Say whether any record is set aside, or was and is forgotten about."""
    return session().scalar(select(exists().select_from(SettlementFailure))) is True


def forget_failures(record_ids: Sequence[str]) -> None:
    """Take settled records off the list of failures."""
    session().execute(
        text("DELETE FROM settlement_failures WHERE service_record_id = ANY(CAST(:ids AS uuid[]))"),
        {"ids": joined_array(record_ids)},
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
    waiting = exists().where(is_unsettled(SettlementFailure.service_record_id))
    found = select(SettlementFailure).where(waiting)
    if paths is None:
        return found
    theirs = select(Region.id).where(reach.within(Region.path, paths))
    return found.where(SettlementFailure.region_id.in_(theirs))


def failure(record_id: UUID) -> SettlementFailure | None:
    """Return why a record is set aside, if it still is."""
    wanted = failures(None).where(SettlementFailure.service_record_id == record_id)
    return session().scalars(wanted).one_or_none()
