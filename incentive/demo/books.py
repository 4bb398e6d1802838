"""Four weeks of one station's books, kept by the real services: deliveries, losses, a count, closed days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from incentive.core.ids import new_id
from incentive.core.zone import day_of, timezone
from incentive.demo import queries
from incentive.demo.ids import demo_id
from incentive.demo.people import Human
from incentive.demo.places import HOME, SINCE, STATIONS
from incentive.ledger import seal_keys
from incentive.people import permissions as role
from incentive.people.caller import Caller, Grant
from incentive.regions.domain import path_of_code
from incentive.stations import counter, orders
from incentive.stations.days import service as days
from incentive.stations.stock import service as stock
from incentive.stations.stocktakes import service as stocktakes

STATION: Final = STATIONS[0]
DAYS_BACK: Final = 28
COUNTED_DAYS_BACK: Final = 9
LATE_DAYS_BACK: Final = 7
REFUNDED_DAYS_BACK: Final = 5
# Yesterday is left open, for whoever tries the demo to close.
LAST_CLOSED: Final = 2
ORDERS_PER_DAY: Final = 3
# What everybody keeps for an order of today's: see `spending`.
KEPT_POINTS: Final = 15
SUPPLIER: Final = "昆明供销社配送中心"
# Item, pieces of each weekly delivery, cost of one in fen.
DELIVERED: Final = (("抽纸一提", 40, 1180), ("洗洁精 1 kg", 20, 650), ("遮放米 5 kg", 10, 3950))
WANTED: Final = (("抽纸一提", 10), ("洗洁精 1 kg", 15), ("晴雨伞", 25))


@dataclass(frozen=True, slots=True)
class Staff:
    """Who keeps the station, and who looks over their shoulder."""

    manager: Caller
    worker: Caller


def keep(crowd: Sequence[Human], at: datetime) -> None:
    """Let goods come and go at one station day by day, until the day before yesterday of `at`."""
    staff = _staff(crowd)
    buyers = _buyers(crowd, day_of(at))
    for back, day in _days(at):
        if back % 7 == 0 and back != LATE_DAYS_BACK:
            _deliver(staff, day, _hour(day, 9))
        _lose(staff, back, _hour(day, 11))
        for minutes, (buyer, item, _points) in enumerate(buyers.get(day, ())):
            order_id = _serve(staff, buyer, item, _hour(day, 15) + timedelta(minutes=minutes))
            if back == REFUNDED_DAYS_BACK and not minutes:
                _take_back(staff, order_id, _hour(day, 16))
        if back == COUNTED_DAYS_BACK:
            _count(staff, _hour(day, 18))


def close(crowd: Sequence[Human], at: datetime) -> None:
    """Close those days, unless any is closed; one delivery is written down a day late, and amended."""
    if queries.has_closed_days(STATION.id):
        return
    # The key that signs is made now, not in the demo's past: the sealer may be at work already.
    seal_keys.signers(at)
    staff = _staff(crowd)
    for back, day in _days(at):
        note = "盘点差异已说明，由社区工作者复核过账。" if back == COUNTED_DAYS_BACK else ""
        days.close(staff.manager, STATION.id, day, _hour(day, 20), note)
        if back == LATE_DAYS_BACK - 1:
            _deliver_late(staff, day - timedelta(days=1), _hour(day, 20))


def _days(at: datetime) -> Iterator[tuple[int, date]]:
    """Yield how many days before `at`, and the day."""
    for back in range(DAYS_BACK, LAST_CLOSED - 1, -1):
        yield back, day_of(at) - timedelta(days=back)


def _deliver(staff: Staff, day: date, at: datetime) -> None:
    for number, (name, quantity, cost) in enumerate(DELIVERED, 1):
        stock.receive(
            staff.manager,
            _item(name),
            quantity,
            at,
            day=day,
            supplier=SUPPLIER,
            delivery_note=f"GX{day:%Y%m%d}-{number}",
            unit_cost_fen=cost,
        )


def _deliver_late(staff: Staff, day: date, at: datetime) -> None:
    """Write a delivery down a day late: it shows as after the close, and is amended."""
    _deliver(staff, day, at)
    days.amend(staff.manager, STATION.id, day, at, "到货单次日补记。")


def _lose(staff: Staff, back: int, at: datetime) -> None:
    match back:
        case 20:
            stock.spoil(staff.manager, _item("菜籽油 5 L"), 2, at, cause="damaged", note="瓶盖破裂")
        case 12:
            stock.spoil(staff.manager, _item("遮放米 5 kg"), 1, at, cause="wet", note="受潮")
        case 13:
            wrong = stock.spoil(staff.manager, _item("晴雨伞"), 10, at, cause="damaged")
            stock.correct(staff.manager, wrong.id, at, reason="应为 1 把，多记一位")
            stock.spoil(staff.manager, _item("晴雨伞"), 1, at, cause="damaged", note="伞骨折断")
        case 6:
            stock.send_back(
                staff.manager,
                _item("洗洁精 1 kg"),
                4,
                at,
                reason="临近保质期，供应商换货",
                supplier=SUPPLIER,
            )


def _serve(staff: Staff, buyer: Caller, item: str, at: datetime) -> UUID:
    made = orders.redeem(buyer, _item(item), 1, at - timedelta(hours=2))
    counter.collect(staff.manager, made.code or "", at, STATION.id)
    return made.id


def _take_back(staff: Staff, order_id: UUID, at: datetime) -> None:
    counter.refund(staff.manager, order_id, at, reason="拿错了，原物退回", restock=True)


def _count(staff: Staff, at: datetime) -> None:
    """Count everything: two packs are gone, an umbrella is found again; the worker books it."""
    found = stocktakes.begin(staff.manager, STATION.id, at, "月度盘点")
    shelf = queries.on_shelf(STATION.id)
    wrong = {
        _item("抽纸一提"): (-2, "lost", "货架后、库房都没有"),
        _item("晴雨伞"): (1, "found", ""),
    }
    counts = {item: number + wrong.get(item, (0,))[0] for item, number in shelf.items()}
    stocktakes.count(staff.manager, found.id, counts, at)
    for item, (_difference, cause, note) in wrong.items():
        stocktakes.explain(staff.manager, found.id, item, cause, note, at)
    stocktakes.book(staff.worker, found.id, at + timedelta(hours=1))


def _buyers(crowd: Sequence[Human], today: date) -> dict[date, list[tuple[Caller, str, int]]]:
    """Return who buys what on which day: only with points that they had earned by then."""
    people = [h.id for h in crowd if h.role in {role.VOLUNTEER, role.GIG_WORKER}]
    numbers = queries.known_persons(people)
    earned = queries.earned(people)
    spent: dict[UUID, int] = {}
    plan: dict[date, list[tuple[Caller, str, int]]] = {}
    for back in range(DAYS_BACK, LAST_CLOSED - 1, -1):
        day = today - timedelta(days=back)
        for turn, (person_id, points) in enumerate(_rich(earned, spent, day)):
            if turn == ORDERS_PER_DAY:
                break
            item, price = next(
                (wish for wish in WANTED[turn:] + WANTED if wish[1] <= points), WANTED[0]
            )
            spent[person_id] = spent.get(person_id, 0) + price
            buyer = Caller(person_id, numbers[person_id], new_id(), ())
            plan.setdefault(day, []).append((buyer, item, price))
    return plan


def _rich(
    earned: Sequence[tuple[UUID, date, int]], spent: dict[UUID, int], day: date
) -> Iterator[tuple[UUID, int]]:
    """Yield who has points to spare on a day, and how many; who spent least comes first."""
    left: dict[UUID, int] = {}
    for person_id, when, points in earned:
        if when < day:
            left[person_id] = left.get(person_id, 0) + points
    for person_id in sorted(left, key=lambda each: (spent.get(each, 0), each)):
        spare = left[person_id] - spent.get(person_id, 0) - KEPT_POINTS
        if spare >= WANTED[0][1]:
            yield person_id, spare


def _staff(crowd: Sequence[Human]) -> Staff:
    manager = next(h.id for h in crowd if h.station_id == STATION.id)
    worker = next(h.id for h in crowd if h.role == role.COMMUNITY_WORKER and h.scope == HOME)
    numbers = queries.known_persons([manager, worker])
    return Staff(
        Caller(
            manager, numbers[manager], new_id(), (Grant(role.STATION_MANAGER, None, STATION.id),)
        ),
        Caller(
            worker,
            numbers[worker],
            new_id(),
            (Grant(role.COMMUNITY_WORKER, path_of_code(HOME), None),),
        ),
    )


def _hour(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(timezone()))


def _item(name: str) -> UUID:
    return demo_id(SINCE, "item", STATION.name, name)
