"""Settlement is killed fifty times, anywhere in its work, while records keep coming."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import date, timedelta

import psycopg
import pytest

from incentive.core.db import transaction
from incentive.ledger import checks
from tests.settlement import crowds

pytestmark = [pytest.mark.system, pytest.mark.timeout(150)]

KILLS = 50
PEOPLE = 150
CAP = 80
# Of these one fits into a day's cap whole; of the next some points; of the third nothing.
MINUTES, POINTS = 300, 50
_SETTLING = (
    "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
    " WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted"
)


@contextmanager
def settlers(app):
    """Start the process that forks settlers; yield a function that starts one and returns its id."""
    settings = app.config["SETTINGS"]
    known = {
        name: getattr(settings, name)
        for name in ("database_url", "admin_database_url", "redis_url")
    }
    stem = subprocess.Popen(
        [sys.executable, "-m", "tests.system.settler", json.dumps(known)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    started = []

    def start():
        stem.stdin.write("\n")
        started.append(int(stem.stdout.readline()))
        return started[-1]

    try:
        assert stem.stdout.readline() == "ready\n"
        yield start
    finally:
        if started:
            kill(started[-1])
        stem.kill()
        stem.communicate()


def until(condition, seconds_max=60):
    deadline = time.monotonic() + seconds_max
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def test_fifty_kills_leave_no_record_unpaid_and_none_paid_twice(live):
    url = live.config["SETTINGS"].admin_database_url
    with live.app_context(), transaction():
        crowds.gather(PEOPLE)
    first, stop = date(2026, 1, 1), threading.Event()
    served = []

    def keep_serving():
        with live.app_context():
            while not stop.is_set():
                days, turn = divmod(len(served), 3)
                day = first + timedelta(days)
                with transaction():
                    crowds.serve(day, MINUTES, hour=5 * turn)
                served.append(day)
                stop.wait(0.1)

    arriving = threading.Thread(target=keep_serving)
    with psycopg.connect(url, autocommit=True) as watcher, settlers(live) as start:
        watcher.execute("SET search_path TO j_default, public")
        ask = lambda query: watcher.execute(query).fetchone()[0]  # noqa: E731
        arriving.start()
        try:
            pid = start()
            until(lambda: ask("SELECT count(*) FROM awards") > 0)
            kill(pid)
            at_work, settled = 0, []
            for _ in range(KILLS):
                pid = start()
                until(lambda: ask(_SETTLING))
                # A batch takes a tenth of a second, or several on a busy machine.
                time.sleep(random.choice([0.02, 0.1, 0.5]) * random.random())
                at_work += ask(_SETTLING)
                kill(pid)
                settled.append(ask("SELECT count(*) FROM awards"))
        finally:
            stop.set()
            arriving.join()
        assert at_work > KILLS / 4, "the kills came between the batches, and prove nothing"
        assert len(set(settled)) > 1, "nothing was settled in between"
        start()
        until(lambda: not ask("SELECT count(*) FROM unsettled_records"))

        assert ask("SELECT count(*) FROM awards") == len(served) * PEOPLE
        paid_twice = "SELECT count(*) - count(DISTINCT source) FROM transactions"
        assert ask(paid_twice) == 0
        # What anybody got on a day is what its services are worth, up to the cap.
        times = {day: served.count(day) for day in served}
        wanted = PEOPLE * sum(min(CAP, POINTS * n) for n in times.values())
        assert ask("SELECT sum(points) FROM awards") == wanted
        assert ask("SELECT sum(amount) FROM entries WHERE amount > 0") == wanted
        assert ask("SELECT count(*) FROM settlement_failures") == 0
    with live.app_context(), transaction():
        assert list(checks.run()) == []
