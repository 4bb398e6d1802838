"""Warnings 30 and 7 days before points expire."""

from datetime import timedelta

import pytest

from incentive.core import clock
from incentive.core.db import session
from incentive.ledger import service as ledger
from incentive.points.notices import service as notices
from incentive.points.notices.models import PointsNotice
from tests import factories as make
from tests.points.test_giving import give

A_DAY = timedelta(days=1)


@pytest.fixture
def person(tx):
    return make.person()


@pytest.fixture
def today(now):
    return clock.local_day(now, "Asia/Shanghai")


def noted(person):
    rows = session().query(PointsNotice).filter_by(person_id=person.id)
    return sorted((row.expires_on, row.stage, row.points) for row in rows)


@pytest.mark.parametrize(("days", "stage"), [(30, 30), (8, 30), (7, 7), (0, 7), (31, None)])
def test_each_stage_begins_on_its_day(person, now, today, days, stage):
    give(person, 120, today + days * A_DAY)
    assert notices.warn(now) == (stage is not None)
    assert [found for _, found, _ in noted(person)] == ([stage] if stage else [])


def test_a_second_run_warns_of_nothing_again(person, now, today):
    give(person, 120, today + 20 * A_DAY)
    assert (notices.warn(now), notices.warn(now), notices.warn(now + A_DAY)) == (1, 0, 0)


def test_whoever_still_has_them_is_warned_again_a_week_before(person, now, today):
    give(person, 120, today + 20 * A_DAY)
    notices.warn(now)
    assert notices.warn(now + 13 * A_DAY) == 1
    (warning,) = notices.warnings(person.id, now + 13 * A_DAY)
    assert (warning.stage, warning.points) == (7, 120)


def test_a_warning_names_what_is_left_and_goes_when_nothing_is(person, now, today):
    give(person, 120, today + 20 * A_DAY)
    notices.warn(now)
    owner = f"person:{person.id}"
    ledger.hold(key="h", owner=owner, amount=100, source="o", actor="x", today=today)
    assert [w.points for w in notices.warnings(person.id, now)] == [20]
    ledger.hold(key="h2", owner=owner, amount=20, source="o", actor="x", today=today)
    assert notices.warnings(person.id, now) == []


def test_many_are_warned_batch_by_batch(tx, now, today):
    people = [make.person() for _ in range(7)]
    for n, person in enumerate(people):
        give(person, 5, today + (20 if n % 2 else 3) * A_DAY)
    assert [notices.warn(now, limit=3) for _ in range(4)] == [3, 3, 1, 0]
    assert all(len(noted(person)) == 1 for person in people)


def test_nobody_is_warned_of_what_never_expires_or_has_lapsed(person, now, today):
    give(person, 120, today - A_DAY)
    give(person, 50)
    assert notices.warn(now) == 0
