"""Warnings 30 and 7 days before points expire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from incentive.core.zone import day_of
from incentive.ledger import service as ledger
from incentive.ledger.domain import Balance
from incentive.points.notices import queries

STAGES: Final = (30, 7)
BATCH: Final = 2000


@dataclass(frozen=True, slots=True)
class Expiring:
    """`points` that a person still has expire at the end of `expires_on`."""

    expires_on: date
    points: int
    stage: int
    warned_at: datetime


def warn(at: datetime, limit: int = BATCH) -> int:
    """Note a batch of warnings that are due; return how many, 0 at the end. Run twice, warns once.

    A day that was missed is made up for: each stage reaches to where the next one begins.
    """
    today = day_of(at)
    done = 0
    for stage, until in zip(STAGES, (*STAGES[1:], -1), strict=True):
        first, last = today + timedelta(days=until + 1), today + timedelta(days=stage)
        done += queries.warn(stage, first, last, at, limit - done)
        if done >= limit:
            break
    return done


def warnings(
    person_id: UUID, at: datetime, balances: Sequence[Balance] | None = None
) -> list[Expiring]:
    """Return what a person was warned of and still has, the nearest expiry first.

    `balances` are the person's usable ones, if the caller has them already.
    """
    noted = queries.of(person_id, day_of(at))
    if not noted:
        return []
    if balances is None:
        balances = ledger.usable_balances(f"person:{person_id}", day_of(at))
    left = {b.expires_on: b.points for b in balances if b.purpose == "available"}
    latest = {notice.expires_on: notice for notice in reversed(noted)}
    return [
        Expiring(day, left[day], notice.stage, notice.at)
        for day, notice in sorted(latest.items())
        if left.get(day)
    ]
