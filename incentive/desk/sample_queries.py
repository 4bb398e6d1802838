"""The SQL of spot checks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Row, Select, func, insert, literal, select
from sqlalchemy import Text as SqlText
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.core.ids import id_of, new_id
from incentive.desk.ledger_filter import Selection
from incentive.desk.ledger_queries import having_entries
from incentive.desk.sample_models import SpotFinding, SpotRow, SpotSample
from incentive.ledger.models import Account, Entry, Transaction
from incentive.people.models import Person


def last_transaction() -> int:
    """Return the highest number of a transaction, 0 if there is none."""
    return session().scalar(select(func.coalesce(func.max(Transaction.id), 0))) or 0


def draw(
    found: Selection, last_id: int, seed: str, size: int, *, by_kind: bool
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (id, population) of the `size` transactions whose hash with the seed is smallest.

    The hash is SHA-256 over the seed, a colon and the number in digits. With `by_kind` the
    kinds take turns, each with its smallest.
    """
    text = literal(f"{seed}:") + sql_cast(Transaction.id, SqlText)
    lot = func.sha256(func.convert_to(text, "UTF8"))
    among = (
        select(
            Transaction.id,
            lot.label("lot"),
            func.row_number().over(partition_by=Transaction.kind, order_by=lot).label("turn"),
            func.count().over().label("population"),
        )
        .where(Transaction.id <= last_id, *found.transactions, *having_entries(found, None))
        .subquery()
    )
    order = [among.c.turn, among.c.lot] if by_kind else [among.c.lot]
    statement = select(among.c.id, among.c.population).order_by(*order).limit(size)
    return session().execute(statement).all()


def insert_rows(sample_id: UUID, transaction_ids: Sequence[int]) -> None:
    """Keep the rows of a sample, in their order."""
    rows = [
        {"sample_id": sample_id, "position": position, "transaction_id": transaction_id}
        for position, transaction_id in enumerate(transaction_ids, 1)
    ]
    if rows:
        session().execute(insert(SpotRow), rows)


def samples(made_by: UUID | None) -> Select[*tuple[Any, ...]]:
    """Return samples with how many rows were checked, and how many lack their voucher."""
    latest = _latest().subquery()
    checked = select(func.count()).where(latest.c.sample_id == SpotSample.id)
    statement = select(
        SpotSample,
        Person.volunteer_number.label("made_by_number"),
        checked.scalar_subquery().label("checked"),
        checked.where(~latest.c.voucher_seen).scalar_subquery().label("missing"),
    ).join(Person, Person.id == SpotSample.made_by)
    return statement if made_by is None else statement.where(SpotSample.made_by == made_by)


def sample(sample_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return one sample."""
    return session().execute(samples(None).where(SpotSample.id == sample_id)).one_or_none()


def rows(sample_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return a sample's rows, each with its transaction's facts and what was found last."""
    latest = _latest().where(SpotFinding.sample_id == sample_id).subquery()
    by, actor = aliased(Person), aliased(Person)
    moved = (
        select(func.sum(Entry.amount))
        .join(Account, Account.id == Entry.account_id)
        .where(Entry.transaction_id == Transaction.id, Entry.amount > 0)
        .scalar_subquery()
    )
    statement = (
        select(
            SpotRow.position,
            Transaction.id,
            Transaction.kind,
            Transaction.source,
            Transaction.reason,
            Transaction.effective_on,
            Transaction.posted_at,
            func.coalesce(actor.volunteer_number, Transaction.actor).label("actor"),
            sql_cast(moved, Integer).label("amount"),
            latest.c.voucher_seen,
            latest.c.note,
            latest.c.found_at,
            by.volunteer_number.label("found_by"),
        )
        .join(Transaction, Transaction.id == SpotRow.transaction_id)
        .outerjoin(actor, actor.id == id_of(Transaction.actor, "person"))
        .outerjoin(latest, latest.c.position == SpotRow.position)
        .outerjoin(by, by.id == latest.c.found_by)
        .where(SpotRow.sample_id == sample_id)
        .order_by(SpotRow.position)
    )
    return session().execute(statement).all()


def lock(sample_id: UUID) -> None:
    """Let one person at a time write findings on a sample."""
    session().execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(sample_id), 0))))


def insert_findings(
    sample_id: UUID, found: Sequence[tuple[int, bool, str]], by: UUID, at: datetime
) -> None:
    """Keep what was found: position, voucher seen, note."""
    values = [
        {
            "id": new_id(),
            "sample_id": sample_id,
            "position": position,
            "voucher_seen": seen,
            "note": note,
            "found_by": by,
            "found_at": at,
        }
        for position, seen, note in found
    ]
    if values:
        session().execute(insert(SpotFinding), values)


def _latest() -> Select[*tuple[Any, ...]]:
    """Return the last finding at each row."""
    key = (SpotFinding.sample_id, SpotFinding.position)
    return select(SpotFinding).ext(distinct_on(*key)).order_by(*key, SpotFinding.id.desc())
