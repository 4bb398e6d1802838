"""SQL of goods: what lies on a station's shelves, and why. Movements are written by `stations.queries`."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.people.models import Person
from incentive.stations.models import Item, Redemption
from incentive.stations.stock.models import StockMovement
from incentive.stations.stocktakes.models import Stocktake, StocktakeCount


def shelves(station_id: UUID, since: date) -> Select[*tuple[Any, ...]]:
    """Return a station's goods with what is free, held and on the shelf, and what moved since a day.

    What is withdrawn and gone is left out.
    """
    moved = (
        select(
            StockMovement.item_id,
            func.sum(func.greatest(StockMovement.shelf, 0)).label("came"),
            func.sum(func.greatest(-StockMovement.shelf, 0)).label("went"),
        )
        .where(StockMovement.station_id == station_id, StockMovement.day >= since)
        .group_by(StockMovement.item_id)
        .subquery()
    )
    return (
        select(
            Item.id,
            Item.name,
            Item.status,
            Item.points_price,
            Item.stock,
            (Item.on_shelf - Item.stock).label("held"),
            Item.on_shelf,
            func.coalesce(moved.c.came, 0).label("came"),
            func.coalesce(moved.c.went, 0).label("went"),
        )
        .outerjoin(moved, moved.c.item_id == Item.id)
        .where(Item.station_id == station_id, (Item.status == "offered") | (Item.on_shelf > 0))
    )


def movements(
    station_id: UUID,
    *,
    item_id: UUID | None = None,
    kind: str | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    after_id: int | None = None,
) -> Select[*tuple[Any, ...]]:
    """Return a station's movements that pass the filter, each with what it is about."""
    by, holder, undone = aliased(Person), aliased(Person), aliased(StockMovement)
    statement = (
        select(
            StockMovement.id,
            StockMovement.item_id,
            Item.name.label("item"),
            StockMovement.kind,
            StockMovement.delta,
            StockMovement.shelf,
            StockMovement.day,
            StockMovement.at,
            StockMovement.redemption_id,
            StockMovement.corrects_id,
            StockMovement.stocktake_id,
            undone.id.label("corrected_by_id"),
            StockMovement.cause,
            StockMovement.reason,
            StockMovement.supplier,
            StockMovement.delivery_note,
            StockMovement.unit_cost_fen,
            by.volunteer_number.label("by"),
            holder.volunteer_number,
        )
        .join(Item, Item.id == StockMovement.item_id)
        .outerjoin(undone, undone.corrects_id == StockMovement.id)
        .outerjoin(by, by.id == StockMovement.by_person_id)
        .outerjoin(Redemption, Redemption.id == StockMovement.redemption_id)
        .outerjoin(holder, holder.id == Redemption.person_id)
        .where(StockMovement.station_id == station_id)
    )
    if item_id:
        statement = statement.where(StockMovement.item_id == item_id)
    if kind:
        statement = statement.where(StockMovement.kind == kind)
    if first_day:
        statement = statement.where(StockMovement.day >= first_day)
    if last_day:
        statement = statement.where(StockMovement.day <= last_day)
    if after_id is not None:
        statement = statement.where(StockMovement.id > after_id)
    return statement


def some(found: Select[*tuple[Any, ...]], limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the first rows of `movements`, as they were written down."""
    return session().execute(found.order_by(StockMovement.id).limit(limit)).all()


def movement(movement_id: int) -> StockMovement | None:
    """Return one movement."""
    return session().get(StockMovement, movement_id)


def corrected(movement_id: int) -> bool:
    """Say whether a movement was taken back."""
    found = select(StockMovement.id).where(StockMovement.corrects_id == movement_id)
    return session().scalar(found) is not None


def counted_since(movement_id: int) -> Row[*tuple[Any, ...]] | None:
    """Return the stocktake that counted the movement's goods after it: one booked, or the open one."""
    found = (
        select(Stocktake.id, Stocktake.status, Stocktake.closed_at)
        .join(StocktakeCount, StocktakeCount.stocktake_id == Stocktake.id)
        .join(StockMovement, StockMovement.item_id == StocktakeCount.item_id)
        .where(
            Stocktake.status.in_(("open", "booked")),
            StockMovement.id == movement_id,
            StockMovement.at <= StocktakeCount.counted_at,
        )
        .order_by(Stocktake.status, Stocktake.closed_at)
    )
    return session().execute(found.limit(1)).one_or_none()


def shown(movement_id: int, station_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return a movement as `movements` shows it."""
    return session().execute(movements(station_id).where(StockMovement.id == movement_id)).one()


def free_and_held(item_id: UUID) -> tuple[int, int]:
    """Return how many of an item can be promised, and how many are held for orders."""
    row = session().execute(select(Item.stock, Item.on_shelf).where(Item.id == item_id)).one()
    return row.stock, row.on_shelf - row.stock


def names(station_id: UUID, limit: int) -> list[tuple[UUID, str]]:
    """Return (id, name) of the goods that a station has or offers, by name."""
    statement = (
        select(Item.id, Item.name)
        .where(Item.station_id == station_id, (Item.status == "offered") | (Item.on_shelf > 0))
        .order_by(Item.name, Item.id)
        .limit(limit)
    )
    return [(row.id, row.name) for row in session().execute(statement)]
