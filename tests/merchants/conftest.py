"""A supermarket whose goods a merchant supplies and a sponsor pays, and people for both sides."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.people.caller import Caller, Grant
from incentive.stations import counter, orders
from tests import factories
from tests.stations.conftest import give

API = "/api/v1"
ZONE = ZoneInfo("Asia/Shanghai")
PRICE = 1250  # 12.50 yuan


def day(month, number):
    return date(2026, month, number)


def noon(on):
    return datetime(on.year, on.month, on.day, 12, tzinfo=ZONE).astimezone(UTC)


@dataclass
class Market:
    """Ids, callers and headers of one settlement."""

    region: object
    station: object
    item: object
    other: object
    people: dict = field(repr=False)
    callers: dict = field(repr=False)
    headers: dict = field(repr=False)
    merchant_id: str = ""
    sponsor_id: str = ""
    budget_id: str = ""
    agreement_id: str = ""

    def give_out(self, on, quantity=1, item=None):
        """An order made and handed over at noon of that day; its id."""
        at = noon(on)
        made = orders.redeem(self.callers["buyer"], (item or self.item).id, quantity, at)
        counter.collect(self.callers["manager"], made.code, at)
        return made.id

    def take_back(self, order_id, on):
        counter.refund(self.callers["manager"], order_id, noon(on), reason="坏了", restock=True)


def caller_of(person, *grants):
    return Caller(person.id, person.volunteer_number, new_id(), grants)


def open_market(*, budget=1_000_000, price=PRICE, points=100_000):
    """Make it all in a transaction of its own, the parties by the API's services."""
    with transaction():
        return build_market(budget=budget, price=price, points=points)


def build_market(*, budget=1_000_000, price=PRICE, points=100_000):
    from incentive.merchants import agreements, parties

    region = factories.region()
    station = factories.station(region)
    item = factories.item(station, points_price=1, stock=100_000)
    other = factories.item(station, points_price=1, stock=100_000)
    people = {
        name: factories.person(name)
        for name in ("chief", "worker", "contact", "manager", "buyer", "auditor", "stranger")
    }
    roles = {
        "chief": ("administrator", region),
        "worker": ("community_worker", region),
        "auditor": ("auditor", region),
        "contact": ("volunteer", region),
        "buyer": ("volunteer", region),
    }
    callers = {}
    for name, person in people.items():
        if name in roles:
            role, at = roles[name]
            factories.grant(person, role, at=at)
            callers[name] = caller_of(person, Grant(role, at.path, None))
        else:
            callers[name] = caller_of(person)
    factories.grant(people["manager"], "station_manager", station=station)
    callers["manager"] = caller_of(people["manager"], Grant("station_manager", None, station.id))
    give(people["buyer"].id, points)
    headers = {name: factories.bearer(person) for name, person in people.items()}
    market = Market(region, station, item, other, people, callers, headers)
    chief, at = callers["chief"], noon(day(1, 1))
    merchant = parties.add_merchant(chief, region=region.code, name="翠湖便利店", at=at)[0]
    sponsor = parties.add_sponsor(chief, region=region.code, name="爱心基金", at=at)[0]
    parties.add_contact(
        chief, merchant.id, volunteer_number=people["contact"].volunteer_number, at=at
    )
    market.merchant_id, market.sponsor_id = merchant.id, sponsor.id
    if budget is not None:
        market.budget_id = parties.add_budget(
            chief, sponsor.id, first_day=day(1, 1), last_day=day(12, 31), fen=budget, at=at
        ).id
    market.agreement_id = agreements.agree(
        chief,
        item_id=item.id,
        merchant_id=merchant.id,
        sponsor_id=sponsor.id,
        price_fen=price,
        valid_from=day(1, 1),
        at=at,
    )[0].id
    session().flush()
    return market


def statement(market, first=None, last=None, at=None, by="worker"):
    """A draft of October, made in November."""
    from incentive.merchants import making

    return making.make(
        market.callers[by],
        merchant_id=market.merchant_id,
        sponsor_id=market.sponsor_id,
        first_day=first or day(10, 1),
        last_day=last or day(10, 31),
        at=at or noon(day(11, 2)),
    )


def sent(market, **more):
    from incentive.merchants import statements

    made = statement(market, **more)
    return statements.send(market.callers["worker"], made.statement.id, noon(day(11, 2)))


def confirmed(market, **more):
    from incentive.merchants import confirming

    made = sent(market, **more).statement
    confirming.confirm(market.callers["contact"], made.id, side="merchant", at=noon(day(11, 3)))
    return confirming.confirm(
        market.callers["worker"], made.id, side="sponsor", at=noon(day(11, 3))
    )


def charged(market, **more):
    from incentive.merchants import confirming

    made = confirmed(market, **more).statement
    return confirming.charge(market.callers["worker"], made.id, noon(day(11, 4)))


def owed(market):
    return ledger.total(f"merchant:{market.merchant_id}", "payable", "fen")


def paid(market):
    return ledger.total(f"merchant:{market.merchant_id}", "paid", "fen")


def findings():
    return [finding.check for finding in checks.run()]


def post(client, market, path, body=None, by="worker", key=None):
    headers = market.headers[by] | {"Idempotency-Key": key or str(new_id())}
    plain = body and {
        name: value if isinstance(value, int) or value is None else str(value)
        for name, value in body.items()
    }
    return client.post(f"{API}{path}", json=plain, headers=headers)


def get(client, market, path, by="worker"):
    return client.get(f"{API}{path}", headers=market.headers[by])


LATER = timedelta(days=1)


@pytest.fixture
def market(tx):
    """In the test's own transaction, rolled back at the end."""
    return build_market()


@pytest.fixture
def shop(books):
    """Committed in its own transaction, for the API."""
    return open_market()
