"""SQL of statements: their lines, and what both sides said about them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, select
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.merchants.domain import Line
from incentive.merchants.models import Merchant, Sponsor
from incentive.merchants.statement_models import (
    Confirmation,
    Objection,
    Statement,
    StatementLine,
    StatementOrder,
)
from incentive.people.models import Person
from incentive.regions.models import Region
from incentive.stations.models import Item, Station


def insert_lines(statement: Statement, lines: Iterable[Line], at: datetime) -> None:
    """Write a statement's lines, numbered from 1, and the orders behind each."""
    line_rows, order_rows = [], []
    for number, line in enumerate(lines, 1):
        line_id = new_id()
        line_rows.append(
            {
                "id": line_id,
                "statement_id": statement.id,
                "number": number,
                "kind": line.kind,
                "item_id": line.item_id,
                "agreement_id": line.agreement_id,
                "price_fen": line.price_fen,
                "quantity": line.quantity,
                "amount_fen": line.amount_fen,
                "made_at": at,
            }
        )
        order_rows += [
            {
                "line_id": line_id,
                "redemption_id": order.order_id,
                "statement_id": statement.id,
                "kind": line.kind,
                "day": order.day,
                "quantity": order.quantity,
            }
            for order in line.orders
        ]
    session().execute(insert(StatementLine), line_rows)
    session().execute(insert(StatementOrder), order_rows)


def statements() -> Select[*tuple[Any, ...]]:
    """Return every statement with whose it is, and the path it lies in."""
    return (
        select(
            Statement,
            Merchant.name.label("merchant_name"),
            Sponsor.name.label("sponsor_name"),
            Region.path.label("region_path"),
            Region.name.label("region_name"),
        )
        .join(Merchant, Merchant.id == Statement.merchant_id)
        .join(Sponsor, Sponsor.id == Statement.sponsor_id)
        .join(Region, Region.id == Statement.region_id)
    )


def statement(statement_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return the row of one statement."""
    return session().execute(statements().where(Statement.id == statement_id)).one_or_none()


def lock_statement(statement_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return the row of one statement as it is now; nobody else may decide on it meanwhile."""
    found = statements().where(Statement.id == statement_id)
    locked = found.with_for_update(of=Statement, key_share=True)
    return session().execute(locked, execution_options={"populate_existing": True}).one_or_none()


def lines(statement_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (StatementLine, item_name, station_name, corrects) by number; `corrects`: a number."""
    corrected = aliased(StatementLine)
    found = (
        select(
            StatementLine,
            Item.name.label("item_name"),
            Station.name.label("station_name"),
            corrected.number.label("corrects"),
        )
        .join(Item, Item.id == StatementLine.item_id)
        .join(Station, Station.id == Item.station_id)
        .outerjoin(corrected, corrected.id == StatementLine.corrects_id)
        .where(StatementLine.statement_id == statement_id)
        .order_by(StatementLine.number)
    )
    return session().execute(found).all()


def line(statement_id: UUID, number: int) -> StatementLine | None:
    """Return one line of goods, not a correction."""
    return session().scalar(
        select(StatementLine).where(
            StatementLine.statement_id == statement_id,
            StatementLine.number == number,
            StatementLine.kind != "correction",
        )
    )


def corrections(line_id: UUID) -> list[int]:
    """Return by how many pieces a line was corrected, each time."""
    found = select(StatementLine.quantity).where(StatementLine.corrects_id == line_id)
    return list(session().scalars(found))


def next_number(statement_id: UUID) -> int:
    """Return the number of a statement's next line; the statement must be locked."""
    found = select(func.max(StatementLine.number)).where(StatementLine.statement_id == statement_id)
    return int(session().scalar(found) or 0) + 1


def confirmations(statement_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (Confirmation, volunteer_number), the earliest first."""
    found = (
        select(Confirmation, Person.volunteer_number)
        .join(Person, Person.id == Confirmation.person_id)
        .where(Confirmation.statement_id == statement_id)
        .order_by(Confirmation.at, Confirmation.side)
    )
    return session().execute(found).all()


def objections(statement_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (Objection, number of the line, raiser, answerer), the earliest first."""
    answerer = aliased(Person)
    found = (
        select(
            Objection,
            StatementLine.number,
            Person.volunteer_number.label("raiser"),
            answerer.volunteer_number.label("answerer"),
        )
        .join(StatementLine, StatementLine.id == Objection.line_id)
        .join(Person, Person.id == Objection.raised_by)
        .outerjoin(answerer, answerer.id == Objection.answered_by)
        .where(Objection.statement_id == statement_id)
        .order_by(Objection.id)
    )
    return session().execute(found).all()


def open_objections(statement_id: UUID) -> int:
    """Return how many objections wait for an answer."""
    found = select(func.count()).where(
        Objection.statement_id == statement_id, Objection.outcome.is_(None)
    )
    return int(session().scalar(found) or 0)


def changed_at(statement_id: UUID) -> datetime:
    """Return when a sent statement became what it is: when it was sent, or last corrected."""
    corrected = (
        select(func.max(StatementLine.made_at))
        .where(StatementLine.statement_id == statement_id)
        .scalar_subquery()
    )
    found = select(func.greatest(Statement.sent_at, corrected)).where(Statement.id == statement_id)
    at: datetime = session().scalars(found).one()
    return at
