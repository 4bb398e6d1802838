"""SQL of the orders behind statements: what may stand on one, what stands there, what is free again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, cast, exists, func, select, update
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.merchants.domain import Moved
from incentive.merchants.models import PriceAgreement
from incentive.merchants.statement_models import (
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


def orders_key() -> list[Any]:
    """Return what orders the orders behind a line: as they were given."""
    return [StatementOrder.day, StatementOrder.redemption_id]


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


def release_orders(statement_id: UUID, at: datetime) -> None:
    """Let the orders of a statement stand on another."""
    session().execute(
        update(StatementOrder)
        .where(StatementOrder.statement_id == statement_id)
        .values(released_at=at)
        .execution_options(synchronize_session=False)
    )


def _day(at: Any, timezone: str) -> Any:
    return cast(func.timezone(timezone, at), Date)


def _stands(kind: str) -> Any:
    other = aliased(StatementOrder)
    return exists().where(
        other.redemption_id == Redemption.id, other.kind == kind, other.released_at.is_(None)
    )
