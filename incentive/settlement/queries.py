"""The settlement's SQL."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Text, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from incentive import rules
from incentive.checkin.models import ServiceRecord
from incentive.checkin.queries import UnsettledRecord
from incentive.core.arrays import id_array, plain_array
from incentive.core.db import session
from incentive.points.budgets.errors import BudgetExhausted, BudgetWaiting
from incentive.points.budgets.models import Budget, BudgetWait
from incentive.points.corrections.domain import expires_on
from incentive.regions import service as regions
from incentive.regions.models import Region
from incentive.settlement.domain import Sums, Version
from incentive.settlement.models import RuleVersion, SettlementFailure

# One row for each record, in their order. The month holds the day; nothing else is read of
# persons who never got points, and no more of the others than their indexes point at.
_SUMS: Final = text(
    "SELECT coalesce(m.day, 0), coalesce(m.month, 0), coalesce(c.points, 0), e.awarded"
    " FROM unnest(CAST(:persons AS uuid[]), CAST(:days AS date[]), CAST(:activities AS uuid[]))"
    " WITH ORDINALITY AS w (person, day, activity, n)"
    " CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM awards a"
    " WHERE a.person_id = w.person AND a.points > 0) AS awarded) e"
    " LEFT JOIN LATERAL (SELECT sum(a.points) AS month,"
    " sum(a.points) FILTER (WHERE a.day = w.day) AS day FROM awards a"
    " WHERE a.person_id = w.person AND a.day >= date_trunc('month', w.day)::date"
    " AND a.day < (date_trunc('month', w.day) + interval '1 month')::date) m ON e.awarded"
    " LEFT JOIN LATERAL (SELECT sum(a.points) AS points FROM awards a"
    " WHERE a.person_id = w.person AND a.activity_id = w.activity) c ON e.awarded"
    " ORDER BY w.n"
)
_INSERT_AWARDS: Final = text(
    "INSERT INTO awards (service_record_id, person_id, activity_id, day, points, transaction_id,"
    " expires_on, explanation, rule_version_id, awarded_at)"
    " SELECT a.*, :rule_version, :at FROM ROWS FROM (unnest(CAST(:records AS uuid[]),"
    " CAST(:persons AS uuid[]), CAST(:activities AS uuid[]), CAST(:days AS date[]),"
    " CAST(:points AS int[]), CAST(:transactions AS bigint[]), CAST(:expiries AS date[])),"
    " jsonb_array_elements(CAST(:explanations AS jsonb))) AS a"
)


def lock_settlement() -> None:
    """Wait until nobody else settles in this jurisdiction: the caps are sums over awards."""
    session().execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('settlement ' || current_schema(), 0))")
    )


def rule_versions() -> list[Version]:
    """Return every rule version, the latest first."""
    rows = session().scalars(select(RuleVersion).order_by(RuleVersion.effective_from.desc()))
    return [Version(row.id, row.effective_from, row.document) for row in rows]


def sums(records: Sequence[UnsettledRecord]) -> Sums:
    """Return what the records' persons were awarded on their days, in their months, and so on."""
    found = session().execute(
        _SUMS,
        {
            "persons": id_array([record.person_id for record in records]),
            "days": plain_array([record.day for record in records]),
            "activities": id_array([record.activity_id for record in records]),
        },
    )
    by_day: dict[tuple[UUID, date], int] = {}
    by_month: dict[tuple[UUID, date], int] = {}
    by_activity: dict[tuple[UUID, UUID], int] = {}
    awarded = set()
    for record, (day, month, activity, is_awarded) in zip(records, found, strict=True):
        if is_awarded:
            person = record.person_id
            awarded.add(person)
            by_day[person, record.day] = day
            by_month[person, record.day.replace(day=1)] = month
            by_activity[person, record.activity_id] = activity
    return Sums(by_day, by_month, by_activity, frozenset(awarded))


def insert_awards(
    records: Sequence[UnsettledRecord],
    awards: Sequence[rules.Award],
    transaction_ids: Mapping[UUID, int],
    rule_version_id: UUID,
    at: datetime,
) -> None:
    """Store the awards of the records, each with its transaction's id if it has one."""
    session().execute(
        _INSERT_AWARDS,
        {
            "records": id_array([record.record_id for record in records]),
            "persons": id_array([record.person_id for record in records]),
            "activities": id_array([record.activity_id for record in records]),
            "days": plain_array([record.day for record in records]),
            "points": plain_array([award.points for award in awards]),
            "transactions": plain_array([transaction_ids.get(r.record_id) for r in records]),
            "expiries": plain_array(
                [
                    expires_on(record.day) if award.points else None
                    for record, award in zip(records, awards, strict=True)
                ]
            ),
            "explanations": json.dumps([award.explain() for award in awards]),
            "rule_version": rule_version_id,
            "at": at,
        },
    )


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


def forget_failures(record_ids: Sequence[UUID]) -> None:
    """Take settled records off the list of failures."""
    session().execute(
        text("DELETE FROM settlement_failures WHERE service_record_id = ANY(CAST(:ids AS uuid[]))"),
        {"ids": id_array(record_ids)},
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
