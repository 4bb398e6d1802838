"""`scan`: accepted check-ins per second over HTTP, each a fresh person's, on 8 connections.

The reference is a bare Flask route on the same Granian settings and the same PostgreSQL
that parses the JSON and makes one durable INSERT. The two take turns in short rounds, so
that whatever else the machine does meets both alike; the rates are over all rounds.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from urllib.error import URLError

import psutil
import psycopg

from benchmarks import bare, crowd, load, product
from benchmarks.figure import Figure
from incentive.config import Settings
from incentive.core.codes import CodeKeys, rotating_code
from incentive.embedded.network import claim_port

CONNECTIONS = 8
ROUNDS = 10
ROUND_SECONDS = 2.0
WARM_SECONDS = 2.0
PEOPLE = 44_000
# More than either side answers in a round, fewer than take long to prepare.
PER_ROUND = 4_000


def measure() -> Figure:
    """Run the rounds and check in the books that every counted check-in is there."""
    with product.running() as running:
        admin_url = running.environ["INCENTIVE_ADMIN_DATABASE_URL"]
        keys = CodeKeys.derive(Settings.from_environment(running.environ).secret, "default")
        people = iter(crowd.make(admin_url, PEOPLE))
        with _bare(running) as bare_port:
            sides = {
                "product": (running.port, "/api/v1/scans"),
                "reference": (bare_port, "/scans"),
            }
            rates: dict[str, list[float]] = {name: [] for name in sides}
            busy = dict.fromkeys(sides, 0.0)
            accepted = dict.fromkeys(sides, 0)
            for number in range(ROUNDS + 1):
                for name, (port, path) in sides.items():
                    seconds = ROUND_SECONDS if number else WARM_SECONDS
                    wanted = int(PER_ROUND * seconds / ROUND_SECONDS)
                    volunteers = (
                        list(islice(people, wanted if name == "product" else 0))
                        or [crowd.Volunteer("bench-B000000000001", 1)] * wanted
                    )
                    before = _cpu_seconds()
                    found = _round(running.host, port, path, seconds, keys, volunteers)
                    accepted[name] += found["accepted"]
                    rate = found["accepted"] / found["seconds"]
                    if number:
                        rates[name].append(rate)
                        busy[name] += (_cpu_seconds() - before) / found["accepted"] / ROUNDS
                        print(f"  round {number}: {name:9} {rate:8.1f}/s")
                if not number:
                    crowd.analyze(admin_url)
        _prove(admin_url, accepted)
    # The rates suffer from whatever else the machine does; these hardly.
    for name, seconds in busy.items():
        print(f"  {name:9} {seconds * 1000:.2f} ms of a core per scan, servers and database")
    return Figure(statistics.mean(rates["product"]), statistics.mean(rates["reference"]), "scans/s")


def _round(
    host: str,
    port: int,
    path: str,
    seconds: float,
    keys: CodeKeys,
    volunteers: list[crowd.Volunteer],
) -> dict[str, float]:
    now = datetime.now(UTC)  # noqa: TID251 - a scanner's clock
    codes = {
        number: rotating_code(keys, number, now).text
        for number in {volunteer.shift_number for volunteer in volunteers}
    }
    requests = [
        _request(path, volunteer.token, codes[volunteer.shift_number], now.isoformat())
        for volunteer in volunteers
    ]
    with tempfile.NamedTemporaryFile(suffix=".requests") as file:
        load.write_requests(Path(file.name), requests)
        where = [host, str(port), str(CONNECTIONS), str(seconds), file.name]
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.load", *where],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    found = json.loads(done.stdout)
    if found["other"]:
        raise SystemExit(f"{path} answered otherwise: {found['other']} {found['sample']}")
    return found


def _request(path: str, token: str, code: str, scanned_at: str) -> bytes:
    body = json.dumps({"nonce": str(uuid.uuid4()), "scanned_at": scanned_at, "code": code}).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _cpu_seconds() -> float:
    """Return what all living servers have worked so far; the load generator is not among them."""
    total = 0.0
    for child in psutil.Process().children(recursive=True):
        # A job's process, or an idle connection's, may end between the two looks.
        with suppress(psutil.NoSuchProcess):
            total += sum(child.cpu_times()[:2])
    return total


@contextmanager
def _bare(running: product.Product) -> Iterator[int]:
    admin_url = running.environ["INCENTIVE_ADMIN_DATABASE_URL"]
    with psycopg.connect(admin_url) as connection:
        connection.execute(bare.CREATE)
        connection.execute(f"GRANT INSERT, SELECT ON {bare.TABLE} TO incentive")
    port = claim_port(running.host, 0)
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.bare", "--host", running.host, "--port", str(port)],
        env={**os.environ, **running.environ},
    )
    try:
        _wait_for(f"http://{running.host}:{port}/readyz")
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url):  # noqa: S310 - our own server
                return
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _prove(admin_url: str, accepted: dict[str, int]) -> None:
    with psycopg.connect(admin_url) as connection:
        row = connection.execute(
            f"SELECT (SELECT count(*) FROM j_default.scans),"  # noqa: S608 - constants
            f" (SELECT count(*) FROM j_default.attendances),"
            f" (SELECT count(*) FROM {bare.TABLE}), current_setting('fsync'),"
            f" current_setting('synchronous_commit')"
        ).fetchone()
    wanted = (accepted["product"], accepted["product"], accepted["reference"], "on", "on")
    if row != wanted:
        raise SystemExit(f"the books hold {row}, the answers were {wanted}")
