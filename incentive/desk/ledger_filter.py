"""Which transactions an auditor looks at: a filter, and the conditions that it becomes."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, text

from incentive.core.clock import day_bounds
from incentive.core.zone import timezone
from incentive.desk.errors import DaysBackwards
from incentive.desk.reach import Reach, owner_within, owners_within
from incentive.ledger.history import of_source
from incentive.ledger.models import BY_HAND, Account, Entry, Transaction

By = Literal["effective", "booked"]
PURSES: Final = ("available", "held")


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """What is looked for; days are local and both within, amounts whole and without sign.

    `purpose` may be `purses`: available or held. `person` is a volunteer number, `actor` too, or `system`; `region` a region's code: it means
    its own account, its stations' and those of the people who live there.
    """

    kind: str | None = None
    asset: str | None = None
    purpose: str | None = None
    person: str | None = None
    station: UUID | None = None
    region: str | None = None
    account: int | None = None
    by: By = "effective"
    first_day: date | None = None
    last_day: date | None = None
    least: int | None = None
    most: int | None = None
    actor: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """The conditions of a filter: on transactions, and on those of their entries that count.

    By `key` the transactions are ordered. `entries` is empty when every entry counts; the same
    conditions are said of all entries at once, and, as `each_entry`, of one after the other.
    """

    transactions: tuple[ColumnElement[bool], ...]
    entries: tuple[ColumnElement[bool], ...]
    each_entry: tuple[ColumnElement[bool], ...]
    key: Any


def selection(
    which: LedgerFilter,
    reach: Reach,
    *,
    owner: str | None = None,
    actor: str | None = None,
    path: str | None = None,
) -> Selection:
    """Return the conditions of `which` within `reach`.

    `owner` and `actor` are the keys of the persons whose numbers were given, or of the station;
    `path` is the region's.

    Raises:
        DaysBackwards: the first day lies after the last.
    """
    if which.first_day and which.last_day and which.first_day > which.last_day:
        raise DaysBackwards
    entries: list[ColumnElement[bool]] = []
    if owner is not None:
        entries.append(Account.owner == owner)
    if which.account is not None:
        entries.append(Account.id == which.account)
    if which.asset:
        entries.append(Account.asset == which.asset)
    if which.purpose == "purses":
        entries.append(Account.purpose.in_(PURSES))
    elif which.purpose:
        entries.append(Account.purpose == which.purpose)
    entries += _amounts(which)
    # A stretch of days lies together in the table and is found by its own index. By the ids'
    # index the planner would walk there from the newest row, so it must not see the ids as such.
    key = Transaction.id + 0 if which.first_day or which.last_day else Transaction.id
    scopes = [] if reach.whole else [reach]
    scopes += [] if path is None else [Reach(whole=False, paths=(path,))]
    return Selection(
        (*_days(which), *_named(which, actor)),
        (*entries, *(Account.owner.in_(owners_within(scope)) for scope in scopes)),
        (*entries, *(owner_within(scope, Account.owner) for scope in scopes)),
        key,
    )


def _amounts(which: LedgerFilter) -> list[ColumnElement[bool]]:
    size = func.abs(Entry.amount)
    found = []
    if which.least is not None:
        found.append(size >= which.least)
    if which.most is not None:
        found.append(size <= which.most)
    return found


def _days(which: LedgerFilter) -> list[ColumnElement[bool]]:
    first, last = which.first_day, which.last_day
    found: list[ColumnElement[bool]] = []
    if which.by == "effective":
        day = Transaction.effective_on
        found += [day >= first] if first else []
        return found + ([day <= last] if last else [])
    at, zone = Transaction.posted_at, timezone()
    found += [at >= day_bounds(first, zone)[0]] if first else []
    return found + ([at < day_bounds(last, zone)[1]] if last else [])


def _named(which: LedgerFilter, actor: str | None) -> list[Any]:
    found: list[Any] = []
    if which.kind:
        found.append(Transaction.kind == which.kind)
    if actor is not None:
        found.append(Transaction.actor == actor)
        # Said once more in the words of the index.
        found += [text(BY_HAND)] if actor.startswith("person:") else []
    if which.source:
        found.append(of_source(which.source))
    return found
