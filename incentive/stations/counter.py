"""Orders from the counter's side: find, hand over, refund. Nobody serves themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from incentive.core import codes
from incentive.core.clock import day_bounds
from incentive.core.codes import CodeError, RedemptionCode
from incentive.core.db import session
from incentive.core.errors import IncentiveError
from incentive.core.paging import Page, page
from incentive.core.zone import day_of, timezone
from incentive.ledger import service as ledger
from incentive.ledger.domain import Purse
from incentive.people import acts, separation
from incentive.people.caller import Caller
from incentive.people.errors import OutOfScope
from incentive.stations import order_queries, queries, service
from incentive.stations.discrepancies import refusals
from incentive.stations.domain import owner, why_not_collect, why_not_refund
from incentive.stations.errors import (
    AlreadyCollected,
    CodeGarbled,
    CodeOfAnotherKind,
    OtherStation,
    OwnRedemption,
    UnknownCode,
    UnknownRedemption,
)
from incentive.stations.models import Item, Redemption
from incentive.stations.orders import actor, give_back, hold_key
from incentive.stations.views import OrderView, moment, order_view


@dataclass(frozen=True, slots=True)
class Found:
    """The order of a code that was shown, and why not to hand it over (`None`: do)."""

    order: OrderView
    why_not: IncentiveError | None


@dataclass(frozen=True, slots=True)
class Shelved:
    """An item offered, and how many of it wait for those who ordered them."""

    item: Item
    held: int


def today(caller: Caller, station_id: UUID, at: datetime) -> tuple[int, int]:
    """Return how many orders, of how many points, the station handed over on the day of `at`.

    Raises:
        UnknownStation, OutOfScope: nothing is told.
    """
    service.require_at(caller, "station.serve", station_id)
    orders, points = order_queries.handed_over(station_id, *day_bounds(day_of(at), timezone()))
    return orders, int(points)


def shelf(caller: Caller, station_id: UUID) -> list[Shelved]:
    """Return what the station offers, with what is held of it, by name.

    Raises:
        UnknownStation, OutOfScope: nothing is told.
    """
    service.require_at(caller, "station.serve", station_id)
    return [Shelved(item, int(held)) for item, held in order_queries.shelf(station_id)]


def orders(
    caller: Caller,
    station_id: UUID,
    *,
    status: str | None = None,
    code: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Return a page of a station's orders, the newest first, never with their codes.

    Raises:
        UnknownStation, OutOfScope, CodeGarbled, CodeOfAnotherKind: nothing is shown.
    """
    service.require_at(caller, "station.serve", station_id)
    found = order_queries.orders().where(Redemption.station_id == station_id)
    if status:
        found = found.where(Redemption.status == status)
    if code:
        found = found.where(Redemption.code == read_code(code))
    rows = page(
        found, [Redemption.id], cursor=cursor, limit=limit, newest_first=True, scalars=False
    )
    return Page([order_view(row, code=False) for row in rows.items], rows.next_cursor)


def look_up(caller: Caller, code: str, at: datetime, station_id: UUID | None = None) -> Found:
    """Return the order of `code` and whether to hand it over; changes nothing.

    Raises:
        CodeGarbled, CodeOfAnotherKind, UnknownCode, OutOfScope, OtherStation: none to show.
    """
    text = _for_counter(caller, code)
    row = _at_this_counter(caller, order_queries.order(Redemption.code == text), station_id, at)
    return Found(order_view(row, code=False), _why_not(caller, row[0], at, station_id))


