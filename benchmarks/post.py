"""`post`: single transactions through the ledger's SQL function, under pgbench with 8 clients.

`random`: between the purses of two of 10,000 persons; `hot`: from one region's issuance to
one of them. The reference is pgbench's own tpcb-like at scale 10, in a database of the same
server, with the same clients and protocol. All three take turns in short rounds, in another
order each time, so that whatever else the machine does meets them alike; rates are over all
rounds. In the end the books must hold every posting that pgbench counted, and be clean.
"""

import os
import re
import statistics
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg.sql import SQL

from benchmarks import databases
from benchmarks.figure import Figure
from incentive.core.db import transaction
from incentive.embedded.binaries import postgres_program
from incentive.ledger import checks

CLIENTS = 8
ROUNDS = 12
ROUND_SECONDS = 2
WARM_SECONDS = 2
SCALE = 10
PERSONS = 10_000
FUNDS = 1_000_000

# Everything is made as the product makes it: the key unlike any other, a digest of 32 bytes.
_PURSE = (
    "'person:00000000-0000-7000-8000-' || lpad(({n})::text, 12, '0'), 'available', '2027-12-31'"
)
_ISSUANCE = "'region:00000000-0000-7000-8000-000000000000', 'issuance', '9999-12-31'"
_POST = """
\\set n :n + 1
\\set one random(1, {persons})
\\set other 1 + (:one + random(0, {persons} - 2)) % {persons}
SELECT * FROM ledger_transfer(
    '{name}:' || :round || ':' || :client_id || ':' || :n,
    sha256(('{name}:' || :round || ':' || :client_id || ':' || :n)::bytea),
    '{kind}', 'benchmark:' || :round || ':' || :client_id || ':' || :n, '', 'benchmark',
    '2026-11-24', NULL, 'points', 1, {giver}, {taker});
"""
_FUND = """
    SELECT count(*) FROM generate_series(1, {persons}) n, ledger_transfer(
        'fund:' || n, sha256(n::text::bytea), 'adjustment', 'benchmark', '', 'benchmark',
        '2026-11-24', NULL, 'points', {funds}, {issuance}, {purse})
"""


def measure() -> dict[str, Figure]:
    """Run the rounds and check in the books that every counted posting is there."""
    scripts = {
        "random": ("adjustment", _PURSE.format(n=":one"), _PURSE.format(n=":other")),
        "hot": ("adjustment", _ISSUANCE, _PURSE.format(n=":other")),
    }
    with databases.migrated() as database, tempfile.TemporaryDirectory() as folder:
        _prepare(database)
        commands = {"tpcb-like": ["--username=postgres", "tpcb"]}
        for name, (kind, giver, taker) in scripts.items():
            file = Path(folder, name)
            file.write_text(
                _POST.format(name=name, kind=kind, giver=giver, taker=taker, persons=PERSONS)
            )
            commands[name] = [f"--file={file}", "--define=n=0", "--username=incentive", "incentive"]
        rates: dict[str, list[float]] = {name: [] for name in commands}
        posted = dict.fromkeys(commands, 0)
        names = list(commands)
        for number in range(ROUNDS + 1):
            for name in names[number % 3 :] + names[: number % 3]:
                seconds = ROUND_SECONDS if number else WARM_SECONDS
                counted, rate = _round(database, seconds, number, commands[name])
                posted[name] += counted
                if number:
                    rates[name].append(rate)
            if number:
                shown = ", ".join(f"{name} {rates[name][-1]:.0f}/s" for name in names)
                print(f"  round {number}: {shown} (load {os.getloadavg()[0]:.1f})")
        _prove(database, posted)
    reference = statistics.mean(rates["tpcb-like"])
    return {
        name: Figure(statistics.mean(rates[name]), reference, "transactions/s") for name in scripts
    }


def _prepare(database: databases.Database) -> None:
    fund = _FUND.format(
        persons=PERSONS, funds=FUNDS, issuance=_ISSUANCE, purse=_PURSE.format(n="n")
    )
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE tpcb")
        connection.execute("ALTER ROLE incentive SET search_path TO j_default, public")
    with psycopg.connect(database.url) as connection:
        connection.execute(SQL(fund))  # type: ignore[arg-type]
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    _pgbench(
        database, ["--initialize", "--quiet", f"--scale={SCALE}", "--username=postgres", "tpcb"]
    )


def _round(
    database: databases.Database, seconds: int, number: int, command: list[str]
) -> tuple[int, float]:
    """Return how many transactions went through, and how many a second."""
    how = [f"--client={CLIENTS}", "--jobs=2", "--protocol=prepared", "--no-vacuum"]
    said = _pgbench(database, [*how, f"--time={seconds}", f"--define=round={number}", *command])
    counted = re.search(r"actually processed: (\d+)", said)
    failed = re.search(r"number of failed transactions: (\d+)", said)
    rate = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
    if not counted or not rate or (failed and failed[1] != "0"):
        raise SystemExit(said)
    return int(counted[1]), float(rate[1])


def _pgbench(database: databases.Database, arguments: list[str]) -> str:
    done = subprocess.run(
        [str(postgres_program("pgbench")), f"--host={database.sockets}", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def _prove(database: databases.Database, posted: dict[str, int]) -> None:
    wanted = {"random": posted["random"], "hot": posted["hot"], "fund": PERSONS}
    with psycopg.connect(database.admin_url) as connection:
        found = dict(
            connection.execute(
                "SELECT split_part(t.key, ':', 1), count(*) FROM j_default.transactions t"
                " WHERE (SELECT count(*) FROM j_default.entries e WHERE e.transaction_id = t.id) = 2"
                " AND octet_length(t.request_hash) = 32 GROUP BY 1"
            ).fetchall()
        )
    if found != wanted:
        raise SystemExit(f"the books hold {found}, pgbench counted {wanted}")
    with databases.application(database).app_context(), transaction():
        wrong = [finding.check for finding in checks.run()]
    if wrong:
        raise SystemExit(f"the books are not clean: {wrong}")
    print(f"  in the books: {found}, all {len(checks.names())} checks clean")
