"""The ledger's SQL: its functions, and what is read from its tables."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select, text

from incentive.core.arrays import bytes_array, plain_array, repeated_array, text_array
from incentive.core.db import session
from incentive.ledger.domain import Issues, Line, Posting, Purse
from incentive.ledger.models import Account, Entry, Transaction

_POST = text(
    "SELECT * FROM ledger_post(CAST(:key AS text[]), CAST(:hash AS bytea[]),"
    " CAST(:kind AS text[]), CAST(:source AS text[]), CAST(:reason AS text[]),"
    " CAST(:actor AS text[]), CAST(:effective_on AS date[]), CAST(:closes AS bigint[]),"
    " CAST(:t AS int[]), CAST(:owner AS text[]), CAST(:asset AS text[]), CAST(:purpose AS text[]),"
    " CAST(:expires_on AS date[]), CAST(:amount AS bigint[]))"
)
_ISSUE = text(
    "SELECT ledger_issue(:actor, CAST(:key AS text[]), CAST(:source AS text[]),"
    " CAST(:effective_on AS date[]), CAST(:issuer AS text[]), CAST(:owner AS text[]),"
    " CAST(:expires_on AS date[]), CAST(:amount AS bigint[]))"
)
_TRANSFER = text(
    "SELECT CAST(:key AS text) AS key, t.transaction_id, t.outcome FROM ledger_transfer("
    ":key, :hash, :kind, :source, :reason, :actor, :effective_on, :closes, :asset, :amount,"
    " :owner_1, :purpose_1, :expires_on_1, :owner_2, :purpose_2, :expires_on_2) t"
)
_HOLD = text(
    "SELECT * FROM ledger_hold(:key, :hash, :source, :actor, :effective_on, :owner, :asset, :amount)"
)

_MOVE = text(
    "SELECT * FROM ledger_move(:key, :hash, :kind, :source, :reason, :actor, :effective_on, :today,"
    " :owner, :asset, :amount, :to, :purpose)"
)


def post(postings: Sequence[Posting]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Post all of them in one call; return (key, transaction_id, outcome) rows."""
    if len(postings) == 1 and postings[0].is_transfer():
        return [_transfer(postings[0])]
    lines = [(n, line) for n, posting in enumerate(postings, 1) for line in posting.lines]
    purses = [line.purse for _, line in lines]
    return (
        session()
        .execute(
            _POST,
            {
                "key": text_array([p.key for p in postings]),
                "hash": bytes_array([p.request_hash() for p in postings]),
                "kind": text_array([p.kind for p in postings]),
                "source": text_array([p.source for p in postings]),
                "reason": text_array([p.reason for p in postings]),
                "actor": text_array([p.actor for p in postings]),
                "effective_on": plain_array([p.effective_on for p in postings]),
                "closes": plain_array([p.closes for p in postings]),
                "t": plain_array([n for n, _ in lines]),
                "owner": text_array([purse.owner for purse in purses]),
                "asset": text_array([purse.asset for purse in purses]),
                "purpose": text_array([purse.purpose for purse in purses]),
                "expires_on": plain_array([purse.expires_on for purse in purses]),
                "amount": plain_array([line.amount for _, line in lines]),
            },
        )
        .all()
    )


def issue(issues: Issues, actor: str) -> list[int]:
    """Post all awards in one call; return the ids of their transactions, in order."""
    posted: list[int] = (
        session()
        .execute(
            _ISSUE,
            {
                "actor": actor,
                "key": text_array(issues.key),
                "source": text_array(issues.source),
                "effective_on": repeated_array(issues.effective_on),
                "issuer": text_array(issues.issuer),
                "owner": text_array(issues.owner),
                "expires_on": repeated_array(issues.expires_on),
                "amount": repeated_array(issues.amount),
            },
        )
        .scalar_one()
    )
    return posted


def open_issuances(owners: Sequence[str]) -> None:
    """Open the owners' accounts that points are issued from, if they are not open."""
    session().execute(
        text("SELECT ledger_open_issuances(CAST(:owners AS text[]))"),
        {"owners": text_array(owners)},
    )


def _transfer(posting: Posting) -> Row[*tuple[Any, ...]]:
    first, second = posting.lines
    return (
        session()
        .execute(
            _TRANSFER,
            {
                "key": posting.key,
                "hash": posting.request_hash(),
                "kind": posting.kind,
                "source": posting.source,
                "reason": posting.reason,
                "actor": posting.actor,
                "effective_on": posting.effective_on,
                "closes": posting.closes,
                "asset": first.purse.asset,
                "amount": second.amount,
                "owner_1": first.purse.owner,
                "purpose_1": first.purse.purpose,
                "expires_on_1": first.purse.expires_on,
                "owner_2": second.purse.owner,
                "purpose_2": second.purse.purpose,
                "expires_on_2": second.purse.expires_on,
            },
        )
        .one()
    )


def hold(posting: Posting, owner: str, asset: str, amount: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Hold `amount` of the owner's, earliest expiry first; return the posted row."""
    return (
        session()
        .execute(
            _HOLD,
            {
                "key": posting.key,
                "hash": posting.request_hash(),
                "source": posting.source,
                "actor": posting.actor,
                "effective_on": posting.effective_on,
                "owner": owner,
                "asset": asset,
                "amount": amount,
            },
        )
        .all()
    )


def move(posting: Posting, today: date) -> Row[*tuple[Any, ...]]:
    """Move what the posting's first line takes, earliest expiry first, to its second's purse."""
    taken, given = posting.lines
    return (
        session()
        .execute(
            _MOVE,
            {
                "key": posting.key,
                "hash": posting.request_hash(),
                "kind": posting.kind,
                "source": posting.source,
                "reason": posting.reason,
                "actor": posting.actor,
                "effective_on": posting.effective_on,
                "today": today,
                "owner": taken.purse.owner,
                "asset": taken.purse.asset,
                "amount": given.amount,
                "to": given.purse.owner,
                "purpose": given.purse.purpose,
            },
        )
        .all()
    )[0]


def expire(today: date, actor: str, limit: int) -> int:
    """Move up to `limit` balances that lapsed before `today` to breakage; return how many."""
    moved = session().scalar(
        text("SELECT ledger_expire(:today, :actor, :limit)"),
        {"today": today, "actor": actor, "limit": limit},
    )
    return int(moved or 0)


def transaction_by_key(key: str) -> Transaction | None:
    """Return the transaction posted under `key`."""
    return session().scalar(select(Transaction).filter_by(key=key))


def lines_of(transaction_id: int) -> tuple[Line, ...]:
    """Return a transaction's lines, in their order."""
    rows = session().execute(
        select(Account, Entry.amount)
        .join(Entry, Entry.account_id == Account.id)
        .where(Entry.transaction_id == transaction_id)
        .order_by(Entry.line)
    )
    return tuple(
        Line(Purse(account.owner, account.purpose, account.expires_on, account.asset), amount)
        for account, amount in rows
    )


def balances(owner: str, asset: str) -> Sequence[Account]:
    """Return the owner's limited accounts that hold something, earliest expiry first."""
    return (
        session()
        .scalars(
            select(Account)
            .where(
                Account.owner == owner, Account.asset == asset, Account.limited, Account.balance > 0
            )
            .order_by(Account.expires_on, Account.id)
        )
        .all()
    )
