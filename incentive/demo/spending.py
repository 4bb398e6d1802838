"""A few orders at the stations, made and handed over by the real services."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from incentive.core.ids import new_id
from incentive.demo import queries
from incentive.demo.ids import chances, demo_id
from incentive.demo.people import Human
from incentive.demo.places import SINCE, STATIONS
from incentive.people import permissions as role
from incentive.people.caller import Caller, Grant
from incentive.stations import counter, orders

ORDERS: Final = 40
CHEAP: Final = ("抽纸一提", "洗洁精 1 kg", "热饭一份", "充电宝一天")
POINTS_MIN: Final = 15
# What becomes of every eighth order: the rest is collected.
_OTHERWISE: Final = {3: "held", 5: "cancelled", 7: "refunded"}


def order(crowd: Sequence[Human], at: datetime) -> None:
    """Let those who earned most order and collect."""
    buyers = queries.richest(
        [h.id for h in crowd if h.role in {role.VOLUNTEER, role.GIG_WORKER}], POINTS_MIN
    )[:ORDERS]
    managers = {h.station_id: h.id for h in crowd if h.role == role.STATION_MANAGER}
    numbers = queries.known_persons([*buyers, *managers.values()])
    chance = chances("orders")
    for turn, buyer in enumerate(buyers):
        station_id, item_id = chance.choice(list(_offers()))
        ordered_at = at - timedelta(minutes=37 * (len(buyers) - turn))
        served_at = ordered_at + timedelta(minutes=20)
        holder = Caller(buyer, numbers[buyer], new_id(), ())
        manager_id = managers[station_id]
        serving = (Grant(role.STATION_MANAGER, None, station_id),)
        manager = Caller(manager_id, numbers[manager_id], new_id(), serving)
        made = orders.redeem(holder, item_id, 1, ordered_at)
        fate = _OTHERWISE.get(turn % 8, "collected")
        if fate == "cancelled":
            orders.cancel(holder, made.id, served_at)
        elif fate != "held":
            counter.collect(manager, made.code or "", served_at, station_id)
        if fate == "refunded":
            counter.refund(
                manager, made.id, served_at, reason="商品有破损，退回积分。", restock=False
            )


def _offers() -> Iterator[tuple[UUID, UUID]]:
    """Yield (station, item) of all that is cheap enough for many to have."""
    for place in STATIONS:
        for name in CHEAP:
            if any(goods.name == name for goods in place.goods):
                yield place.id, demo_id(SINCE, "item", place.name, name)
