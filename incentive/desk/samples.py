"""Spot checks: a random sample of transactions, and the worksheet of what was found at each.

The seed is a value that nobody chose: the root of the latest checkpoint, and the day. Whoever has
it draws the same sample again; all samples are kept, so nobody draws until one suits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from incentive.core.db import session
from incentive.core.paging import Page, page
from incentive.core.zone import day_of
from incentive.desk import sample_queries as queries
from incentive.desk.errors import NothingInDays, NothingSealed, UnknownSample
from incentive.desk.ledger_filter import LedgerFilter, selection
from incentive.desk.reach import Reach, reach_of
from incentive.desk.sample_models import SpotSample
from incentive.ledger import proving
from incentive.people import acts
from incentive.people.caller import Caller

SIZE_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A sample and its rows, as they were drawn."""

    sample: SpotSample
    made_by: str
    checked: int
    missing: int
    rows: Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Finding:
    """At the row `position`: was its voucher seen, and what is there to say."""

    position: int
    voucher_seen: bool
    note: str = ""


def draw(
    caller: Caller,
    *,
    first_day: date,
    last_day: date,
    size: int,
    kind: str | None = None,
    by_kind: bool = False,
    at: datetime,
) -> Worksheet:
    """Draw up to `size` (1 to 500) transactions of those days in the caller's scope, and keep them.

    Raises:
        OutOfScope, DaysBackwards, NothingSealed, NothingInDays: nothing is kept.
    """
    reach = reach_of(caller)
    which = LedgerFilter(kind=kind, first_day=first_day, last_day=last_day)
    found = selection(which, reach)
    checkpoint = proving.checkpoint_last()
    if checkpoint is None:
        raise NothingSealed
    seed = f"{checkpoint.root.hex()}:{day_of(at)}"
    last_id = queries.last_transaction()
    drawn = queries.draw(found, last_id, seed, size, by_kind=by_kind)
    if not drawn:
        raise NothingInDays
    sample = SpotSample(
        made_by=caller.person_id,
        made_at=at,
        first_day=first_day,
        last_day=last_day,
        kind=kind,
        by_kind=by_kind,
        whole=reach.whole,
        size=size,
        seed=seed,
        tree_size=checkpoint.tree_size,
        last_id=last_id,
        population=drawn[0].population,
    )
    session().add(sample)
    session().flush()
    queries.insert_rows(sample.id, [row.id for row in drawn])
    told = {"seed": seed, "size": len(drawn), "population": sample.population}
    acts.record(caller, "sample.draw", subject=f"sample:{sample.id}", after=told)
    return worksheet(caller, sample.id)


def listed(caller: Caller, *, cursor: str | None = None, limit: int = 20) -> Page:
    """Return a page of samples, the latest first: all for who sees the whole, else one's own.

    Raises:
        OutOfScope: the caller audits nothing.
    """
    own = None if reach_of(caller).whole else caller.person_id
    rows = queries.samples(own)
    return page(rows, [SpotSample.id], cursor=cursor, limit=limit, newest_first=True, scalars=False)


def worksheet(caller: Caller, sample_id: UUID) -> Worksheet:
    """Return a sample with its rows.

    Raises:
        OutOfScope: the caller audits nothing.
        UnknownSample: there is none that the caller may see.
    """
    row = _visible(caller, reach_of(caller), sample_id)
    return Worksheet(row[0], row.made_by_number, row.checked, row.missing, queries.rows(sample_id))


def record(caller: Caller, sample_id: UUID, findings: Sequence[Finding], at: datetime) -> int:
    """Keep what was found, where it is news; return at how many rows. Earlier findings stay.

    Raises:
        OutOfScope, UnknownSample: nothing is kept.
    """
    _visible(caller, reach_of(caller), sample_id)
    queries.lock(sample_id)
    known = {row.position: (row.voucher_seen, row.note) for row in queries.rows(sample_id)}
    news = [
        (each.position, each.voucher_seen, each.note)
        for each in findings
        if each.position in known and known[each.position] != (each.voucher_seen, each.note)
    ]
    queries.insert_findings(sample_id, news, caller.person_id, at)
    return len(news)


def _visible(caller: Caller, reach: Reach, sample_id: UUID) -> Row[*tuple[Any, ...]]:
    row = queries.sample(sample_id)
    if row is None or not (reach.whole or row[0].made_by == caller.person_id):
        raise UnknownSample
    return row