def collect(caller: Caller, code: str, at: datetime, station_id: UUID | None = None) -> OrderView:
    """Hand over the order of `code`: its points become the station's.

    `station_id` is the station at which the caller stands, if that is to be checked.

    Raises:
        CodeGarbled, CodeOfAnotherKind, UnknownCode, OutOfScope, OtherStation, OwnRedemption,
        AlreadyCollected, Gone: nothing was written.
    """
    text = _for_counter(caller, code)
    found = order_queries.lock_order(Redemption.code == text)
    row = _at_this_counter(caller, found, station_id, at)
    order: Redemption = row[0]
    if (refusal := _why_not(caller, order, at, station_id)) is not None:
        raise refusal
    order.status, order.collected_at, order.collected_by = "collected", at, caller.person_id
    session().flush()
    queries.hand_over(order.item_id, order.quantity)
    queries.move(
        order.item_id,
        "given",
        delta=0,
        shelf=-order.quantity,
        day=day_of(at),
        at=at,
        by_person_id=caller.person_id,
        redemption_id=order.id,
    )
    ledger.spend(
        key=_spend_key(order.id),
        hold_key=hold_key(order.id),
        to=Purse(owner(order.station_id), "income"),
        actor=actor(caller),
        today=day_of(at),
    )
    return order_view(row, code=False)


def refund(
    caller: Caller, order_id: UUID, at: datetime, *, reason: str, restock: bool
) -> OrderView:
    """Give the points of a collected order back; with `restock` its goods are on the shelf again.

    Raises:
        UnknownRedemption, OutOfScope, OwnRedemption, NotCollected, RedemptionRefunded,
        RefundTooLate: nothing was written.
    """
    row = order_queries.lock_order(Redemption.id == order_id)
    if row is None:
        raise UnknownRedemption
    order: Redemption = row[0]
    caller.require("station.serve", region_path=row.region_path, station_id=order.station_id)
    separation.require_no_stake("order.refund", caller, order.person_id, OwnRedemption)
    if (refusal := why_not_refund(moment(order), at)) is not None:
        raise refusal
    order.status, order.closed_at, order.closed_by = "refunded", at, caller.person_id
    order.reason = reason
    session().flush()
    # Also without goods: who closes the day waits for every refund that is under way.
    queries.lock_items([order.item_id])
    if restock:
        give_back(order, at, caller.person_id, handed_over=True)
    ledger.refund(
        key=f"redemption:{order.id}:refund",
        spend_key=_spend_key(order.id),
        actor=actor(caller),
        today=day_of(at),
        reason=reason,
    )
    acts.record(
        caller,
        "order.refund",
        subject=f"redemption:{order.id}",
        before={"status": "collected"},
        after={"status": "refunded", "points": order.points, "restocked": restock},
        reason=reason,
    )
    return order_view(row, code=False)


def read_code(text: str) -> str:
    """Return the bare redemption code in `text`, however it was scanned or typed.

    Raises:
        CodeGarbled: it is no code.
        CodeOfAnotherKind: it is a card's or a shift's.
    """
    try:
        code = codes.parse(text)
    except CodeError:
        raise CodeGarbled from None
    if not isinstance(code, RedemptionCode):
        raise CodeOfAnotherKind
    return code.text


def _for_counter(caller: Caller, code: str) -> str:
    """Read the code; who serves nowhere may not even learn whether it exists."""
    if not caller.stations_for("station.serve") and not caller.regions_for("station.serve"):
        raise OutOfScope("station.serve")
    return read_code(code)


def _at_this_counter(
    caller: Caller, row: Row[*tuple[Any, ...]] | None, station_id: UUID | None, at: datetime
) -> Row[*tuple[Any, ...]]:
    if row is None:
        raise UnknownCode
    order: Redemption = row[0]
    here = station_id is None or station_id == order.station_id
    if not here or not caller.may(
        "station.serve", region_path=row.region_path, station_id=order.station_id
    ):
        refusals.keep(caller, order.id, station_id, "other_station", at)
        raise OtherStation(row.station_name)
    return row


def _why_not(
    caller: Caller, order: Redemption, at: datetime, station_id: UUID | None
) -> IncentiveError | None:
    if order.person_id == caller.person_id:
        return OwnRedemption()
    refusal = why_not_collect(moment(order), at, timezone())
    if isinstance(refusal, AlreadyCollected):
        refusals.keep(caller, order.id, station_id, "already_collected", at)
    return refusal


def _spend_key(order_id: UUID) -> str:
    return f"redemption:{order_id}:collect"
