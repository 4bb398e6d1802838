"""A shift that is going on now, those who serve on it, and those who run it."""

from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from incentive.checkin import showing
from incentive.core import clock
from incentive.core.codes import issue_card, printed_code, rotating_code
from incentive.core.db import transaction
from incentive.core.keys import code_keys
from tests import factories as make

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class Door:
    """A shift that is going on, seen from its door; every method is one thing that happens there."""

    def __init__(self, client, app):
        self.client = client
        self.app = app
        with transaction():
            self.community = make.region()
            self.steward = make.person("李网格")
            self.worker = make.person("王社工")
            make.grant(self.steward, "grid_worker", at=self.community)
            make.grant(self.worker, "community_worker", at=self.community)
            self.activity = make.activity(self.community, by=self.worker)
            self.as_steward = make.bearer(self.steward)
            self.as_worker = make.bearer(self.worker)
        self.shift = self.open_shift()

    def open_shift(self, starts=-HOUR, hours=3, shown=True, **more):
        with transaction():
            shift = make.shift(
                self.activity, starts_at=clock.now() + starts, hours=hours, **more
            )
            if shown:
                showing.note(shift.id, self.steward.id, clock.now())
        return shift

    def volunteer(self, *shifts, status="confirmed", **more):
        """Somebody with a sign-up for `shifts` (default: the one going on), signed in."""
        with transaction() as session:
            person = make.person(**more)
            for shift in shifts or (self.shift,):
                make.sign_up(person, session.merge(shift), status)
            return SimpleNamespace(person=person, id=person.id, headers=make.bearer(person))

    def stranger(self):
        with transaction():
            person = make.person()
            return SimpleNamespace(person=person, id=person.id, headers=make.bearer(person))

    def code(self, shift=None, ago=timedelta(0)):
        with self.app.app_context():
            return rotating_code(code_keys(), (shift or self.shift).number, clock.now() - ago).text

    def printed(self, shift=None, serial=1):
        with self.app.app_context():
            return printed_code(code_keys(), (shift or self.shift).number, serial).text

    def card(self, person, serial=1):
        with self.app.app_context():
            return issue_card(code_keys(), person.volunteer_number, serial).text

    def body(self, code, *, ago=timedelta(0), **more):
        at = (clock.now() - ago).isoformat()
        return {"nonce": str(uuid4()), "code": code, "scanned_at": at} | more

    def scan(self, who, code=None, **more):
        headers = who if isinstance(who, dict) else who.headers
        body = self.body(code or self.code(), **more)
        return self.client.post("/api/v1/scans", json=body, headers=headers)

    def checked_in(self, who=None, minutes_ago=30, shift=None, proved=True):
        """Somebody who came some time ago; backdated, for scans cannot be made in the past."""
        from incentive.checkin.models import Attendance

        who = who or self.volunteer(*([shift] if shift else []))
        with transaction():
            who.attendance = make.add(
                Attendance(
                    shift_id=(shift or self.shift).id,
                    person_id=who.id,
                    check_in_at=clock.now() - minutes_ago * MINUTE,
                    check_in_proved=proved,
                )
            )
        return who


@contextmanager
def _door(app):
    with app.app_context():
        yield Door(app.test_client(), app)


@pytest.fixture
def door(books):
    return Door(books.test_client(), books)


@pytest.fixture
def live_door(live):
    """The same, on a database where everything commits."""
    with live.app_context():
        yield Door(live.test_client(), live)


@pytest.fixture
def rows(books):
    """How many rows a table holds now."""
    from sqlalchemy import text

    def count(table):
        with transaction() as session:
            return session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608

    return count
