"""Points over time: issued, spent, expired, and what people hold, by day, week or month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Date, Row, cast, func, select

from incentive.core.db import session
from incentive.desk.errors import DaysBackwards, TooManyPeriods
from incentive.desk.ledger_filter import PURSES
from incentive.desk.reach import Reach, owners_within, reach_of
from incentive.ledger.domain import POINTS
from incentive.ledger.models import Account, Entry, Transaction
from incentive.people.caller import Caller

Unit = Literal["day", "week", "month"]
PERIODS_MAX: Final = 62
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days (both within) and its points; `outstanding` is what people held at its end."""

    first_day: date
    last_day: date
    issued: int
    spent: int
    expired: int
    outstanding: int


def series(
    caller: Caller, unit: Unit, first_day: date | None, last_day: date | None, today: date
) -> list[Period]:
    """Return the periods that have a day from `first_day` to `last_day`, the earliest first.

    Without days they are as many as make a good picture, up to `today`.

    Raises:
        OutOfScope, DaysBackwards, TooManyPeriods: nothing is shown.
    """
    reach = reach_of(caller)
    last = last_day or today
    first = begin_of(unit, first_day or _usual(unit, last))
    if first > last:
        raise DaysBackwards
    begins = list(_begins(unit, first, last))
    if len(begins) > PERIODS_MAX:
        raise TooManyPeriods(len(begins), PERIODS_MAX)
    moved = {row.begin: row for row in _moved(reach, unit, first)}
    held = _held_now(reach) - sum(int(row.change) for begin, row in moved.items() if begin > last)
    periods = []
    for begin in reversed(begins):
        row = moved.get(begin)
        figures = (int(row.issued), int(row.spent), int(row.expired)) if row else (0, 0, 0)
        periods.append(Period(begin, _end_of(unit, begin), *figures, held))
        held -= int(row.change) if row else 0
    return periods[::-1]


def begin_of(unit: Unit, day: date) -> date:
    """Return the first day of the period that `day` lies in; weeks begin on Mondays."""
    if unit == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if unit == "week" else day


def _usual(unit: Unit, last: date) -> date:
    match unit:
        case "day":
            return last - timedelta(days=30)
        case "week":
            return last - timedelta(weeks=25)
    months = last.year * _MONTHS + last.month - _MONTHS
    return date(months // _MONTHS, months % _MONTHS + 1, 1)


def _end_of(unit: Unit, begin: date) -> date:
    return _next(unit, begin) - timedelta(days=1)


def _next(unit: Unit, begin: date) -> date:
    match unit:
        case "day":
            return begin + timedelta(days=1)
        case "week":
            return begin + timedelta(weeks=1)
    return (begin + timedelta(days=31)).replace(day=1)


def _begins(unit: Unit, first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = _next(unit, first)


def _moved(reach: Reach, unit: Unit, first: date) -> list[Row[*tuple[Any, ...]]]:
    """Return what moved in each period from `first` on, by the day that it is for."""
    begin = cast(func.date_trunc(unit, Transaction.effective_on), Date).label("begin")

    def total(*conditions: Any) -> Any:
        return func.coalesce(func.sum(Entry.amount).filter(*conditions), 0)

    lapsed = (Transaction.kind == "expiry", Account.purpose == "available")
    statement = (
        select(
            begin,
            (-total(Account.purpose == "issuance")).label("issued"),
            total(Account.purpose == "income").label("spent"),
            (-total(*lapsed)).label("expired"),
            total(Account.purpose.in_(PURSES)).label("change"),
        )
        .join(Entry, Entry.transaction_id == Transaction.id)
        .join(Account, Account.id == Entry.account_id)
        .where(Transaction.effective_on >= first, Account.asset == POINTS, *_scope(reach))
        .group_by(begin)
    )
    return list(session().execute(statement).all())


def _held_now(reach: Reach) -> int:
    held = session().scalar(
        select(func.sum(Account.balance)).where(
            Account.limited, Account.asset == POINTS, *_scope(reach)
        )
    )
    return int(held or 0)


def _scope(reach: Reach) -> list[Any]:
    return [] if reach.whole else [Account.owner.in_(owners_within(reach))]
