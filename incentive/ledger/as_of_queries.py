"""The SQL of balances and statements as of a moment."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, Select, func, select, text

from incentive.core.db import session
from incentive.ledger import snapshot_queries
from incentive.ledger.models import Account, Entry, Transaction

PURPOSES: Final = ("available", "held", "issuance", "income", "breakage", "clearing")
# Those that hold a transaction id may have booked something that nobody else sees yet. Sessions
# of the application's own role show theirs to each other, and nobody else books.
_STILL_BOOKING: Final = text(
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
    " AND backend_xid IS NOT NULL AND xact_start <= :at AND pid <> pg_backend_pid())"
)


def still_booking(at: datetime) -> bool:
    """Say whether a transaction that began before `at` may still be going on."""
    return bool(session().scalar(_STILL_BOOKING, {"at": at}))


def booked_balances(owner: str, asset: str, at: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (purpose, expires_on, points) of the owner's accounts at `at`, the earliest first.

    A person's come from the running balances, one search per account; of others, whose entries
    carry none, from the latest snapshot before `at` and the entries after that.
    """
    version = func.ledger_version_at(Account.id, Account.version, at)
    running = (
        select(Account.purpose, Account.expires_on, Entry.balance.label("points"))
        .join(Entry, (Entry.account_id == Account.id) & (Entry.version == version))
        .where(Account.owner == owner, Account.asset == asset, Account.limited, Entry.balance > 0)
    )
    found = running.union_all(snapshot_queries.booked(owner, asset, at)).subquery()
    return session().execute(select(found).order_by(found.c.expires_on, found.c.purpose)).all()


def effective_balances(owner: str, asset: str, day: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (purpose, expires_on, points) of all that took effect by the end of `day`."""
    points = func.sum(Entry.amount)
    persons = (
        select(Account.purpose, Account.expires_on, points.label("points"))
        .join(Entry, Entry.account_id == Account.id)
        .join(Transaction, Transaction.id == Entry.transaction_id)
        .where(Account.owner == owner, Account.asset == asset, Account.limited)
        .where(Transaction.effective_on <= day)
        .group_by(Account.id)
        .having(points != 0)
    )
    found = persons.union_all(snapshot_queries.effective(owner, asset, day)).subquery()
    return session().execute(select(found).order_by(found.c.expires_on, found.c.purpose)).all()


def lines(owner: str, asset: str) -> Select[*tuple[Any, ...]]:
    """Return one row per transaction on the owner's accounts: what it moved, by purpose."""
    return (
        select(
            Transaction.id,
            Transaction.kind,
            Transaction.source,
            Transaction.reason,
            Transaction.effective_on,
            Transaction.posted_at,
            *(
                func.sum(Entry.amount).filter(Account.purpose == purpose).label(purpose)
                for purpose in PURPOSES
            ),
        )
        .join(Entry, Entry.transaction_id == Transaction.id)
        .join(Account, Account.id == Entry.account_id)
        .where(Account.owner == owner, Account.asset == asset)
        .group_by(Transaction.id)
    )
