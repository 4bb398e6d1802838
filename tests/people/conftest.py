from datetime import date

import pytest
from sqlalchemy import func, select

from incentive.core.db import session, transaction
from incentive.people.models import person_sequence
from incentive.regions import files
from incentive.regions import service as regions
from tests import factories

LIST = """code,level,parent_code,name
53,province,,云南省
5301,city,53,昆明市
530102,county,5301,五华区
530102001,street,530102,华山街道
530102001007,community,530102001,翠湖社区
530102001008,community,530102001,圆通西路社区
"""
PHONE = "13812345678"
PASSWORD = "翠湖的红嘴海鸥 8"


def territory():
    """The regions above, by code, in the present jurisdiction."""
    with transaction():
        regions.import_official(files.read(LIST.encode()), date(2026, 1, 1))
        items = regions.list_regions(cursor=None, limit=100).items
        return {region.code: region for region in items}


def skip_made_up_numbers():
    """Let whoever registers get a number that the made-up people do not have."""
    many = func.generate_series(1, 20_000)
    session().execute(select(func.count(person_sequence.next_value())).select_from(many))


@pytest.fixture
def places(books):
    return territory()


@pytest.fixture
def home(places):
    return places["530102001007"]


@pytest.fixture
def newcomer(home):
    """What somebody tells who registers."""
    return {
        "name": "张三",
        "phone": PHONE,
        "password": PASSWORD,
        "home_region_id": str(home.id),
        "notice": str(notice_id()),
    }


def notice_id(kind="privacy"):
    """The id of the notice in force of a kind."""
    with transaction():
        return factories.notices()[kind]


@pytest.fixture
def holding(books):
    """A function that makes a person with a role over a region and returns the person."""

    def make(role, at, **more):
        with transaction():
            person = factories.person(**more)
            factories.grant(person, role, at=at)
            return person

    return make


@pytest.fixture
def headers(books):
    """A function that returns the headers of a POST that creates, as somebody."""

    def make(person):
        with transaction():
            return factories.creating(person)

    return make
