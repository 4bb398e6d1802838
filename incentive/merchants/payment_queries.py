"""SQL of payments and of the bank's rows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, insert, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.merchants.domain import references_in
from incentive.merchants.matching import Owed, Paid
from incentive.merchants.models import Merchant
from incentive.merchants.payment_models import BankFile, BankRow, Payment
from incentive.merchants.statement_models import Statement
from incentive.people import reach
from incentive.people.models import Person
from incentive.regions.models import Region

_STANDS = Payment.taken_back_at.is_(None)


def payments(statement_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (Payment, volunteer_number of who recorded it), the earliest first."""
    found = (
        select(Payment, Person.volunteer_number)
        .join(Person, Person.id == Payment.recorded_by)
        .where(Payment.statement_id == statement_id)
        .order_by(Payment.id)
    )
    return session().execute(found).all()


def statements_with(statement_id: UUID, payment_id: UUID) -> list[UUID]:
    """Return the statement of a payment that stands, and those that its transfer paid besides."""
    found = select(Payment.statement_id).where(_with(statement_id, payment_id)).distinct()
    return list(session().scalars(found))


def payments_with(statement_id: UUID, payment_id: UUID) -> list[tuple[Payment, Statement, str]]:
    """Return a payment that stands and all others by its transfer, of statements that are locked.

    Each with its statement and that statement's place.
    """
    found = (
        select(Payment, Statement, Region.path)
        .join(Statement, Statement.id == Payment.statement_id)
        .join(Region, Region.id == Statement.region_id)
        .where(_with(statement_id, payment_id))
        .order_by(Payment.id)
        .execution_options(populate_existing=True)
    )
    return [(payment, statement, path) for payment, statement, path in session().execute(found)]


def _with(statement_id: UUID, payment_id: UUID) -> ColumnElement[bool]:
    one = aliased(Payment)
    wanted = and_(one.id == payment_id, one.statement_id == statement_id)
    shared = or_(Payment.id == one.id, Payment.bank_row_id == one.bank_row_id)
    return and_(_STANDS, exists().where(wanted, one.taken_back_at.is_(None), shared))


def lock_statements(statement_ids: Sequence[UUID]) -> dict[UUID, Statement]:
    """Return statements as they are now, by id, locked in the order of their ids."""
    found = select(Statement).where(Statement.id.in_(statement_ids)).order_by(Statement.id)
    locked = found.with_for_update(key_share=True).execution_options(populate_existing=True)
    return {statement.id: statement for statement in session().scalars(locked)}


def paths_of(statement_ids: Sequence[UUID]) -> list[str]:
    """Return the places of statements, as many as there are."""
    found = (
        select(Region.path)
        .join(Statement, Statement.region_id == Region.id)
        .where(Statement.id.in_(statement_ids))
    )
    return list(session().scalars(found))


def lock_imports(region_id: UUID) -> None:
    """Let nobody else take a file in for the region until the transaction ends."""
    found = select(Region.id).where(Region.id == region_id)
    session().execute(found.with_for_update(key_share=True)).all()


def known_hashes(region_id: UUID, hashes: Sequence[bytes]) -> set[bytes]:
    """Return which of the hashes rows of the region have."""
    found = select(BankRow.row_hash).where(
        BankRow.region_id == region_id, BankRow.row_hash.in_(hashes)
    )
    return set(session().scalars(found))


def insert_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Write rows of a file."""
    session().execute(insert(BankRow), rows)


def owed(paths: Sequence[str], payments: Sequence[Paid]) -> list[Owed]:
    """Return the statements below `paths` that the payments may be for: by number, or by name and amount."""
    serials = {
        serial
        for payment in payments
        for serial in references_in(f"{payment.reference} {payment.counterparty}")
    }
    is_open = Statement.status.in_(("payable", "claimed"))
    open_fen = case((is_open, Statement.total_fen - Statement.paid_fen), else_=0)
    fitting = and_(
        is_open,
        Merchant.name.in_({payment.counterparty for payment in payments}),
    )
    found = (
        select(
            Statement.id,
            Statement.serial,
            Merchant.name.label("merchant_name"),
            open_fen.label("fen"),
        )
        .join(Merchant, Merchant.id == Statement.merchant_id)
        .join(Region, Region.id == Statement.region_id)
        .where(reach.within(Region.path, paths), or_(Statement.serial.in_(serials), fitting))
        .order_by(Statement.id)
    )
    return [Owed(**row) for row in session().execute(found).mappings()]


def rows(paths: Sequence[str], state: str) -> Select[*tuple[Any, ...]]:
    """Return (BankRow, file_name, statement_ids, serials, region_path) of the bank's rows below `paths`.

    `state`: `open`, `matched` or `all`.
    """
    found = (
        select(
            BankRow,
            BankFile.name.label("file_name"),
            _of_row(Payment.statement_id).label("statement_ids"),
            _of_row(Statement.serial).label("serials"),
            Region.path.label("region_path"),
        )
        .join(BankFile, BankFile.id == BankRow.file_id)
        .join(Region, Region.id == BankRow.region_id)
        .where(reach.within(Region.path, paths))
    )
    paid = exists().where(Payment.bank_row_id == BankRow.id, _STANDS)
    if state == "open":
        found = found.where(~paid)
    elif state == "matched":
        found = found.where(paid)
    return found


def row(row_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return one of the bank's rows, as `rows`."""
    found = (
        select(
            BankRow,
            _of_row(Payment.statement_id).label("statement_ids"),
            Region.path.label("region_path"),
        )
        .join(Region, Region.id == BankRow.region_id)
        .where(BankRow.id == row_id)
    )
    return session().execute(found).one_or_none()


def _of_row(column: Any) -> Any:
    """Return what stands in `column` for the statements that a row paid, by part; NULL if none."""
    return (
        select(func.array_agg(aggregate_order_by(column, Payment.bank_row_part)))
        .select_from(Payment)
        .join(Statement, Statement.id == Payment.statement_id)
        .where(Payment.bank_row_id == BankRow.id, _STANDS)
        .correlate(BankRow)
        .scalar_subquery()
    )
