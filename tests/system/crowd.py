"""People with sessions and places on a running shift, made set by set; and their phones."""

import http.client
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg

from incentive.config import Settings
from incentive.core import clock
from incentive.core.codes import CodeKeys, rotating_code

THREADS = 8
LATE = timedelta(seconds=200)
SERVED_MINUTES = 3
AWAY_SECONDS_MAX = 40

_MAKE = """
    SET LOCAL search_path TO j_default, public;
    INSERT INTO regions (id, code, level, name, path, valid_from)
    VALUES (gen_random_uuid(), '53', 'province', '云南省', '53', '2020-01-01');
    INSERT INTO persons (id, volunteer_number, card_serial, status, created_at)
    SELECT gen_random_uuid(), 'C' || lpad(n::text, 12, '0'), 1, 'active', now()
    FROM generate_series(0, {people}) n;
    INSERT INTO sign_ins (id, person_id, token_hash, created_at, expires_at)
    SELECT gen_random_uuid(), id, sha256(convert_to(volunteer_number, 'UTF8')), now(),
           now() + interval '1 day'
    FROM persons;
    INSERT INTO teams (id, region_id, name, created_at)
    SELECT gen_random_uuid(), id, '志愿队', now() FROM regions;
    INSERT INTO activities (id, team_id, region_id, title, kind, description, status, created_by,
                            created_at)
    SELECT gen_random_uuid(), t.id, t.region_id, '清洁家园', 'environment', '', 'published',
           (SELECT id FROM persons WHERE volunteer_number = 'C000000000000'), now()
    FROM teams t;
    INSERT INTO shifts (id, activity_id, title, place, starts_at, ends_at, quota, confirmed,
                        walk_ins, print_serial, status, created_at)
    SELECT gen_random_uuid(), a.id, s.title, '', now() + s.starts, now() + s.starts + '2 hours',
           100000, s.confirmed, false, 1, 'open', now()
    FROM activities a, (VALUES ('now', interval '-1 hour', {people}),
                               ('later', interval '1 day', 0),
                               ('before', interval '-1 day', 0)) s (title, starts, confirmed);
    INSERT INTO sign_ups (id, shift_id, person_id, status, queued_at, changed_at)
    SELECT gen_random_uuid(), s.id, p.id, 'confirmed', now(), now()
    FROM persons p, shifts s
    WHERE s.title = 'now' AND p.volunteer_number <> 'C000000000000';
    -- The steward shows the shift's code all the while.
    INSERT INTO code_runs (shift_id, person_id, seen_at)
    SELECT s.id, p.id, now() + interval '1 hour'
    FROM persons p, shifts s
    WHERE s.title = 'now' AND p.volunteer_number = 'C000000000000';
    -- A point a minute, so that a scan in and out is worth something.
    INSERT INTO rule_drafts (id, document, effective_from, reason, proposed_by, proposed_at, state,
                             decision)
    SELECT gen_random_uuid(),
           '{{"rules": [{{"rule": "block", "block_minutes": 1, "block_points": 1}}]}}',
           '2000-01-02', 'a point a minute', id, now(), 'submitted', ''
    FROM persons WHERE volunteer_number = 'C000000000000';
    INSERT INTO simulations (id, draft_id, document_hash, first_month, last_month, asked_by,
                             asked_at, records_done, finished_at, error)
    SELECT gen_random_uuid(), id, document_hash, '2000-01-01', '2000-01-01', proposed_by, now(), 0,
           now(), ''
    FROM rule_drafts;
    INSERT INTO rule_versions (id, effective_from, document, created_by, created_at, draft_id,
                               approved_by)
    SELECT gen_random_uuid(), d.effective_from, d.document, d.proposed_by, now(), d.id, p.id
    FROM rule_drafts d, persons p WHERE p.volunteer_number = 'C000000000001';
    UPDATE rule_drafts d SET state = 'approved', decided_by = v.approved_by, decided_at = now()
    FROM rule_versions v WHERE v.draft_id = d.id;
    INSERT INTO stations (id, region_id, name, kind, address, latitude, longitude, hours,
                          facilities, status, created_at)
    SELECT gen_random_uuid(), id, '驿站', 'points_supermarket', '人民路', 25.04, 102.71, '{{}}',
           '{{}}', 'open', now()
    FROM regions;
    INSERT INTO items (id, station_id, name, description, points_price, stock, on_shelf, status,
                       created_at)
    SELECT gen_random_uuid(), id, '纸巾', '', 1, 100, 100, 'offered', now() FROM stations;
    INSERT INTO stock_movements (station_id, item_id, kind, delta, shelf, day, at)
    SELECT station_id, id, 'received', stock, stock, current_date, now() FROM items;
"""
_BACKLOG = """
    SET LOCAL search_path TO j_default, public;
    WITH served AS (
        INSERT INTO attendances (id, shift_id, person_id, check_in_at, check_out_at, closed_by,
                                 walk_in, check_in_proved, check_out_proved)
        SELECT gen_random_uuid(), s.id, p.id, s.starts_at, s.ends_at, 'scan', false, true, true
        FROM persons p, shifts s WHERE s.title = 'before'
        RETURNING id, shift_id, person_id, check_in_at
    )
    INSERT INTO service_records (id, attendance_id, person_id, shift_id, day, minutes, status,
                                 decided_at, reason, created_at)
    SELECT gen_random_uuid(), id, person_id, shift_id, check_in_at::date, 120, 'verified', now(),
           '', now()
    FROM served
"""


