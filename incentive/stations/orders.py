"""Orders from the holder's side: points and goods are held, then collected or given back.

The lock order is told in `queries`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Never
from uuid import UUID

from incentive.core.codes import new_redemption_code
from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.core.zone import day_of, timezone
from incentive.ledger import history
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, opposite
from incentive.ledger.errors import UnknownTransaction
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.stations import order_queries, queries
from incentive.stations.domain import HELD_FOR, why_not_cancel
from incentive.stations.errors import (
    ItemWithdrawn,
    LimitReached,
    OutOfStock,
    PriceChanged,
    StationClosed,
    UnknownItem,
    UnknownRedemption,
)
from incentive.stations.models import Redemption
from incentive.stations.views import OrderView, moment, order_view

SYSTEM: Final = "system"
BATCH: Final = 100


def redeem(
    caller: Caller, item_id: UUID, quantity: int, at: datetime, *, shown: int | None = None
) -> OrderView:
    """Hold `quantity` (1 to 1000) of an item and the caller's points for it, until collected.

    `shown` is how many points the caller was told that it costs, all pieces together.

    Raises:
        UnknownItem, ItemWithdrawn, StationClosed, OutOfStock, PriceChanged, LimitReached,
        InsufficientPoints: nothing was written.
    """
    # Taking the goods locks the item: of two who want the last one, the second waits here.
    taken = queries.take_stock(item_id, quantity)
    if taken is None:
        _refuse(item_id, quantity)
    points = quantity * taken.points_price
    # Compared under the item's lock: a new price waits until this order is made, or is seen here.
    if shown is not None and shown != points:
        raise PriceChanged(shown, points)
    if taken.per_person_limit is not None:
        # Counted under the item's lock, so that no order of this person's can come between.
        had = order_queries.quantity_had(item_id, caller.person_id)
        if had + quantity > taken.per_person_limit:
            raise LimitReached(taken.per_person_limit, had)
    order = Redemption(
        id=new_id(),
        station_id=taken.station_id,
        item_id=item_id,
        person_id=caller.person_id,
        quantity=quantity,
        points=points,
        code=new_redemption_code().text,
        status="held",
        held_at=at,
        expires_at=at + HELD_FOR,
    )
    session().add(order)
    session().flush()
    queries.move(
        item_id,
        "held",
        delta=-quantity,
        shelf=0,
        day=day_of(at),
        at=at,
        by_person_id=caller.person_id,
        redemption_id=order.id,
    )
    ledger.hold(
        key=hold_key(order.id),
        owner=f"person:{caller.person_id}",
        amount=order.points,
        source=f"redemption:{order.id}",
        actor=actor(caller),
        today=day_of(at),
    )
    return _mine(caller, order.id)


def mine(
    caller: Caller, *, status: str | None = None, cursor: str | None = None, limit: int = 20
) -> Page:
    """Return a page of the caller's orders, the newest first, with their codes."""
    found = order_queries.orders().where(Redemption.person_id == caller.person_id)
    if status:
        found = found.where(Redemption.status == status)
    rows = page(
        found, [Redemption.id], cursor=cursor, limit=limit, newest_first=True, scalars=False
    )
    return Page([order_view(row, code=True) for row in rows.items], rows.next_cursor)


def get(caller: Caller, order_id: UUID) -> OrderView:
    """Return an order to its holder, or without its code to who serves or audits its station.

    Raises:
        UnknownRedemption: there is none that the caller may see.
    """
    row = order_queries.order(Redemption.id == order_id)
    if row is None:
        raise UnknownRedemption
    own = row[0].person_id == caller.person_id
    if not own and not any(
        caller.may(permission, region_path=row.region_path, station_id=row[0].station_id)
        for permission in ("station.serve", "station.audit")
    ):
        raise UnknownRedemption
    return order_view(row, code=own)


def code(caller: Caller, order_id: UUID) -> str:
    """Return the bare code of an order of the caller's own.

    Raises:
        UnknownRedemption: the caller has no such order.
    """
    text = get(caller, order_id).code
    if text is None:
        raise UnknownRedemption
    return text


