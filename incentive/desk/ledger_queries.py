"""The ledger browser's SQL: pages, sums and rows of a selection.

Few matching entries are looked up first and their transactions fetched by id; many are met by
walking the transactions in their order, where the next match is never far. Which of the two it is
shows after `FEW` entries; the planner, who takes all days and owners for alike, would guess.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, cast, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.core.ids import id_of
from incentive.core.paging import Page, page
from incentive.desk.ledger_filter import Selection
from incentive.desk.reach import Reach, owner_within
from incentive.ledger.models import Account, Entry, Transaction
from incentive.merchants.models import Merchant, Sponsor
from incentive.people.models import Person
from incentive.regions.models import Region
from incentive.stations.models import Station

FEW: Final = 20_000
# How many rows an export holds in memory at a time.
CHUNK: Final = 1000
_IN: Final = func.coalesce(func.sum(Entry.amount).filter(Entry.amount > 0), 0)
_OUT: Final = func.coalesce(-func.sum(Entry.amount).filter(Entry.amount < 0), 0)


def few(found: Selection) -> list[int] | None:
    """Return the ids of the transactions of the entries that count, or None if they are many."""
    statement = (
        select(Entry.transaction_id)
        .join(Account, Account.id == Entry.account_id)
        .where(*found.entries)
        .limit(FEW + 1)
    )
    ids = list(session().scalars(statement)) if found.entries else None
    return None if ids is None or len(ids) > FEW else sorted(set(ids))


def listed(found: Selection, ids: list[int] | None, *, cursor: str | None, limit: int) -> Page:
    """Return a page of transactions, the latest first."""
    rows = select(Transaction).where(*found.transactions, *having_entries(found, ids))
    return page(rows, [found.key], cursor=cursor, limit=limit, newest_first=True)


def sums_of(found: Selection, ids: Sequence[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (transaction_id, asset, points_in, points_out) of the entries that count."""
    statement = (
        select(
            Entry.transaction_id, Account.asset, _IN.label("amount_in"), _OUT.label("amount_out")
        )
        .join(Account, Account.id == Entry.account_id)
        .where(Entry.transaction_id.in_(ids), *found.entries)
        .group_by(Entry.transaction_id, Account.asset)
        .order_by(Entry.transaction_id, Account.asset)
    )
    return session().execute(statement).all()


def totals(found: Selection, ids: list[int] | None) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (kind, asset, transactions, amount_in, amount_out) of the whole selection."""
    # First by transaction, then by kind: distinct transactions would have to be sorted to be counted.
    each = (
        select(
            Transaction.kind,
            Account.asset,
            _IN.label("amount_in"),
            _OUT.label("amount_out"),
        )
        .join(Entry, Entry.transaction_id == Transaction.id)
        .join(Account, Account.id == Entry.account_id)
        .where(*found.transactions, *found.entries, *_among(ids))
        .group_by(Transaction.id, Account.asset)
        .subquery()
    )
    statement = (
        select(
            each.c.kind,
            each.c.asset,
            func.count().label("transactions"),
            func.sum(each.c.amount_in).label("amount_in"),
            func.sum(each.c.amount_out).label("amount_out"),
        )
        .group_by(each.c.kind, each.c.asset)
        .order_by(each.c.asset.desc(), each.c.kind)
    )
    return session().execute(statement).all()


def is_within(found: Selection, transaction_id: int) -> bool:
    """Say whether a transaction belongs to the selection."""
    statement = select(Transaction.id).where(
        Transaction.id == transaction_id, *found.transactions, *having_entries(found, None)
    )
    return session().scalar(statement) is not None


def stream(found: Selection, ids: list[int] | None) -> Iterable[Row[*tuple[Any, ...]]]:
    """Return the entries that count, as booked, read from the server a chunk at a time."""
    statement = (
        entries()
        .where(*found.transactions, *found.entries, *_among(ids))
        .order_by(Entry.transaction_id, Entry.line)
    )
    return session().execute(statement, execution_options={"yield_per": CHUNK})


def entries_of(transaction_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return a transaction's entries, in their order."""
    statement = entries().where(Entry.transaction_id == transaction_id).order_by(Entry.line)
    return session().execute(statement).all()


def others_purses(transaction_id: int, reach: Reach) -> set[int]:
    """Return the ids of the accounts that a transaction moved of persons out of reach."""
    if reach.whole:
        return set()
    moved = (
        select(Account.id)
        .join(Entry, Entry.account_id == Account.id)
        .where(
            Entry.transaction_id == transaction_id,
            Account.owner.startswith("person:"),
            ~owner_within(reach, Account.owner),
        )
    )
    return set(session().scalars(moved))


def entries() -> Select[*tuple[Any, ...]]:
    """Return entries with their transaction, their account and whose it is, in words."""
    actor = aliased(Person)
    whose = func.coalesce(
        Person.volunteer_number,
        Station.name,
        Region.name,
        Merchant.name,
        Sponsor.name,
        Account.owner,
    )
    return (
        select(
            Transaction.id.label("transaction_id"),
            Transaction.effective_on,
            Transaction.posted_at,
            Transaction.kind,
            Transaction.source,
            Transaction.reason,
            func.coalesce(actor.volunteer_number, Transaction.actor).label("actor"),
            Entry.line,
            Entry.amount,
            Entry.balance,
            Account.id.label("account_id"),
            Account.owner,
            Account.asset,
            Account.purpose,
            Account.expires_on,
            whose.label("whose"),
        )
        .join(Entry, Entry.transaction_id == Transaction.id)
        .join(Account, Account.id == Entry.account_id)
        .outerjoin(Person, Person.id == id_of(Account.owner, "person"))
        .outerjoin(Station, Station.id == id_of(Account.owner, "station"))
        .outerjoin(Region, Region.id == id_of(Account.owner, "region"))
        .outerjoin(Merchant, Merchant.id == id_of(Account.owner, "merchant"))
        .outerjoin(Sponsor, Sponsor.id == id_of(Account.owner, "sponsor"))
        .outerjoin(actor, actor.id == id_of(Transaction.actor, "person"))
    )


def having_entries(found: Selection, ids: list[int] | None) -> list[ColumnElement[bool]]:
    """Has an entry that counts, or is one of `ids`, if those are known."""
    if ids is not None:
        return _among(ids)
    if not found.entries:
        return []
    counting = select(Entry.line).join(Account, Account.id == Entry.account_id)
    # Looked up entry by entry: of many that match, a page's worth is met soon.
    conditions = (Entry.transaction_id == Transaction.id, *found.each_entry)
    return [exists(counting.where(*conditions))]


def _among(ids: list[int] | None) -> list[ColumnElement[bool]]:
    # One array, whatever it holds: thousands of parameters would be as many to plan.
    return (
        [] if ids is None else [Transaction.id == func.any(cast(ids, ARRAY(Transaction.id.type)))]
    )
