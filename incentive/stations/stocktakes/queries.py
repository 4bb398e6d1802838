"""SQL of stocktakes. A stocktake is locked before the items: see the lock order in `stations.queries`."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    Row,
    Select,
    Subquery,
    Uuid,
    case,
    column,
    exists,
    func,
    insert,
    literal,
    select,
    true,
    update,
    values,
)
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.people.models import Person
from incentive.stations.models import Item
from incentive.stations.stock.models import StockMovement
from incentive.stations.stocktakes.domain import Progress
from incentive.stations.stocktakes.models import (
    Stocktake,
    StocktakeCount,
    StocktakeExplanation,
    StocktakeLine,
)


def open_stocktake(station_id: UUID) -> UUID | None:
    """Return the stocktake that is open at a station."""
    return session().scalar(
        select(Stocktake.id).where(Stocktake.station_id == station_id, Stocktake.status == "open")
    )


def add(row: Mapping[str, Any]) -> bool:
    """Open a stocktake; say whether none was open there."""
    statement = insert_or(Stocktake).values(row).on_conflict_do_nothing()
    return session().scalar(statement.returning(Stocktake.id)) is not None


def add_lines(stocktake_id: UUID, station_id: UUID) -> int:
    """Put down what the books say of every item that is offered or still there; return how many."""
    expected = select(
        literal(stocktake_id, Uuid()), Item.id, Item.on_shelf, Item.on_shelf - Item.stock
    ).where(Item.station_id == station_id, (Item.status == "offered") | (Item.on_shelf > 0))
    columns = ["stocktake_id", "item_id", "on_shelf", "held"]
    added = insert(StocktakeLine).from_select(columns, expected).returning(StocktakeLine.item_id)
    return len(session().execute(added).all())


def lock(stocktake_id: UUID, *, alone: bool) -> Stocktake | None:
    """Return a stocktake that nobody closes meanwhile; `alone`: nor counts or explains."""
    found = select(Stocktake).where(Stocktake.id == stocktake_id)
    locked = found.with_for_update(key_share=alone, read=not alone)
    return session().scalar(locked, execution_options={"populate_existing": True})


def stocktakes() -> Select[*tuple[Any, ...]]:
    """Return every stocktake with who opened and closed it."""
    opener, closer = aliased(Person), aliased(Person)
    return (
        select(
            Stocktake,
            opener.volunteer_number.label("opener"),
            closer.volunteer_number.label("closer"),
        )
        .join(opener, opener.id == Stocktake.opened_by)
        .outerjoin(closer, closer.id == Stocktake.closed_by)
    )


def stocktake(stocktake_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return the row of one stocktake."""
    return session().execute(stocktakes().where(Stocktake.id == stocktake_id)).one_or_none()


