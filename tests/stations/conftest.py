"""A points supermarket with goods, somebody with points, and the counter."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from incentive.stations.models import Item, Redemption
from tests import factories

API = "/api/v1"
LATER = date(2099, 12, 31)


def give(person_id, points, expires_on=LATER):
    """Award points to a person, in the open transaction."""
    lines = transfer(
        Purse("region:1", "issuance"), Purse(f"person:{person_id}", "available", expires_on), points
    )
    key = str(new_id())
    ledger.post([Posting(key, "adjustment", f"record:{key}", "system", date(2026, 1, 1), lines)])


def points_of(person_id, purpose="available"):
    with transaction():
        return sum(b.points for b in ledger.balances(f"person:{person_id}") if b.purpose == purpose)


def income_of(station_id):
    with transaction():
        return ledger.total(f"station:{station_id}", "income")


def findings():
    with transaction():
        return list(checks.run())


@dataclass
class Shop:
    """Ids, and the headers that sign people in."""

    region_code: str
    region_id: object
    station_id: object
    item_id: object
    person_id: object
    number: str
    person: dict = field(repr=False)
    manager_id: object
    manager: dict = field(repr=False)
    worker: dict = field(repr=False)
    auditor: dict = field(repr=False)

    def stock(self):
        with transaction():
            return session().get(Item, self.item_id, populate_existing=True).stock

    def status(self, order_id):
        with transaction():
            return session().get(Redemption, order_id, populate_existing=True).status


def open_shop(points=100, price=10, stock=5, **item):
    """Make the shop in a transaction of its own."""
    with transaction():
        place = factories.region()
        station = factories.station(place)
        goods = factories.item(station, points_price=price, stock=stock, **item)
        person, manager, worker, auditor = (factories.person(name) for name in "甲乙丙丁")
        factories.grant(manager, "station_manager", station=station)
        factories.grant(worker, "community_worker", at=place)
        factories.grant(auditor, "auditor", at=place)
        if points:
            give(person.id, points)
        return Shop(
            place.code,
            place.id,
            station.id,
            goods.id,
            person.id,
            person.volunteer_number,
            factories.bearer(person),
            manager.id,
            factories.bearer(manager),
            factories.bearer(worker),
            factories.bearer(auditor),
        )


def newcomer(points=0):
    """One more person: (id, headers)."""
    with transaction():
        person = factories.person("戊")
        if points:
            give(person.id, points)
        return person.id, factories.bearer(person)


def post(client, path, headers, body=None, key=None):
    """POST with a fresh Idempotency-Key, or the given one."""
    keyed = headers | {"Idempotency-Key": key or str(new_id())}
    return client.post(f"{API}{path}", json=body, headers=keyed)


def order(client, shop, quantity=1, headers=None, item_id=None):
    body = {"item_id": str(item_id or shop.item_id), "quantity": quantity}
    return post(client, "/redemptions", headers or shop.person, body)


def collect(client, shop, code, headers=None, key=None):
    return post(client, f"/redemptions/{code}/collect", headers or shop.manager, key=key)


def change(row, row_id, **values):
    """Change a row behind everybody's back."""
    with transaction():
        found = session().get(row, row_id, populate_existing=True)
        for name, value in values.items():
            setattr(found, name, value)


@pytest.fixture
def shop(books):
    return open_shop()


@pytest.fixture
def held(client, shop):
    """An order of 2, as answered."""
    answer = order(client, shop, 2)
    assert answer.status_code == 201, answer.text
    return answer.json


@pytest.fixture
def collected(client, shop, held):
    answer = collect(client, shop, held["code"])
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.fixture
def now():
    return clock.now()
