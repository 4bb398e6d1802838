"""The SQL of balances that nobody keeps: the nearest snapshot, and the entries after it.

Of a person's account these are not: it carries its balance.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Row, Select, func, select, text, true
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.ledger.models import Account, Entry, Transaction
from incentive.ledger.snapshot_models import AccountDay, AccountSnapshot

_LAST: Final = (1 << 63) - 1


def take(every: int, step: int) -> tuple[int, bool]:
    """Add a snapshot for about `every` further entries of an account; return how many, and if more.

    Of `step` transactions at most: with more to do, the next one goes on where this one ended.
    """
    asked = text("SELECT taken, more FROM ledger_snapshot(:every, :step)")
    taken, more = session().execute(asked, {"every": every, "step": step}).one()
    return int(taken), bool(more)


def sums(owner: str, purpose: str, asset: str, until: date | None = None) -> Row[*tuple[Any, ...]]:
    """Return how many `entries` there are on the owner's accounts, their `balance`, and `credited`.

    That is the sum of those above 0. With `until`, of entries that belong to it or to a day before.
    """
    found = _now() if until is None else _by_day(until)
    mine = found.statement(found.entries, found.balance, found.credited).where(
        Account.owner == owner, Account.purpose == purpose, Account.asset == asset
    )
    total = [func.coalesce(func.sum(one), 0).label(one.name) for one in mine.subquery().c]
    return session().execute(select(*total)).one()


def booked(owner: str, asset: str, at: datetime) -> Select[*tuple[Any, ...]]:
    """Return (purpose, expires_on, points) of the owner's accounts by what was booked up to `at`."""
    base = _snapshot(
        AccountSnapshot.booked_until <= at,
        order=(AccountSnapshot.booked_until.desc(), AccountSnapshot.position.desc()),
    )
    # What comes after the next one was booked after `at`.
    later = AccountSnapshot.position > func.coalesce(base.c.position, 0)
    bound = _snapshot(later, order=(AccountSnapshot.position,))
    rest = _rest(base, func.coalesce(bound.c.position, _LAST), _of(Transaction.posted_at) <= at)
    return _standing(owner, asset, _Found(base, (base, bound, rest), rest))


def effective(owner: str, asset: str, day: date) -> Select[*tuple[Any, ...]]:
    """Return the same by what belongs to `day` or to one before."""
    return _standing(owner, asset, _by_day(day))


