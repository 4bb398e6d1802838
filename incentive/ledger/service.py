"""Moving points: postings, holds and what becomes of them, expiry, balances.

Everything runs in the caller's transaction and is idempotent by key.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from psycopg import errors as postgres
from sqlalchemy.exc import DBAPIError

from incentive.ledger import queries, snapshot_queries
from incentive.ledger.domain import (
    POINTS,
    Balance,
    Issues,
    Kind,
    Line,
    Posted,
    Posting,
    Purse,
    opposite,
    transfer,
)
from incentive.ledger.errors import (
    AlreadyClosed,
    InsufficientPoints,
    KeyConflict,
    Unbalanced,
    UnknownTransaction,
)
from incentive.ledger.models import Transaction


def post(postings: Sequence[Posting]) -> list[Posted]:
    """Post every one or none; return them in order.

    Raises:
        InsufficientPoints: a person's account would go below zero.
        KeyConflict: a key was used for another request.
        AlreadyClosed: one `closes` what was closed before.
        Unbalanced: lines that do not sum to zero, or a key that comes twice.
    """
    if not postings:
        return []
    with _refusals():
        rows = queries.post(postings)
    fresh = {row.key for row in rows if row.outcome == "posted"}
    ids = {row.key: row.transaction_id for row in rows}
    return [Posted(p.key, ids[p.key], p.key in fresh) for p in postings]


def issue(issues: Issues, actor: str) -> list[int]:
    """Post the awards, every one or none; return the ids of their transactions, in order.

    What `post` would make of each `Issue.posting(actor)`, in a fraction of the time.

    Raises:
        KeyConflict: a key was used for another request.
        Unbalanced: one is of less than 1 point, or a key comes twice.
    """
    if not issues.key:
        return []
    with _refusals():
        return queries.issue(issues, actor)


def open_issuances(owners: Sequence[str]) -> None:
    """Open the accounts that `issue` takes points from, if they are not open.

    It would do so itself. Whoever else needs the same account waits for who opens it, to the end of
    that transaction; so they may be opened in a short one, before.
    """
    queries.open_issuances(owners)


def hold(
    *, key: str, owner: str, amount: int, source: str, actor: str, today: date, asset: str = POINTS
) -> Posted:
    """Reserve `amount` (≥ 1) of the owner's available points, earliest expiry first.

    Raises:
        InsufficientPoints: the owner has fewer that are still valid on `today`.
    """
    wanted = Line(Purse(owner, "available", asset=asset), -amount)
    posting = Posting(key, "hold", source, actor, today, (wanted,))
    with _refusals(needed=amount):
        row = queries.hold(posting, owner, asset, amount)[0]
    return Posted(row.key, row.transaction_id, row.outcome == "posted")


def move(
    *,
    key: str,
    kind: Kind,
    owner: str,
    amount: int,
    to: Purse,
    source: str,
    actor: str,
    today: date,
    effective_on: date | None = None,
    reason: str = "",
) -> Posted:
    """Move `amount` (≥ 1) of the owner's available points to `to`, earliest expiry first.

    In a person's purse they keep their expiry, whatever `to` says of it.

    Raises:
        InsufficientPoints: the owner has fewer that are still valid on `today`.
        Unbalanced: it would go to the owner again.
    """
    lines = transfer(Purse(owner, "available", asset=to.asset), to, amount)
    posting = Posting(key, kind, source, actor, effective_on or today, lines, reason)
    with _refusals(needed=amount):
        row = queries.move(posting, today)
    return Posted(row.key, row.transaction_id, row.outcome == "posted")


def release(*, key: str, hold_key: str, actor: str, today: date, reason: str = "") -> Posted:
    """Give a hold's points back to where they came from, with their old expiry.

    Raises:
        AlreadyClosed: the hold was released or spent before.
    """
    held = _transaction(hold_key)
    lines = opposite(queries.lines_of(held.id))
    return _close(key, "release", held, actor, today, lines, reason)


def spend(*, key: str, hold_key: str, to: Purse, actor: str, today: date) -> Posted:
    """Move a hold's points to `to`, the purse of who gave the goods.

    Raises:
        AlreadyClosed: the hold was released or spent before.
    """
    held = _transaction(hold_key)
    taken = [line for line in queries.lines_of(held.id) if line.purse.purpose == "held"]
    lines = (*opposite(tuple(taken)), Line(to, sum(line.amount for line in taken)))
    return _close(key, "redemption", held, actor, today, lines)


def refund(*, key: str, spend_key: str, actor: str, today: date, reason: str) -> Posted:
    """Give spent points back with their old expiry; both transactions stay in the books.

    Raises:
        AlreadyClosed: they were given back before.
    """
    spent = _transaction(spend_key)
    lines = tuple(
        Line(_available(line.purse), -line.amount)
        if line.purse.purpose == "held"
        else Line(line.purse, -line.amount)
        for line in queries.lines_of(spent.id)
    )
    return _close(key, "refund", spent, actor, today, lines, reason)


def reverse(*, key: str, reversed_key: str, actor: str, today: date, reason: str) -> Posted:
    """Undo a transaction in the open: its opposite, with the reason.

    Raises:
        InsufficientPoints: what it gave was spent since.
        AlreadyClosed: it was reversed before.
    """
    wrong = _transaction(reversed_key)
    lines = opposite(queries.lines_of(wrong.id))
    return _close(key, "reversal", wrong, actor, today, lines, reason)


def expire(today: date, actor: str, limit: int = 500) -> int:
    """Move up to `limit` balances that lapsed before `today` to breakage; return how many.

    Raises:
        Unbalanced: `today` is still to come.
    """
    with _refusals():
        return queries.expire(today, actor, limit)


def balances(owner: str, asset: str = POINTS) -> list[Balance]:
    """Return what the owner's accounts hold, by expiry, the earliest first, lapsed ones too."""
    return [
        Balance(account.purpose, account.expires_on, account.balance)
        for account in queries.balances(owner, asset)
    ]


