"""Statements of any account between two days, with what stood on it before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from incentive.core.paging import Page
from incentive.core.zone import day_of
from incentive.ledger import as_of
from incentive.ledger.as_of import Basis, Standing
from incentive.ledger.as_of_queries import PURPOSES
from incentive.settlement import awards
from incentive.settlement.awards import Reason
from incentive.settlement.errors import StatementBackwards


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of an owner's transactions, newest first, between two local days.

    `opening` and `closing` are points by purpose at the end of the day before `first` and at the
    end of `last`; with every line between them they agree. `final` says that nothing of it
    will change any more.
    """

    first: date | None
    last: date
    basis: Basis
    opening: dict[str, int]
    closing: dict[str, int]
    final: bool
    items: Sequence[dict[str, Any]]
    next_cursor: str | None


def standing(owner: str, day: date | None, basis: Basis, now: datetime) -> Standing:
    """Return what the owner had at the end of `day`, or has now with None."""
    return as_of.on_day(owner, day or day_of(now), basis, now)


def statement(
    owner: str,
    language: str,
    *,
    now: datetime,
    first: date | None = None,
    last: date | None = None,
    basis: Basis = "booked",
    cursor: str | None = None,
    limit: int,
) -> Statement:
    """Return the owner's transactions from `first` (or the very first) to `last` (or today).

    Awards are explained in the words of `language`.

    Raises:
        StatementBackwards: `first` lies after `last`.
    """
    last = last or day_of(now)
    if first is not None and first > last:
        raise StatementBackwards
    before = as_of.on_day(owner, first - timedelta(days=1), basis, now) if first else None
    after = as_of.on_day(owner, last, basis, now)
    page = lines(owner, language, first=first, last=last, basis=basis, cursor=cursor, limit=limit)
    opening = _by_purpose(before) if before else {}
    return Statement(
        first, last, basis, opening, _by_purpose(after), after.final, page.items, page.next_cursor
    )


def lines(owner: str, language: str, *, limit: int, **which: Any) -> Page:
    """Return a page of the owner's transactions alone, as `ledger.as_of.lines` does, in words."""
    found = as_of.lines(owner, limit=limit, **which)
    reasons = awards.reasons([row.id for row in found.items], language)
    items = [_line(row, reasons.get(row.id)) for row in found.items]
    return Page(items, found.next_cursor)


def _line(row: Any, reason: Reason | None) -> dict[str, Any]:
    moved = {
        purpose: int(points)
        for purpose in PURPOSES
        if (points := getattr(row, purpose)) is not None
    }
    return {
        "id": row.id,
        "kind": row.kind,
        "available": moved.get("available", 0),
        "held": moved.get("held", 0),
        "moved": moved,
        "effective_on": row.effective_on,
        "posted_at": row.posted_at,
        "source": row.source,
        "reason": row.reason,
        "explanation": reason.sentences if reason else [],
        "record_id": reason and reason.record_id,
        "rules_from": reason and reason.rules_from,
    }


def _by_purpose(standing: Standing) -> dict[str, int]:
    sums: dict[str, int] = {}
    for balance in standing.balances:
        sums[balance.purpose] = sums.get(balance.purpose, 0) + balance.points
    return sums
