"""A shift that is going on now, those who serve on it, and those who run it."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import text

from incentive.checkin import showing
from incentive.checkin.models import Attendance
from incentive.core import clock
from incentive.core.codes import issue_card, printed_code, rotating_code
from incentive.core.db import transaction
from incentive.core.keys import code_keys
from tests import factories as make

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NOT_AGO = timedelta(0)


class Door:
    """A shift that is going on, seen from its door: each method is one thing that happens there."""

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

    def open_shift(self, starts=-HOUR, hours=3, *, quota=1000, shown=True, **more):
        with transaction():
            shift = make.shift(
                self.activity, starts_at=clock.now() + starts, hours=hours, quota=quota, **more
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

    def stranger(self, **more):
        with transaction():
            person = make.person(**more)
            return SimpleNamespace(person=person, id=person.id, headers=make.bearer(person))

    def run(self, sql, **values):
        with transaction() as session:
            return session.execute(text(sql), values)

    def count(self, table):
        return self.run(f"SELECT count(*) FROM {table}").scalar()

    def code(self, shift=None, ago=NOT_AGO):
        return rotating_code(code_keys(), (shift or self.shift).number, clock.now() - ago).text

    def printed(self, shift=None, serial=1):
        return printed_code(code_keys(), (shift or self.shift).number, serial).text

    def card(self, person, serial=1):
        return issue_card(code_keys(), person.volunteer_number, serial).text

    def body(self, code, *, ago=NOT_AGO, **more):
        at = (clock.now() - ago).isoformat()
        return {"nonce": str(uuid4()), "code": code, "scanned_at": at} | more

    def send(self, who, body, path="/api/v1/scans"):
        headers = who if isinstance(who, dict) else who.headers
        return self.client.post(path, json=body, headers=headers)

    def scan(self, who, code=None, **more):
        return self.send(who, self.body(code or self.code(), **more))

    def checked_in(self, who=None, minutes_ago=30, shift=None, *, proved=True):
        """Somebody who came some time ago; written directly, for scans are made now."""
        shift = shift or self.shift
        who = who or self.volunteer(shift)
        with transaction():
            who.attendance = make.add(
                Attendance(
                    shift_id=shift.id,
                    person_id=who.id,
                    check_in_at=clock.now() - minutes_ago * MINUTE,
                    check_in_proved=proved,
                )
            )
        return who

    def pending(self):
        """A record that waits for a worker: nobody saw the person come."""
        who = self.checked_in(proved=False)
        who.record = self.scan(who).json["service_record"]["id"]
        return who


@pytest.fixture
def door(books):
    return Door(books.test_client(), books)


@pytest.fixture
def live_door(live):
    """The same on a database where everything commits."""
    with live.app_context():
        yield Door(live.test_client(), live)