def usable_balances(owner: str, today: date, asset: str = POINTS) -> list[Balance]:
    """Return what the owner can spend on `today` or has on hold, the earliest to expire first."""
    return [
        balance
        for balance in balances(owner, asset)
        if balance.purpose == "held" or balance.expires_on >= today
    ]


def total(owner: str, purpose: str, asset: str = POINTS) -> int:
    """Return the balance of an account that is not a person's: the sum of its entries."""
    return int(snapshot_queries.sums(owner, purpose, asset).balance)


def _available(purse: Purse) -> Purse:
    return Purse(purse.owner, "available", purse.expires_on, purse.asset)


def _transaction(key: str) -> Transaction:
    found = queries.transaction_by_key(key)
    if found is None:
        raise UnknownTransaction
    return found


def _close(
    key: str,
    kind: Kind,
    closed: Transaction,
    actor: str,
    today: date,
    lines: tuple[Line, ...],
    reason: str = "",
) -> Posted:
    posting = Posting(key, kind, closed.source, actor, today, lines, reason, closed.id)
    return post([posting])[0]


@contextmanager
def _refusals(needed: int | None = None) -> Iterator[None]:
    """Turn the SQL functions' refusals into the ledger's errors."""
    try:
        yield
    except DBAPIError as error:
        cause = error.orig
        if not isinstance(cause, postgres.Error):
            raise
        match cause.sqlstate, cause.diag.constraint_name:
            case "LG001", _:
                held = int(cause.diag.message_detail or 0)
                raise InsufficientPoints(needed, held) from None
            case "LG002", _:
                raise KeyConflict from None
            case "LG003", _:
                raise Unbalanced(cause.diag.message_primary or "") from None
            case _, "ck_entries_not_below_zero" | "ck_accounts_not_below_zero":
                raise InsufficientPoints from None
            case _, "uq_transactions_closes":
                raise AlreadyClosed from None
            case _:
                raise
