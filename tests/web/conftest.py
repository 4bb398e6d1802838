"""The real application's pages, with somebody signed in by a browser's cookie."""

import re
from contextlib import contextmanager
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from flask import g
from sqlalchemy import event

from incentive.core import clock
from incentive.core.db import db, transaction
from incentive.core.ids import new_id
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from tests import factories as make

ORIGIN = {"Origin": "http://localhost"}
HOUR = timedelta(hours=1)


class Browser:
    """A client that keeps one person's cookie, sends forms from our own pages, and counts."""

    def __init__(self, client, token=None):
        self.client = client
        client.set_cookie("lang", "en")
        if token:
            client.set_cookie("session", token)

    def get(self, path, **more):
        return self._fresh().get(path, **more)

    def send(self, path, **fields):
        """Post a form with a fresh key."""
        return self.post(path, {"key": str(new_id())} | fields)

    def post(self, path, fields, headers=ORIGIN):
        return self._fresh().post(path, data=fields, headers=headers)

    def _fresh(self):
        # All requests of a test run in one context; each must find out anew who is calling.
        g.pop("caller", None)
        return self.client


@pytest.fixture
def browsing(books):
    """A function that returns a browser, with the person's cookie if one is given."""

    def open_for(person=None):
        token = None
        if person is not None:
            with transaction():
                token = make.token(person)
        return Browser(books.test_client(), token)

    return open_for


@pytest.fixture
def place(books):
    """A community with a shift going on, a station with goods, and one person of each kind."""
    with transaction():
        community = make.region()
        worker = make.person("王社工")
        steward = make.person("李网格")
        manager = make.person("赵站长")
        volunteer = make.person("钱多多", home_region_id=community.id)
        make.grant(worker, "community_worker", at=community)
        make.grant(steward, "grid_worker", at=community)
        make.grant(volunteer, "volunteer", at=community)
        shop = make.station(community)
        make.grant(manager, "station_manager", station=shop)
        goods = make.item(shop, points_price=20, stock=5, per_person_limit=2)
        activity = make.activity(community, by=worker)
        shift = make.shift(activity, starts_at=clock.now() - HOUR, hours=3, quota=2)
        later = make.shift(activity, starts_at=clock.now() + 24 * HOUR, quota=1)
        give(volunteer.id, 100)
        return SimpleNamespace(
            community=community,
            worker=worker,
            steward=steward,
            manager=manager,
            volunteer=volunteer,
            shop=shop,
            goods=goods,
            activity=activity,
            shift=shift,
            later=later,
        )


def give(person_id, points, expires_on=date(2099, 12, 31)):
    """Award points, in the open transaction."""
    lines = transfer(
        Purse("region:1", "issuance"), Purse(f"person:{person_id}", "available", expires_on), points
    )
    key = str(new_id())
    ledger.post([Posting(key, "adjustment", f"record:{key}", "system", date(2026, 1, 1), lines)])


@contextmanager
def counted():
    """Collect the statements sent to the database, save those of the transactions themselves."""
    sent = []

    def note(_connection, _cursor, statement, *_):
        if not re.match(r"(SAVEPOINT|RELEASE|ROLLBACK|SET LOCAL)", statement):
            sent.append(statement)

    target = db.engines[None]
    event.listen(target, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(target, "before_cursor_execute", note)


@pytest.fixture
def queries():
    return counted


@pytest.fixture
def points():
    return give
