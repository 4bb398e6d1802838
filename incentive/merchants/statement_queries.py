"""SQL of statements: what may stand on one, and what stands on it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Row, Select, cast, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.merchants.domain import Line, Moved
from incentive.merchants.models import Merchant, PriceAgreement, Sponsor
from incentive.merchants.statement_models import (
    Confirmation,
    Objection,
    Statement,
    StatementLine,
    StatementOrder,
)
from incentive.people import reach
from incentive.people.models import Person
from incentive.regions.models import Region
from incentive.stations.models import Item, Redemption, Station


def given(
    merchant_id: UUID, sponsor_id: UUID, since: datetime, until: datetime, timezone: str
) -> list[Moved]:
    """Return orders handed over in a time, not given back within it, that no statement has.

    Only those for whose local day the two have an agreement, at its price.
    """
    day = _day(Redemption.collected_at, timezone)
    statement = (
        select(
            Redemption.id.label("order_id"),
            Redemption.item_id,
            Item.name.label("item_name"),
            PriceAgreement.id.label("agreement_id"),
            PriceAgreement.price_fen,
            Redemption.quantity,
            day.label("day"),
        )
        .join(PriceAgreement, PriceAgreement.item_id == Redemption.item_id)
        .join(Item, Item.id == Redemption.item_id)
        .where(
            PriceAgreement.merchant_id == merchant_id,
            PriceAgreement.sponsor_id == sponsor_id,
            PriceAgreement.valid_from <= day,
            PriceAgreement.valid_until.is_(None) | (PriceAgreement.valid_until >= day),
            # An order is of its item's station: said so that the station's index is used.
            Redemption.station_id == Item.station_id,
            Redemption.collected_at >= since,
            Redemption.collected_at < until,
            Redemption.closed_at.is_(None) | (Redemption.closed_at >= until),
            ~_stands("given"),
        )
    )
    return [Moved(**row) for row in session().execute(statement).mappings()]


def returned(merchant_id: UUID, sponsor_id: UUID, until: datetime, timezone: str) -> list[Moved]:
    """Return orders given back before `until` which stand as given on a statement of the two.

    At the price of that statement; those that stand as returned already are left out.
    """
    statement = (
        select(
            Redemption.id.label("order_id"),
            Redemption.item_id,
            Item.name.label("item_name"),
            StatementLine.agreement_id,
            StatementLine.price_fen,
            (-StatementOrder.quantity).label("quantity"),
            _day(Redemption.closed_at, timezone).label("day"),
        )
        .join(StatementOrder, StatementOrder.redemption_id == Redemption.id)
        .join(StatementLine, StatementLine.id == StatementOrder.line_id)
        .join(Statement, Statement.id == StatementOrder.statement_id)
        .join(Item, Item.id == Redemption.item_id)
        .where(
            Statement.merchant_id == merchant_id,
            Statement.sponsor_id == sponsor_id,
            StatementOrder.kind == "given",
            StatementOrder.released_at.is_(None),
            Redemption.status == "refunded",
            Redemption.closed_at < until,
            ~_stands("returned"),
        )
    )
    return [Moved(**row) for row in session().execute(statement).mappings()]


def unagreed(paths: Sequence[str], since: datetime, timezone: str) -> Select[*tuple[Any, ...]]:
    """Return goods that were handed over since then on days for which no price was agreed.

    Each with its station, how many pieces of it, in how many orders, and the first and last day.
    """
    day = _day(Redemption.collected_at, timezone)
    agreed = exists().where(
        PriceAgreement.item_id == Redemption.item_id,
        PriceAgreement.valid_from <= day,
        PriceAgreement.valid_until.is_(None) | (PriceAgreement.valid_until >= day),
    )
    given_out = (
        select(
            Redemption.item_id,
            func.sum(Redemption.quantity).label("quantity"),
            func.count().label("orders"),
            func.min(day).label("first_day"),
            func.max(day).label("last_day"),
        )
        .join(Station, Station.id == Redemption.station_id)
        .join(Region, Region.id == Station.region_id)
        .where(
            reach.within(Region.path, paths),
            Redemption.status == "collected",
            Redemption.collected_at >= since,
            ~agreed,
        )
        .group_by(Redemption.item_id)
        .subquery()
    )
    return (
        select(
            Item.id.label("item_id"),
            Item.name.label("item"),
            Station.name.label("station"),
            given_out.c.quantity,
            given_out.c.orders,
            given_out.c.first_day,
            given_out.c.last_day,
        )
        .join(given_out, given_out.c.item_id == Item.id)
        .join(Station, Station.id == Item.station_id)
    )


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


def release_orders(statement_id: UUID, at: datetime) -> None:
    """Let the orders of a statement stand on another."""
    session().execute(
        update(StatementOrder)
        .where(StatementOrder.statement_id == statement_id)
        .values(released_at=at)
        .execution_options(synchronize_session=False)
    )


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


def orders(line_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return the orders behind a line, each with whose it is and where."""
    return (
        select(
            StatementOrder.redemption_id,
            StatementOrder.day,
            StatementOrder.quantity,
            Redemption.points,
            Redemption.status,
            Redemption.collected_at,
            Redemption.closed_at,
            _stands("returned").label("taken_off"),
            Person.volunteer_number,
            Station.id.label("station_id"),
            Station.name.label("station_name"),
        )
        .join(Redemption, Redemption.id == StatementOrder.redemption_id)
        .join(Person, Person.id == Redemption.person_id)
        .join(Station, Station.id == Redemption.station_id)
        .where(StatementOrder.line_id == line_id)
    )


def standing(line_id: UUID, order_ids: Collection[UUID]) -> list[StatementOrder]:
    """Return which of these orders stand on a line as given and nowhere as returned."""
    found = (
        select(StatementOrder)
        .join(Redemption, Redemption.id == StatementOrder.redemption_id)
        .where(
            StatementOrder.line_id == line_id,
            StatementOrder.redemption_id.in_(order_ids),
            StatementOrder.kind == "given",
            ~_stands("returned"),
        )
        .order_by(StatementOrder.redemption_id)
    )
    return list(session().scalars(found))


def orders_key() -> list[Any]:
    """Return what orders the orders behind a line: as they were given."""
    return [StatementOrder.day, StatementOrder.redemption_id]


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


def _day(at: Any, timezone: str) -> Any:
    return cast(func.timezone(timezone, at), Date)


def _stands(kind: str) -> Any:
    other = aliased(StatementOrder)
    return exists().where(
        other.redemption_id == Redemption.id, other.kind == kind, other.released_at.is_(None)
    )
