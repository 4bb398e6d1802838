"""Two merchants, a sponsor, and the statements of the last days, made by the real services."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from incentive.core import clock
from incentive.core.ids import new_id
from incentive.core.money import decimal_yuan
from incentive.core.zone import day_of, timezone
from incentive.demo import queries
from incentive.demo.ids import demo_id
from incentive.demo.people import Human
from incentive.demo.places import CITY, HOME, SINCE, STATIONS
from incentive.ledger import service as ledger
from incentive.merchants import (
    agreements,
    banking,
    confirming,
    disputes,
    making,
    parties,
    statements,
)
from incentive.merchants.domain import reference
from incentive.merchants.statement_models import Statement
from incentive.people import permissions as role
from incentive.people.caller import Caller, Grant
from incentive.regions.domain import path_of_code
from incentive.stations import counter, orders

SPONSOR: Final = "翠湖社区发展基金"
BUDGET_FEN: Final = 800_000
SHOP: Final = STATIONS[0]
# Merchant -> goods of the shop: the price in fen, and the points that one costs.
SUPPLIES: Final = {
    "翠湖便民粮油店": {"抽纸一提": (990, 10), "洗洁精 1 kg": (1_380, 15)},
    "文林百货": {"晴雨伞": (2_200, 25), "洗衣液 2 kg": (2_850, 30)},
}
# Which days before today each goods were given on; the first of all is given back two days later.
GIVEN: Final = (10, 9, 8, 7, 6, 5, 4, 3)
FIRST, SECOND, THIRD = (10, 8), (7, 5), (4, 2)


class Cast:
    """Who does what, with the roles that they hold in the demo."""

    def __init__(self, crowd: Sequence[Human]) -> None:
        numbers = queries.known_persons([human.id for human in crowd])
        self._numbers = numbers
        by_role = {human.role: human for human in reversed(crowd) if human.look_at}
        home, city = path_of_code(HOME), path_of_code(CITY)
        self.chief = self.caller(by_role[role.ADMINISTRATOR].id, role.ADMINISTRATOR, city)
        self.worker = self.caller(by_role[role.COMMUNITY_WORKER].id, role.COMMUNITY_WORKER, home)
        self.manager = self.caller(by_role[role.STATION_MANAGER].id, role.STATION_MANAGER, None)
        # They speak for the merchants, the one for the first and the other for the second.
        self.contacts = [
            self.caller(by_role[held].id, held, home) for held in (role.GIG_WORKER, role.VOLUNTEER)
        ]

    def caller(self, person_id: UUID, held: str, path: str | None) -> Caller:
        """Return a caller with one role: at the region of `path`, or at the shop."""
        grant = Grant(held, path, None if path else SHOP.id)
        return Caller(person_id, self._numbers[person_id], new_id(), (grant,))


def settle(crowd: Sequence[Human], at: datetime) -> None:
    """Let the shop's goods have suppliers and a payer, unless they have; settle the last days."""
    if queries.has_merchants():
        return
    cast, today = Cast(crowd), day_of(at)
    sponsor = parties.add_sponsor(cast.chief, region=HOME, name=SPONSOR, at=at)[0].id
    first, last = date(today.year - 1, 1, 1), date(today.year, 12, 31)
    parties.add_budget(cast.chief, sponsor, first_day=first, last_day=last, fen=BUDGET_FEN, at=at)
    merchants = []
    for (name, goods), contact in zip(SUPPLIES.items(), cast.contacts, strict=True):
        merchant = parties.add_merchant(cast.worker, region=HOME, name=name, at=at)[0].id
        number = contact.volunteer_number
        parties.add_contact(cast.worker, merchant, volunteer_number=number, at=at)
        for item, (fen, _points) in goods.items():
            agreements.agree(
                cast.worker,
                item_id=_item(item),
                merchant_id=merchant,
                sponsor_id=sponsor,
                price_fen=fen,
                valid_from=SINCE.date(),
                at=at,
            )
        merchants.append(merchant)
    _give_out(cast, crowd, today)
    _statements(cast, merchants, sponsor, at)


