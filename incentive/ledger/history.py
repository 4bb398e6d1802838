"""What happened on an account, entry by entry, and what holds are made of.

For packages that show a ledger of their own, or that close many holds at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from incentive.core.db import session
from incentive.ledger import snapshot_queries
from incentive.ledger.domain import POINTS, Booked, Line, Purse
from incentive.ledger.models import Account, Entry, Transaction
from incentive.ledger.snapshot_queries import Span

# How many characters come before the id in an award's source, `service_record:<id>`.
_BEFORE_ID: Final = len("service_record:")


@dataclass(frozen=True, slots=True)
class Sums:
    """How many entries there are, and what they brought and took, both 0 or more."""

    entries: int
    points_in: int
    points_out: int


@dataclass(frozen=True, slots=True)
class Days:
    """Local days, both within; None: from the first one on, or to the last one."""

    first: date | None = None
    last: date | None = None


ALL: Final = Days()


def account_entries(
    owner: str, purpose: str, asset: str = POINTS, *, days: Days = ALL
) -> Select[*tuple[Any, ...]]:
    """Return one row per entry on the owner's accounts of that purpose, in no order.

    With `days` those that belong to other days may lack, so that a reader of a few meets few.

    `transaction_id` and `line` tell any two apart and run in the order of booking;
    `running_total` is the sum of all entries up to and with this one, whatever is filtered. Each
    costs a short look at what was booked before it: for pages.
    """
    accounts = _accounts(owner, purpose, asset)
    total = snapshot_queries.running_total(owner, purpose, asset)
    return _entries(accounts, _span(accounts, days), total)


def account_stretch(
    owner: str, purpose: str, asset: str = POINTS, *, days: Days = ALL
) -> Select[*tuple[Any, ...]]:
    """Return the same by going once through all that lies between: for files of very many rows.

    `running_total` is right only if nothing is filtered but outside, on this as a subquery.
    """
    accounts = _accounts(owner, purpose, asset)
    span = _span(accounts, days)
    order = [Entry.transaction_id, Entry.line]
    total = func.sum(Entry.amount).over(order_by=order) + span.balance
    return _entries(accounts, span, total)


def sums(
    owner: str,
    purpose: str,
    asset: str = POINTS,
    *,
    first: date | None = None,
    last: date | None = None,
) -> Sums:
    """Return the sums of the entries that belong to the days `first` to `last`, or to any."""
    until = snapshot_queries.sums(owner, purpose, asset, last)
    entries, credited, balance = until.entries, until.credited, until.balance
    if first is not None and first > date.min:
        before = snapshot_queries.sums(owner, purpose, asset, first - timedelta(days=1))
        entries, credited = entries - before.entries, credited - before.credited
        balance -= before.balance
    return Sums(int(entries), int(credited), int(credited - balance))


def _accounts(owner: str, purpose: str, asset: str) -> Sequence[int]:
    which = select(Account.id).where(
        Account.owner == owner, Account.purpose == purpose, Account.asset == asset
    )
    return session().scalars(which).all()


def _span(accounts: Sequence[int], days: Days) -> Span:
    return (
        snapshot_queries.span(accounts[0], days.first, days.last) if len(accounts) == 1 else Span()
    )


def _entries(
    accounts: Sequence[int], span: Span, running_total: ColumnElement[Any]
) -> Select[*tuple[Any, ...]]:
    # Looked up first: of one account the entries lie in their order, and a page reads no more.
    mine = Entry.account_id == accounts[0] if len(accounts) == 1 else Entry.account_id.in_(accounts)
    return (
        select(
            Entry.transaction_id,
            Entry.line,
            Entry.amount,
            running_total.label("running_total"),
            Transaction.key,
            Transaction.kind,
            Transaction.source,
            Transaction.reason,
            Transaction.actor,
            Transaction.effective_on,
            Transaction.posted_at,
        )
        .join(Transaction, Transaction.id == Entry.transaction_id)
        .where(
            mine,
            # Said of both, so that neither is read from its beginning to find the other.
            *(one > span.after for one in (Entry.transaction_id, Transaction.id)),
            *(one <= span.upto for one in (Entry.transaction_id, Transaction.id)),
        )
    )


def lines_by_key(keys: Sequence[str]) -> dict[str, tuple[int, tuple[Line, ...]]]:
    """Return the id and the lines, in their order, of the transactions posted under `keys`."""
    rows = session().execute(
        select(Transaction.key, Transaction.id, Account, Entry.amount)
        .join(Entry, Entry.transaction_id == Transaction.id)
        .join(Account, Account.id == Entry.account_id)
        .where(Transaction.key.in_(keys))
        .order_by(Transaction.id, Entry.line)
    )
    found: dict[str, tuple[int, tuple[Line, ...]]] = {}
    for key, transaction_id, account, amount in rows:
        purse = Purse(account.owner, account.purpose, account.expires_on, account.asset)
        known = found.get(key, (transaction_id, ()))[1]
        found[key] = (transaction_id, (*known, Line(purse, amount)))
    return found


def booked(transaction_id: int) -> Booked | None:
    """Return a transaction with its lines."""
    rows = session().execute(
        select(Transaction, Account, Entry.amount)
        .join(Entry, Entry.transaction_id == Transaction.id)
        .join(Account, Account.id == Entry.account_id)
        .where(Transaction.id == transaction_id)
        .order_by(Entry.line)
    )
    found = rows.all()
    if not found:
        return None
    of: Transaction = found[0][0]
    lines = tuple(
        Line(Purse(account.owner, account.purpose, account.expires_on, account.asset), amount)
        for _, account, amount in found
    )
    return Booked(of.id, of.key, of.kind, of.source, of.actor, of.effective_on, of.posted_at, lines)


def ids_of_sources(sources: Sequence[str]) -> Sequence[int]:
    """Return the ids of the transactions of these sources, awards left out (`of_source`)."""
    # One array, whatever it holds: thousands of parameters would be as many to plan.
    found = select(Transaction.id).where(
        Transaction.source == func.any(cast(sources, ARRAY(Text))),
        Transaction.kind != literal_column("'award'"),
    )
    return session().scalars(found).all()


def closed_by(transaction_id: int) -> int | None:
    """Return the id of the transaction that closes this one."""
    return session().scalar(select(Transaction.id).where(Transaction.closes == transaction_id))


def of_source(source: str) -> ColumnElement[bool]:
    """Return the condition that a transaction is of `source`, so that an index finds it.

    An award, whose key tells its source, is not in that of the sources (`NOT_BY_KEY`).
    """
    told = literal_column("'award:'", Text) + func.substr(
        Transaction.source, literal_column(str(_BEFORE_ID + 1))
    )
    listed = or_(Transaction.kind != literal_column("'award'"), Transaction.key != told)
    given = Transaction.source == source
    by_key = Transaction.key == f"award:{source[_BEFORE_ID:]}"
    # Written twice like this, as two ways to go; what both had in common would be taken out.
    return and_(given, or_(and_(given, listed), by_key))
