"""A correction that two decide on at the same moment, on real connections."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.people import personal
from incentive.people.amending import asking, service
from incentive.people.amending.errors import CorrectionEnded
from incentive.people.amending.models import PersonCorrection
from incentive.people.caller import identify
from tests import factories as make
from tests.people.test_erasing_races import waiting


@pytest.fixture
def world(live):
    with live.app_context(), transaction():
        home = make.region()
        person = make.person("张三丰", home_region_id=home.id)
        tokens = [make.token(person)]
        for _ in range(2):
            worker = make.person(home_region_id=home.id)
            make.grant(worker, "community_worker", at=home)
            tokens.append(make.token(worker))
        made = asking.ask(identify(tokens[0]), "name", "张叁丰", "写错了", clock.now())
        return {"person": person.id, "correction": made.id, "tokens": tokens}


def approve(world, who):
    by = identify(world["tokens"][who])
    return service.approve(world["correction"], by, clock.now()).status


def withdraw(world):
    by = identify(world["tokens"][0])
    return asking.withdraw(by, world["correction"], clock.now()).status


def first_and_then(live, first, second):
    """Run `second` while `first` is done and not yet committed; return what came of `second`."""

    def run():
        with live.app_context():
            try:
                with transaction():
                    return second()
            except IncentiveError as refused:
                return refused

    with ThreadPoolExecutor(1) as threads, live.app_context():
        with transaction():
            first()
            found = threads.submit(run)
            waiting()
        return found.result(30)


def outcome(live, world):
    with live.app_context(), transaction() as session:
        acts = select(func.count()).where(AuditEntry.action == "person.correct")
        return (
            session.get(PersonCorrection, world["correction"]).status,
            personal.one(world["person"], "name").name,
            session.scalar(acts),
        )


def test_what_is_approved_first_is_not_taken_back(live, world):
    refused = first_and_then(live, lambda: approve(world, 1), lambda: withdraw(world))
    assert isinstance(refused, CorrectionEnded)
    assert outcome(live, world) == ("approved", "张叁丰", 1)


def test_what_is_taken_back_first_is_not_approved(live, world):
    refused = first_and_then(live, lambda: withdraw(world), lambda: approve(world, 1))
    assert isinstance(refused, CorrectionEnded)
    assert outcome(live, world) == ("withdrawn", "张三丰", 0)


def test_of_two_who_approve_one_does(live, world):
    refused = first_and_then(live, lambda: approve(world, 1), lambda: approve(world, 2))
    assert isinstance(refused, CorrectionEnded)
    assert outcome(live, world) == ("approved", "张叁丰", 1)