def _give_out(cast: Cast, crowd: Sequence[Human], today: date) -> None:
    buyers = [human.id for human in crowd if human.role in {role.VOLUNTEER, role.GIG_WORKER}]
    made = []
    for turn, (days, item, points) in enumerate(_given()):
        day = today - timedelta(days=days)
        buyer = _buyer(buyers, day, points)
        if buyer is None:
            continue
        # Whoever had something is asked last again.
        buyers.remove(buyer)
        buyers.append(buyer)
        # One after the other: many people at one moment would be a finding.
        at = clock.day_bounds(day, timezone())[0] + timedelta(hours=11, minutes=13 * (turn % 4))
        holder = cast.caller(buyer, role.VOLUNTEER, path_of_code(HOME))
        order = orders.redeem(holder, _item(item), 1, at)
        counter.collect(cast.manager, order.code or "", at + timedelta(minutes=20), SHOP.id)
        made.append((order.id, at))
    if made:
        order_id, at = made[0]
        back = at + timedelta(days=3)
        counter.refund(cast.manager, order_id, back, reason="包装漏液，退回积分。", restock=False)


def _given() -> Iterator[tuple[int, str, int]]:
    for days in GIVEN:
        for goods in SUPPLIES.values():
            for item, (_fen, points) in goods.items():
                yield days, item, points


def _buyer(buyers: Sequence[UUID], day: date, points: int) -> UUID | None:
    """Return who had earned enough by then, and has it still."""
    earned = queries.earned_before(buyers, day)
    for buyer in buyers:
        if earned.get(buyer, 0) >= points:
            free = sum(
                balance.points
                for balance in ledger.balances(f"person:{buyer}")
                if balance.purpose == "available"
            )
            if free >= points:
                return buyer
    return None


def _statements(cast: Cast, merchants: Sequence[UUID], sponsor: UUID, at: datetime) -> None:
    """Leave the first merchant one paid, one objected to and one draft; the second one payable."""
    groceries, general = merchants

    def make(merchant: UUID, first: int, last: int) -> Statement:
        today = day_of(at)
        made = making.make(
            cast.worker,
            merchant_id=merchant,
            sponsor_id=sponsor,
            first_day=today - timedelta(days=first),
            last_day=today - timedelta(days=last),
            at=at,
        )
        return made.statement

    def agree(made: Statement, contact: Caller) -> None:
        statements.send(cast.worker, made.id, at)
        confirming.confirm(contact, made.id, side="merchant", at=at)
        confirming.confirm(cast.chief, made.id, side="sponsor", at=at)
        confirming.charge(cast.chief, made.id, at)

    paid = make(groceries, *FIRST)
    agree(paid, cast.contacts[0])
    disputed = make(groceries, *SECOND)
    statements.send(cast.worker, disputed.id, at)
    disputes.object_to(
        cast.contacts[0],
        disputed.id,
        number=1,
        side="merchant",
        text="少记一提：周末那天发出两提。",
        at=at,
    )
    make(groceries, *THIRD)
    owed = make(general, FIRST[0], THIRD[1])
    agree(owed, cast.contacts[1])
    banking.take_in(
        cast.worker, region=HOME, name="网银流水.csv", content=_bank_file(paid, owed, at), at=at
    )


def _bank_file(paid: Statement, owed: Statement, at: datetime) -> bytes:
    """Return the bank's rows: one statement in full, another in part, and what is none of ours."""
    first, second = SUPPLIES
    day = (day_of(at) - timedelta(days=1)).isoformat()
    rows = (
        (paid.total_fen, f"货款 {reference(paid.serial)}", first),
        (owed.total_fen // 2, f"货款 {reference(owed.serial)} 首期", second),
        (12_800, "饮水机租金", "昆明净水服务部"),
    )
    lines = [f"{day},{decimal_yuan(fen)},{text},{who}" for fen, text, who in rows]
    return "\n".join(["日期,金额,附言,对方户名", *lines]).encode("gb18030")


def _item(name: str) -> UUID:
    return demo_id(SINCE, "item", SHOP.name, name)