def running_total(owner: str, purpose: str, asset: str) -> ColumnElement[int]:
    """Return the sum of all entries on the accounts up to and with that of the enclosing `Entry`."""
    account, before = aliased(Account), aliased(Entry)
    base = (
        select(AccountSnapshot.position, AccountSnapshot.balance)
        .where(
            AccountSnapshot.account_id == account.id,
            AccountSnapshot.position < Entry.transaction_id,
        )
        .correlate(account, Entry)
        .order_by(AccountSnapshot.position.desc())
        .limit(1)
        .lateral()
    )
    rest = (
        select(func.sum(before.amount).label("balance"))
        .where(
            before.account_id == account.id,
            before.transaction_id > func.coalesce(base.c.position, 0),
            before.transaction_id <= Entry.transaction_id,
            (before.transaction_id < Entry.transaction_id) | (before.line <= Entry.line),
        )
        .correlate(account, base, Entry)
        .lateral()
    )
    total = func.sum(func.coalesce(base.c.balance, 0) + func.coalesce(rest.c.balance, 0))
    return (
        select(total)
        .select_from(account)
        .outerjoin(base, true())
        .outerjoin(rest, true())
        .where(account.owner == owner, account.purpose == purpose, account.asset == asset)
        .correlate(Entry)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class Span:
    """The transactions after the id `after`, when the account stood at `balance`, up to `upto`."""

    after: int = 0
    balance: int = 0
    upto: int = _LAST


def span(account_id: int, first: date | None, last: date | None) -> Span:
    """Return between which transactions an account's entries of the days `first` to `last` lie.

    Others lie there, too: those of other days that were booked meanwhile.
    """
    mine = AccountSnapshot.account_id == account_id
    kept = session().scalar(select(func.max(AccountSnapshot.position)).where(mine))
    if kept is None or (first is None and last is None):
        return Span()
    upto, after, balance = _LAST, 0, 0
    if last is not None:
        upto = _last_booked(account_id, kept, first, last)
    if first is not None:
        # Sums by day are kept of several snapshots at once: those with the first of them, and before.
        of_days = AccountDay.account_id == account_id
        with_first = select(func.min(AccountDay.position)).where(of_days, AccountDay.day >= first)
        begun = session().scalar(with_first) or kept + 1
        before = select(func.max(AccountDay.position)).where(of_days, AccountDay.position < begun)
        after = session().scalar(before) or 0
        balances = select(AccountSnapshot.balance).where(mine, AccountSnapshot.position == after)
        balance = session().scalar(balances) or 0
    return Span(after, balance, upto)


def _last_booked(account_id: int, kept: int, first: date | None, last: date) -> int:
    """Return after which transaction no entry of these days was booked."""
    # What came to a day, or to one before it, wrote a new row for the day.
    dated = select(AccountDay.position).where(
        AccountDay.account_id == account_id, AccountDay.day <= last
    )
    newest = dated.order_by(AccountDay.day.desc(), AccountDay.position.desc()).limit(1)
    of_day = _of(Transaction.effective_on)
    late = select(func.max(Entry.transaction_id)).where(
        Entry.account_id == account_id,
        Entry.transaction_id > kept,
        Entry.transaction_id <= _LAST,
        of_day <= last,
        of_day >= (first or date.min),
    )
    return int(session().scalar(late) or session().scalar(newest) or 0)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was kept of an account and what is to be added, `joined` to it in this order."""

    base: FromClause
    joined: tuple[FromClause, ...]
    rest: FromClause

    def statement(self, *columns: Any) -> Select[*tuple[Any, ...]]:
        statement = select(*columns).select_from(Account)
        for each in self.joined:
            statement = statement.outerjoin(each, true())
        return statement

    @property
    def entries(self) -> ColumnElement[Any]:
        return self._sum("entries")

    @property
    def balance(self) -> ColumnElement[Any]:
        return self._sum("balance")

    @property
    def credited(self) -> ColumnElement[Any]:
        return self._sum("credited")

    def _sum(self, name: str) -> ColumnElement[Any]:
        kept, added = self.base.c[name], self.rest.c[name]
        return (func.coalesce(kept, 0) + func.coalesce(added, 0)).label(name)


def _now() -> _Found:
    latest = _snapshot(order=(AccountSnapshot.position.desc(),))
    rest = _rest(latest, _LAST)
    return _Found(latest, (latest, rest), rest)


def _by_day(day: date) -> _Found:
    latest = _snapshot(order=(AccountSnapshot.position.desc(),))
    base = (
        select(AccountDay)
        .where(AccountDay.account_id == Account.id, AccountDay.day <= day)
        .order_by(AccountDay.day.desc(), AccountDay.position.desc())
        .limit(1)
        .lateral()
    )
    rest = _rest(latest, _LAST, _of(Transaction.effective_on) <= day)
    return _Found(base, (latest, base, rest), rest)


def _standing(owner: str, asset: str, found: _Found) -> Select[*tuple[Any, ...]]:
    points = found.balance
    return found.statement(Account.purpose, Account.expires_on, points.label("points")).where(
        Account.owner == owner, Account.asset == asset, ~Account.limited, points != 0
    )


def _snapshot(*conditions: ColumnElement[bool], order: tuple[Any, ...]) -> FromClause:
    return (
        select(AccountSnapshot)
        .where(AccountSnapshot.account_id == Account.id, *conditions)
        .order_by(*order)
        .limit(1)
        .lateral()
    )


def _rest(after: FromClause, last: Any, *conditions: ColumnElement[bool]) -> FromClause:
    """Return the sums of the account's entries after the snapshot `after`, up to the id `last`.

    With both ends the planner expects few, even of an account that has half of all entries.
    """
    return (
        select(
            func.count().label("entries"),
            func.sum(Entry.amount).label("balance"),
            func.sum(Entry.amount).filter(Entry.amount > 0).label("credited"),
        )
        .where(
            Entry.account_id == Account.id,
            Entry.transaction_id > func.coalesce(after.c.position, 0),
            Entry.transaction_id <= last,
            *conditions,
        )
        .lateral()
    )


def _of(column: Any) -> ColumnElement[Any]:
    """Return the column of an entry's transaction.

    Asked for each entry: in a join the planner may begin with all transactions of that time.
    """
    return select(column).where(Transaction.id == Entry.transaction_id).scalar_subquery()
