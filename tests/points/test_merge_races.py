"""Merging while one of the two is busy: on real connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.errors import IncentiveError
from incentive.core.zone import day_of
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.people.caller import identify
from incentive.people.models import Person
from incentive.points.merges import service as merges
from tests import factories as make
from tests.points.conftest import points_of
from tests.points.test_giving import give


@pytest.fixture
def world(live):
    with live.app_context(), transaction():
        home = make.region()
        worker, chief, kept, gone = (make.person(home_region_id=home.id) for _ in range(4))
        make.grant(worker, "community_worker", at=home)
        make.grant(chief, "administrator", at=home)
        give(gone, 30)
        by = identify(make.token(worker))
        numbers = {"kept": kept.volunteer_number, "gone": gone.volunteer_number}
        merge = merges.ask(by, reason="x", at=clock.now(), **numbers)
        return live, merge.id, chief.id, kept, gone


def together(app, *works):
    """Run all at once, each in a transaction; return what each gave or was refused with."""
    barrier = Barrier(len(works))

    def run(work):
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    return work()
            except IncentiveError as refused:
                return refused

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def approving(merge_id, chief_id):
    def approve():
        by = identify(make.token(session().get(Person, chief_id)))
        return merges.approve(by, merge_id, clock.now()).status

    return approve


@pytest.mark.parametrize("_round", range(5))
def test_who_spends_while_they_are_merged_spends_or_is_merged_and_no_point_is_twice(world, _round):
    live, merge_id, chief_id, kept, gone = world

    def spend():
        order = {"owner": f"person:{gone.id}", "amount": 20, "source": "o", "actor": "p"}
        ledger.hold(key="order", today=day_of(clock.now()), **order)
        return "spent"

    merged, spent = together(live, approving(merge_id, chief_id), spend)
    assert [merged, spent] in (["done", spent], [merged, "spent"])
    assert not (merged == "done" and spent == "spent")
    with live.app_context(), transaction():
        assert points_of(kept) == (30 if merged == "done" else 0)
        assert points_of(gone) + points_of(gone, "held") == (0 if merged == "done" else 30)
        assert list(checks.run()) == []


def test_of_two_who_approve_at_once_one_does(world):
    live, merge_id, chief_id, kept, _gone = world
    approve = approving(merge_id, chief_id)
    outcomes = together(live, approve, approve)
    assert sorted(isinstance(outcome, IncentiveError) for outcome in outcomes) == [False, True]
    with live.app_context(), transaction():
        assert points_of(kept) == 30
