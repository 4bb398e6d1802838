"""What happened on an account, entry by entry, and what holds are made of.

For packages that show a ledger of their own, or that close many holds at once.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select

from incentive.core.db import session
from incentive.ledger.domain import POINTS, Booked, Line, Purse
from incentive.ledger.models import Account, Entry, Transaction


def account_entries(owner: str, purpose: str, asset: str = POINTS) -> Select[*tuple[Any, ...]]:
    """Return one row per entry on the owner's accounts of that purpose, in no order.

    `transaction_id` and `line` tell any two apart and run in the order of booking;
    `running_total` is the sum of all entries up to and with this one. It is right only over
    the whole account: filter outside, on this as a subquery.
    """
    booked = [Entry.transaction_id, Entry.line]
    return (
        select(
            Entry.transaction_id,
            Entry.line,
            Entry.amount,
            func.sum(Entry.amount).over(order_by=booked).label("running_total"),
            Transaction.key,
            Transaction.kind,
            Transaction.source,
            Transaction.reason,
            Transaction.actor,
            Transaction.effective_on,
            Transaction.posted_at,
        )
        .join(Account, Account.id == Entry.account_id)
        .join(Transaction, Transaction.id == Entry.transaction_id)
        .where(Account.owner == owner, Account.purpose == purpose, Account.asset == asset)
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


def closed_by(transaction_id: int) -> int | None:
    """Return the id of the transaction that closes this one."""
    return session().scalar(select(Transaction.id).where(Transaction.closes == transaction_id))
