"""Why an award is what it is: the service, the rules step by step, the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from incentive import rules
from incentive.people.caller import Caller
from incentive.settlement import award_queries
from incentive.settlement.errors import UnknownAward


@dataclass(frozen=True, slots=True)
class Reason:
    """Why points were awarded: the record, since when its rules are in force, and sentences."""

    record_id: UUID
    rules_from: date
    sentences: list[str]


def reasons(transaction_ids: Sequence[int], language: str) -> dict[int, Reason]:
    """Return the reasons of those of the transactions that are awards, in words and figures."""
    return {
        transaction_id: Reason(
            row.service_record_id,
            row.effective_from,
            [*rules.words(row.explanation, language), rules.in_force(row.effective_from, language)],
        )
        for transaction_id, row in award_queries.by_transaction(transaction_ids).items()
    }


def awarded_at_of(record_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return when records were awarded for, be it with 0 points; those that were not are left out."""
    return award_queries.awarded_at(record_ids) if record_ids else {}


def award(record_id: UUID, by: Caller, language: str) -> dict[str, Any]:
    """Return an award from the service to the transaction: one's own, or one in one's regions.

    Raises:
        UnknownAward: nothing was awarded for this record, not even 0 points.
        OutOfScope: it is somebody else's, elsewhere.
    """
    row = award_queries.award(record_id)
    if row is None:
        raise UnknownAward
    found, record, attendance, booked = row[0], row[1], row[2], row[3]
    if found.person_id != by.person_id:
        by.require("settlement.read", region_path=row.region_path)
    steps = zip(found.explanation, rules.words(found.explanation, language), strict=True)
    return {
        "record_id": record_id,
        "volunteer_number": row.volunteer_number,
        "activity_title": row.activity_title,
        "activity_kind": row.activity_kind,
        "shift_title": row.shift_title,
        "region": row.region,
        "day": found.day,
        "check_in_at": attendance.check_in_at,
        "check_out_at": attendance.check_out_at,
        "minutes": record.minutes,
        "verified_by": row.decided_by,
        "verified_at": record.decided_at,
        "steps": [
            {"rule": step["rule"], "before": step["before"], "after": step["after"], "words": said}
            for step, said in steps
        ],
        "points": found.points,
        "rules_from": row.effective_from,
        "rules": rules.in_force(row.effective_from, language),
        "rule_version_id": found.rule_version_id,
        "awarded_at": found.awarded_at,
        "expires_on": found.expires_on,
        "transaction_id": booked and booked.id,
        "transaction_key": booked and booked.key,
        "posted_at": booked and booked.posted_at,
        "closed_by": row.closed_by,
        "closed_as": row.closed_as,
        "closed_why": row.closed_why,
    }