@dataclass
class Phone:
    """One volunteer's phone: it sends again, with the same nonce, until it is answered."""

    crowd: "Crowd"
    token: str
    connection: http.client.HTTPConnection

    def come_and_go(self) -> list[dict[str, object]]:
        """Scan in and out, with some minutes between that nobody waits for; return both answers."""
        came = self.scan(clock.now())
        self.crowd.came_at(clock.now() - LATE, came["attendance_id"])
        return [came, self.scan(clock.now())]

    def scan(self, at: datetime) -> dict[str, object]:
        """Scan the code of the instant `at`; return the answer to the scan."""
        code = rotating_code(self.crowd.keys, self.crowd.shift_number, at).text
        nonce = str(uuid.uuid4())
        scan = {"nonce": nonce, "scanned_at": at.isoformat(), "code": code}
        return self.post("/api/v1/scans", scan)

    def post(self, path: str, body: object = None) -> dict[str, object]:
        """Post until it is answered with 201; only 503 and a dead line may come before."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        }
        text = json.dumps(body) if body is not None else None
        deadline = time.monotonic() + AWAY_SECONDS_MAX
        while True:
            try:
                self.connection.request("POST", path, text, headers)
                answer = self.connection.getresponse()
                told = answer.read()
            except (OSError, http.client.HTTPException):
                self.connection.close()
                self.crowd.away += 1
            else:
                if answer.status == 201:
                    return json.loads(told)
                assert answer.status == 503, told
                assert int(answer.headers["Retry-After"]) > 0
                self.crowd.away += 1
            assert time.monotonic() < deadline, "nobody answers"
            time.sleep(0.05)


@dataclass
class Crowd:
    """`people` volunteers of the product at `url`, whose books are at `books`."""

    url: str
    books: str
    keys: CodeKeys
    people: int
    shift_number: int = 0
    away: int = 0
    answers: list[dict[str, object]] = field(default_factory=list)

    @contextmanager
    def phone(self, number: int) -> Iterator[Phone]:
        """Lend the phone of volunteer `number`, from 1."""
        host = self.url.removeprefix("http://")
        phone = Phone(self, f"C{number:012d}", http.client.HTTPConnection(host, timeout=20))
        try:
            yield phone
        finally:
            phone.connection.close()

    def scan_in_and_out(self, numbers: Iterable[int]) -> None:
        """Let these volunteers scan in and out, a few at a time; note every answer."""
        lock, left = threading.Lock(), iter(numbers)

        def work(_: int) -> None:
            while True:
                with lock:
                    number = next(left, None)
                if number is None:
                    return
                with self.phone(number) as phone:
                    came, gone = phone.come_and_go()
                assert (came["verdict"], gone["verdict"]) == ("check_in", "check_out")
                self.answers += [came, gone]

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, range(THREADS)))

    def came_at(self, at: datetime, attendance_id: object) -> None:
        """Write in the books that the person came at `at`, as soon as the books are there."""
        deadline = time.monotonic() + AWAY_SECONDS_MAX
        while True:
            try:
                with psycopg.connect(self.books) as connection:
                    connection.execute(
                        "UPDATE j_default.attendances SET check_in_at = %s WHERE id = %s",
                        (at, attendance_id),
                    )
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "the books stay away"
                time.sleep(0.05)
            else:
                return

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """Return the rows that `sql` finds in the books."""
        with psycopg.connect(self.books, autocommit=True) as connection:
            connection.execute("SET search_path TO j_default, public")
            return connection.execute(sql).fetchall()

    def number(self, sql: str) -> int:
        """Return the one number that `sql` finds in the books."""
        return int(str(self.ask(sql)[0][0]))

    def leave_unsettled(self) -> None:
        """Put a verified record of yesterday in the books for everybody, all at once."""
        with psycopg.connect(self.books) as connection:
            connection.execute(_BACKLOG)

    def unsettled(self) -> int:
        """Return how many verified records are not paid yet."""
        return self.number("SELECT count(*) FROM unsettled_records")


def gather(product: object, people: int) -> Crowd:
    """Make a crowd in the books of a running `product` (see `conftest.Product`)."""
    environ = product.instance["environ"]
    books = environ["INCENTIVE_ADMIN_DATABASE_URL"]
    secret = Settings.from_environment(environ).secret
    with psycopg.connect(books) as connection:
        connection.execute(_MAKE.format(people=people))
    crowd = Crowd(product.url, books, CodeKeys.derive(secret, "default"), people)
    crowd.shift_number = crowd.number("SELECT number FROM shifts WHERE title = 'now'")
    return crowd


def until(condition: Callable[[], bool], seconds_max: float, why: Callable[[], object]) -> None:
    """Wait until `condition` holds; after `seconds_max` fail with `why()`."""
    deadline = time.monotonic() + seconds_max
    while not condition():
        assert time.monotonic() < deadline, why()
        time.sleep(0.02)
