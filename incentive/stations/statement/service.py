"""The statement of a station's days. Its points are those of the station's ledger, by the same query."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Final, Self
from uuid import UUID

from incentive.people.caller import Caller
from incentive.stations import ledger_queries, service
from incentive.stations.errors import DaysBackwards
from incentive.stations.ledger_queries import Filter
from incentive.stations.statement import queries


@dataclass(frozen=True, slots=True)
class Goods:
    """Pieces on the shelf: what there was, what came and went and why, and what there is.

    `held` is what of the closing was held for orders.
    """

    opening: int = 0
    received: int = 0
    given: int = 0
    returned: int = 0
    spoiled: int = 0
    sent_back: int = 0
    counted: int = 0
    corrected: int = 0
    closing: int = 0
    held: int = 0

    @classmethod
    def summed(cls, rows: Sequence["GoodsOf"]) -> Self:
        """Return the sums of all rows."""
        return cls(*(sum(getattr(row.goods, each.name) for row in rows) for each in fields(cls)))


@dataclass(frozen=True, slots=True)
class GoodsOf:
    """What became of one item."""

    item_id: UUID
    item: str
    goods: Goods


@dataclass(frozen=True, slots=True)
class Statement:
    """What a station did on some days, both included; points are whole, goods are pieces."""

    first_day: date
    last_day: date
    orders: int
    refunds: int
    points_in: int
    points_out: int
    goods: list[GoodsOf]
    total: Goods

    @property
    def net(self) -> int:
        """The points that stayed."""
        return self.points_in - self.points_out


def statement(caller: Caller, station_id: UUID, first_day: date, last_day: date) -> Statement:
    """Return what the station did from `first_day` to `last_day`.

    Raises:
        UnknownStation, OutOfScope, DaysBackwards: nothing is shown.
    """
    service.require_at(caller, "station.audit", station_id)
    if first_day > last_day:
        raise DaysBackwards
    return figures(station_id, first_day, last_day)


def figures(station_id: UUID, first_day: date, last_day: date) -> Statement:
    """Return what `statement` does to somebody who may see it."""
    which = Filter(first_day, last_day)
    sums = ledger_queries.totals(station_id, which)
    kinds = queries.by_kind(ledger_queries.counted(station_id, which))
    rows = [_goods(row) for row in queries.goods(station_id, first_day, last_day)]
    rows = [row for row in rows if any(asdict(row.goods).values())]
    return Statement(
        first_day=first_day,
        last_day=last_day,
        orders=kinds.get("redemption", 0),
        refunds=kinds.get("refund", 0),
        points_in=sums.points_in,
        points_out=sums.points_out,
        goods=rows,
        total=Goods.summed(rows),
    )


_COLUMNS: Final = tuple(each.name for each in fields(Goods))


def _goods(row: Any) -> GoodsOf:
    return GoodsOf(row.id, row.name, Goods(*(int(getattr(row, name)) for name in _COLUMNS)))