def cancel(caller: Caller, order_id: UUID, at: datetime, reason: str = "") -> OrderView:
    """Give back the points and goods of an order that is held: its holder or the counter.

    Raises:
        UnknownRedemption, AlreadyCollected, Gone: nothing was written.
    """
    row = order_queries.lock_order(Redemption.id == order_id)
    if row is None:
        raise UnknownRedemption
    order: Redemption = row[0]
    own = order.person_id == caller.person_id
    if not own and not caller.may(
        "station.serve", region_path=row.region_path, station_id=order.station_id
    ):
        raise UnknownRedemption
    if (refusal := why_not_cancel(moment(order), at, timezone())) is not None:
        raise refusal
    order.status, order.closed_at, order.closed_by = "cancelled", at, caller.person_id
    order.reason = reason
    session().flush()
    give_back(order, at, caller.person_id, handed_over=False)
    ledger.release(
        key=f"redemption:{order.id}:release",
        hold_key=hold_key(order.id),
        actor=actor(caller),
        today=day_of(at),
        reason=reason or "cancelled",
    )
    if not own:
        acts.record(
            caller,
            "order.cancel",
            subject=f"redemption:{order.id}",
            before={"status": "held"},
            after={"status": "cancelled", "points": order.points},
            reason=reason,
        )
    return order_view(row, code=own)


def due(
    at: datetime, *, after: tuple[datetime, UUID] | None = None, limit: int = BATCH
) -> list[tuple[datetime, UUID]]:
    """Return up to `limit` (expires_at, id) of orders not collected by `at`, beyond `after`."""
    return order_queries.due(at, after, limit)


def lapse(order_ids: Sequence[UUID], at: datetime) -> int:
    """Give back the points and goods of those orders that are due, all or none; return how many.

    What another transaction is deciding on, or has decided, is left to it.

    Raises:
        AlreadyClosed, UnknownTransaction: an order and the ledger disagree; which, `ledger check` shows.
    """
    orders = order_queries.lock_due(order_ids, at)
    if not orders:
        return 0
    ids = [order.id for order in orders]
    queries.lock_items(sorted({order.item_id for order in orders}))
    order_queries.mark_lapsed(ids, at)
    order_queries.release_goods(ids, at, day_of(at))
    holds = history.lines_by_key([hold_key(each) for each in ids])
    postings = []
    for each in ids:
        transaction_id, lines = holds.get(hold_key(each), (None, ()))
        if transaction_id is None:
            raise UnknownTransaction
        postings.append(
            Posting(
                f"redemption:{each}:release",
                "release",
                f"redemption:{each}",
                SYSTEM,
                day_of(at),
                opposite(lines),
                "lapsed",
                transaction_id,
            )
        )
    ledger.post(postings)
    return len(ids)


def hold_key(order_id: UUID) -> str:
    """Return the key under which the ledger holds an order's points."""
    return f"redemption:{order_id}:hold"


def actor(caller: Caller) -> str:
    """Return the name under which the ledger keeps who did it."""
    return f"person:{caller.person_id}"


def give_back(order: Redemption, at: datetime, by: UUID, *, handed_over: bool) -> None:
    """Free a closed order's goods; those that were handed over are back on the shelf."""
    queries.return_stock(order.item_id, order.quantity, handed_over=handed_over)
    queries.move(
        order.item_id,
        "returned",
        delta=order.quantity,
        shelf=order.quantity if handed_over else 0,
        day=day_of(at),
        at=at,
        by_person_id=by,
        redemption_id=order.id,
    )


def _mine(caller: Caller, order_id: UUID) -> OrderView:
    row = order_queries.order(
        (Redemption.id == order_id) & (Redemption.person_id == caller.person_id)
    )
    if row is None:
        raise UnknownRedemption
    return order_view(row, code=True)


def _refuse(item_id: UUID, quantity: int) -> Never:
    """Say why the goods could not be taken."""
    row = queries.item_with_station(item_id)
    if row is None:
        raise UnknownItem
    item, station, _ = row
    if station.status != "open":
        raise StationClosed
    if item.status != "offered":
        raise ItemWithdrawn
    raise OutOfStock(quantity, item.stock)