def items_within(stocktake_id: UUID, item_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the items that the stocktake counts."""
    statement = select(StocktakeLine.item_id).where(
        StocktakeLine.stocktake_id == stocktake_id, StocktakeLine.item_id.in_(item_ids)
    )
    return set(session().scalars(statement))


def add_counts(stocktake_id: UUID, counts: Mapping[UUID, int], by: UUID, at: datetime) -> None:
    """Keep what was found, each beside what the books say now; the items are locked already."""
    found = values(column("item_id", Uuid()), column("counted", Integer()), name="found").data(
        list(counts.items())
    )
    rows = select(
        literal(stocktake_id, Uuid()),
        Item.id,
        found.c.counted,
        Item.on_shelf,
        literal(by, Uuid()),
        literal(at),
    ).join(found, found.c.item_id == Item.id)
    columns = ["stocktake_id", "item_id", "counted", "expected", "counted_by", "counted_at"]
    session().execute(insert(StocktakeCount).from_select(columns, rows))


def latest_count(stocktake_id: UUID, item_id: UUID) -> StocktakeCount | None:
    """Return the count of an item that holds."""
    return session().scalar(
        select(StocktakeCount)
        .where(StocktakeCount.stocktake_id == stocktake_id, StocktakeCount.item_id == item_id)
        .order_by(StocktakeCount.id.desc())
        .limit(1)
    )


def explain(row: Mapping[str, Any]) -> None:
    """Keep why a count differs."""
    session().execute(insert(StocktakeExplanation).values(row))


def took_part(stocktake_id: UUID, person_id: UUID) -> bool:
    """Say whether a person counted or explained in a stocktake."""
    counted = select(StocktakeCount.id).where(
        StocktakeCount.stocktake_id == stocktake_id, StocktakeCount.counted_by == person_id
    )
    explained = (
        select(StocktakeExplanation.id)
        .join(StocktakeCount, StocktakeCount.id == StocktakeExplanation.count_id)
        .where(
            StocktakeCount.stocktake_id == stocktake_id,
            StocktakeExplanation.explained_by == person_id,
        )
    )
    return bool(session().scalar(select(exists(counted) | exists(explained))))


def _results(*stocktake_ids: UUID) -> Subquery:
    """Return every line of the stocktakes with the count and the explanation that hold."""
    count = (
        select(StocktakeCount)
        .where(
            StocktakeCount.stocktake_id == StocktakeLine.stocktake_id,
            StocktakeCount.item_id == StocktakeLine.item_id,
        )
        .order_by(StocktakeCount.id.desc())
        .limit(1)
        .lateral()
    )
    why = (
        select(StocktakeExplanation)
        .where(StocktakeExplanation.count_id == count.c.id)
        .order_by(StocktakeExplanation.id.desc())
        .limit(1)
        .lateral()
    )
    return (
        select(
            StocktakeLine.stocktake_id,
            StocktakeLine.item_id,
            StocktakeLine.on_shelf.label("opened_with"),
            StocktakeLine.held,
            count.c.counted,
            count.c.expected,
            count.c.difference,
            count.c.counted_by,
            count.c.counted_at,
            why.c.cause,
            why.c.note,
            why.c.explained_by,
        )
        .select_from(StocktakeLine)
        .outerjoin(count, true())
        .outerjoin(why, true())
        .where(StocktakeLine.stocktake_id.in_(stocktake_ids))
        .subquery()
    )


def lines(stocktake_id: UUID, show: str) -> Select[*tuple[Any, ...]]:
    """Return a stocktake's lines: all, those still to be counted, or those that differ.

    What the books say of an item that is still to be counted is not told: who counts looks
    at the shelf.
    """
    found = _results(stocktake_id)
    counter, explainer = aliased(Person), aliased(Person)
    statement = (
        select(
            found.c.item_id,
            Item.name.label("item"),
            case((found.c.counted.is_not(None), found.c.opened_with)).label("opened_with"),
            found.c.counted,
            found.c.expected,
            found.c.difference,
            found.c.counted_at,
            counter.volunteer_number.label("counter"),
            found.c.cause,
            found.c.note,
            explainer.volunteer_number.label("explainer"),
        )
        .join(Item, Item.id == found.c.item_id)
        .outerjoin(counter, counter.id == found.c.counted_by)
        .outerjoin(explainer, explainer.id == found.c.explained_by)
    )
    if show == "uncounted":
        return statement.where(found.c.counted.is_(None))
    return statement.where(found.c.difference != 0) if show == "different" else statement


def progress(stocktake_ids: Sequence[UUID]) -> dict[UUID, Progress]:
    """Return how far each of the stocktakes is."""
    found = _results(*stocktake_ids)
    differs = found.c.difference != 0
    difference = func.coalesce(found.c.difference, 0)
    statement = select(
        found.c.stocktake_id,
        func.count(),
        func.count(found.c.counted),
        func.count().filter(differs),
        func.count().filter(differs & found.c.cause.is_(None)),
        func.sum(func.greatest(difference, 0)),
        func.sum(func.greatest(-difference, 0)),
    ).group_by(found.c.stocktake_id)
    rows = session().execute(statement)
    return {row[0]: Progress(*(int(figure) for figure in row[1:])) for row in rows}


def below_held(stocktake_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """Return (item, left, held) of the first item of which fewer would be left than are held."""
    found = _results(stocktake_id)
    left = Item.on_shelf + found.c.difference
    held = Item.on_shelf - Item.stock
    statement = (
        select(Item.name, left.label("left"), held.label("held"))
        .join(found, found.c.item_id == Item.id)
        .where(left < held, found.c.difference != 0)
        .order_by(Item.name, Item.id)
        .limit(1)
    )
    return session().execute(statement).one_or_none()


def book(stocktake_id: UUID, by: UUID, at: datetime, day: date) -> int:
    """Bring the items to what was counted, each by a movement; return how many differed.

    The items are locked already, and none would be left with less than is held.
    """
    found = _results(stocktake_id)
    session().execute(
        update(Item)
        .where(Item.id == found.c.item_id, found.c.difference != 0)
        .values(stock=Item.stock + found.c.difference, on_shelf=Item.on_shelf + found.c.difference)
        .execution_options(synchronize_session=False)
    )
    moved = (
        select(
            Item.station_id,
            Item.id,
            literal("counted"),
            found.c.difference,
            found.c.difference,
            literal(day),
            literal(at),
            literal(by, Uuid()),
            literal(stocktake_id, Uuid()),
            found.c.cause,
            found.c.note,
        )
        .join(found, found.c.item_id == Item.id)
        .where(found.c.difference != 0)
        .order_by(Item.id)
    )
    columns = ["station_id", "item_id", "kind", "delta", "shelf", "day", "at", "by_person_id"]
    columns += ["stocktake_id", "cause", "reason"]
    booked = insert(StockMovement).from_select(columns, moved).returning(StockMovement.id)
    return len(session().execute(booked).all())


def item_ids(stocktake_id: UUID) -> list[UUID]:
    """Return the items that a stocktake counts, in the order of their ids."""
    statement = select(StocktakeLine.item_id).where(StocktakeLine.stocktake_id == stocktake_id)
    return list(session().scalars(statement.order_by(StocktakeLine.item_id)))


def close(row: Stocktake, **fields: Any) -> None:
    """Close a locked stocktake."""
    for name, value in fields.items():
        setattr(row, name, value)
    session().flush()
