from uuid import UUID

import pytest

from incentive.core.db import transaction
from incentive.people import sweeping
from tests import factories
from tests.factories import NOW

LATER = NOW.replace(year=2999)


@pytest.fixture
def people(live, store):
    """Ids of twenty persons of books that have a key store of their own."""
    shared = live.extensions["keystore"]
    live.extensions["keystore"] = store
    with live.app_context():
        with transaction():
            made = [factories.person().id for _ in range(20)]
        yield made
    live.extensions["keystore"] = shared


def test_a_key_that_was_nobodys_for_a_month_is_dropped_and_no_other(people, store):
    store.make("default", [UUID(int=1)])
    store.make("second", [UUID(int=2)])
    assert sweeping.sweep(NOW.replace(year=2000)) == 0
    assert sweeping.sweep(LATER) == 1
    assert store.keys("default", [UUID(int=1)]) == {}
    assert len(store.keys("default", people)) == 20
    assert len(store.keys("second", [UUID(int=2)])) == 1
    assert sweeping.sweep(LATER) == 0


def test_books_that_know_too_few_of_the_keys_drop_none(people, store):
    strangers = [UUID(int=n) for n in range(1, 20)]
    store.make("default", strangers)
    assert sweeping.sweep(LATER) == 0
    assert len(store.keys("default", strangers)) == 19
