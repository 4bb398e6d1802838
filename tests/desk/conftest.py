"""Two communities side by side, each with a station, a person, a manager and an auditor."""

from types import SimpleNamespace

import pytest

from incentive.core.db import transaction
from tests import factories as make
from tests.web.conftest import browsing, queries  # noqa: F401 - fixtures

API = "/api/v1"


def side(code, number):
    """One community with all that it needs, in the open transaction."""
    place = make.region(code, name=f"第{number}社区")
    person, manager, auditor = (
        make.person(name, home_region_id=place.id) for name in ("甲某", "乙某", "丙某")
    )
    shop = make.station(place, name=f"第{number}驿站")
    make.grant(manager, "station_manager", station=shop)
    make.grant(auditor, "auditor", at=place)
    return SimpleNamespace(
        place=place,
        person=person,
        manager=manager,
        auditor=auditor,
        shop=shop,
        goods=make.item(shop, points_price=10, stock=50),
    )


@pytest.fixture
def two(books):
    """Both sides, an auditor of the whole, and an administrator of the whole."""
    with transaction():
        here, there = side("530102001001", "一"), side("530102001002", "二")
        chief, administrator = make.person(), make.person()
        make.grant(chief, "auditor", at=make.province())
        make.grant(administrator, "administrator", at=make.province())
        return SimpleNamespace(here=here, there=there, chief=chief, administrator=administrator)


@pytest.fixture
def asking(client):
    """A function that asks the API as somebody."""

    def get(who, path, **query):
        with transaction():
            headers = make.bearer(who)
        return client.get(f"{API}{path}", query_string=query, headers=headers)

    return get


@pytest.fixture
def doing(client):
    """A function that sends to the API as somebody."""

    def send(who, path, body=None, method="post"):
        with transaction():
            headers = make.creating(who)
        return getattr(client, method)(f"{API}{path}", json=body, headers=headers)

    return send
