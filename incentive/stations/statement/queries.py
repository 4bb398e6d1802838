"""SQL of a station's statement: goods per item from the movements, orders and points from the ledger."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Subquery, func, select

from incentive.core.db import session
from incentive.stations.models import Item
from incentive.stations.stock.models import StockMovement


def goods(station_id: UUID, first_day: date, last_day: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return one row per item that ever moved, by name: in pieces on the shelf, opening to closing.

    `given` and the others that go out are positive; `counted` and `corrected` have their sign.
    `held` is what of the closing was held for orders then.
    """

    def moved(*kinds: str) -> ColumnElement[Any]:
        within = StockMovement.kind.in_(kinds) & (StockMovement.day >= first_day)
        return func.coalesce(func.sum(StockMovement.shelf).filter(within), 0)

    before = StockMovement.day < first_day
    statement = (
        select(
            Item.id,
            Item.name,
            func.coalesce(func.sum(StockMovement.shelf).filter(before), 0).label("opening"),
            moved("received").label("received"),
            (-moved("given")).label("given"),
            moved("returned").label("returned"),
            (-moved("spoiled")).label("spoiled"),
            (-moved("sent_back")).label("sent_back"),
            moved("counted").label("counted"),
            moved("corrected").label("corrected"),
            func.sum(StockMovement.shelf).label("closing"),
            (func.sum(StockMovement.shelf) - func.sum(StockMovement.delta)).label("held"),
        )
        .join(StockMovement, StockMovement.item_id == Item.id)
        .where(StockMovement.station_id == station_id, StockMovement.day <= last_day)
        .group_by(Item.id)
        .order_by(Item.name, Item.id)
    )
    return session().execute(statement).all()


def by_kind(found: Subquery) -> dict[str, int]:
    """Return how many rows of `ledger_queries.counted` there are of each kind."""
    return dict(session().execute(select(found.c.kind, func.count()).group_by(found.c.kind)).all())
