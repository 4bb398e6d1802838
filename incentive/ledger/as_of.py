"""What an owner had at any moment, and what moved between two days.

The books have two time axes. *Booked* is when something was entered: what anybody could have
read in the books at that moment. *Effective* is the day that it belongs to: an award for last
month's service, entered today, counts for last month. A booked answer for a moment that is over
never changes again; an effective one may, by whatever is entered late.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from incentive.core.clock import day_bounds
from incentive.core.paging import Page, page
from incentive.core.zone import timezone
from incentive.ledger import as_of_queries as queries
from incentive.ledger.domain import POINTS, Balance
from incentive.ledger.models import Transaction

Basis = Literal["booked", "effective"]
BASES: Final[tuple[Basis, ...]] = ("booked", "effective")
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an owner's accounts held at a moment, the earliest to expire first.

    `final` says that the answer will never be another: the moment is over, and whatever was
    being booked then is in it. By effective date no answer is final.
    """

    balances: tuple[Balance, ...]
    final: bool

    def total(self, purpose: str) -> int:
        """Return the points of that purpose; below 0 only for the system's accounts."""
        return sum(b.points for b in self.balances if b.purpose == purpose)


def at_instant(owner: str, at: datetime, now: datetime, asset: str = POINTS) -> Standing:
    """Return what was booked up to and with the instant `at`; `now` is the present one."""
    # Asked first: what ends between the two questions is then in the balances.
    final = at < now and not queries.still_booking(at)
    return Standing(_balances(queries.booked_balances(owner, asset, at)), final)


def on_day(owner: str, day: date, basis: Basis, now: datetime, asset: str = POINTS) -> Standing:
    """Return what the owner had at the end of the local `day`."""
    if basis == "effective":
        return Standing(_balances(queries.effective_balances(owner, asset, day)), final=False)
    return at_instant(owner, last_instant(day), now, asset)


def lines(
    owner: str,
    *,
    first: date | None = None,
    last: date | None = None,
    basis: Basis = "booked",
    cursor: str | None = None,
    limit: int,
    asset: str = POINTS,
) -> Page:
    """Return a page of the owner's transactions of the local days `first` to `last`.

    The newest first, by the axis that is asked for. Each has a column per purpose with what it
    moved there, or None.
    """
    rows = queries.lines(owner, asset)
    key: list[Any] = [Transaction.id]
    if basis == "effective":
        key = [Transaction.effective_on, Transaction.id]
        if first is not None:
            rows = rows.where(Transaction.effective_on >= first)
        if last is not None:
            rows = rows.where(Transaction.effective_on <= last)
    else:
        if first is not None:
            rows = rows.where(Transaction.posted_at > last_instant(first - timedelta(days=1)))
        if last is not None:
            rows = rows.where(Transaction.posted_at <= last_instant(last))
    return page(rows, key, cursor=cursor, limit=limit, newest_first=True, scalars=False)


def last_instant(day: date) -> datetime:
    """Return the last instant of the local `day`; the books count microseconds."""
    return day_bounds(day, timezone())[1] - _TICK


def _balances(rows: Any) -> tuple[Balance, ...]:
    return tuple(Balance(row.purpose, row.expires_on, int(row.points)) for row in rows)
