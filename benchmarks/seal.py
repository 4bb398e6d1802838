"""`seal`: entries per second of sealing, over 200,000 posted transactions of two entries.

The product is the sealer's own job: its SQL function, the tree, the signed checkpoint, all of it
committed durably. The reference is nothing but hashlib over the same leaves and the inner nodes
above them, in one loop. They take turns, so that whatever else the machine does meets both alike;
in the end both must have found the same root.
"""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha256

import psycopg
from sqlalchemy import text

from benchmarks import databases
from benchmarks.figure import Figure
from incentive.app import create_app
from incentive.config import Settings
from incentive.core.db import session, transaction
from incentive.ledger import proving, sealer
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer

ROUNDS = 5
PER_ROUND = 40_000
ENTRIES = 2
PERSONS = 2_000
SET = 500
DAY = date(2026, 11, 24)
EXPIRY = date(2027, 12, 31)


def measure() -> Figure:
    """Post, seal and hash by turns."""
    with _books() as admin_url:
        # A first run looks for rows of another cluster; that is not what is measured.
        sealer.seal_all(lambda _: None)
        tree = _Tree()
        product = reference = 0.0
        for number in range(ROUNDS + 1):
            _post(number * PER_ROUND)
            with psycopg.connect(admin_url, autocommit=True) as connection:
                # What autovacuum would have done by then, and not while the clock runs.
                connection.execute("VACUUM ANALYZE")
            begun = time.perf_counter()
            sealed, _ = sealer.seal_all(lambda _: None)
            sealing = time.perf_counter() - begun
            leaves = list(_leaves(tree.size, sealed))
            begun = time.perf_counter()
            tree.extend(leaves)
            hashing = time.perf_counter() - begun
            with transaction():
                signed = proving.checkpoint_last()
            if signed is None or (signed.tree_size, signed.root) != (tree.size, tree.root()):
                raise SystemExit(f"the books and hashlib differ after {tree.size} leaves")
            if number:
                product, reference = product + sealing, reference + hashing
                print(
                    f"  round {number}: {ENTRIES * sealed / sealing:9.0f} and"
                    f" {ENTRIES * sealed / hashing:9.0f} entries/s, ratio {hashing / sealing:.3f}"
                )
    entries = ENTRIES * PER_ROUND * ROUNDS
    return Figure(entries / product, entries / reference, "entries/s")


class _Tree:
    """The bare hashing: full subtrees, the largest first."""

    def __init__(self) -> None:
        self.size = 0
        self.full: list[bytes] = []

    def extend(self, leaves: list[bytes]) -> None:
        size, full = self.size, self.full
        for leaf in leaves:
            full.append(sha256(b"\0" + leaf).digest())
            size += 1
            bit = size
            while not bit & 1:
                right = full.pop()
                full.append(sha256(b"\1" + full.pop() + right).digest())
                bit >>= 1
        self.size = size

    def root(self) -> bytes:
        found = self.full[-1]
        for left in reversed(self.full[:-1]):
            found = sha256(b"\1" + left + found).digest()
        return found


@contextmanager
def _books() -> Iterator[str]:
    with databases.migrated() as database:
        settings = Settings(
            database_url=database.url,
            admin_database_url=database.admin_url,
            redis_url="unix:///nonexistent/valkey.sock",
            secret=b"a secret of the benchmark's, of no worth",
        )
        with create_app(settings).app_context():
            yield database.admin_url


def _post(first: int) -> None:
    for start in range(first, first + PER_ROUND, SET):
        with transaction():
            ledger.post([_award(n) for n in range(start, start + SET)])


def _award(number: int) -> Posting:
    person = uuid.UUID(int=number * 7919 % PERSONS)
    record = uuid.UUID(int=(number << 64) + 1)
    lines = transfer(
        Purse(f"region:{uuid.UUID(int=1)}", "issuance"),
        Purse(f"person:{person}", "available", EXPIRY),
        15,
    )
    return Posting(f"award:{record}", "award", f"service_record:{record}", "system", DAY, lines)


def _leaves(first: int, count: int) -> Iterator[bytes]:
    with transaction():
        rows = session().scalars(
            text("SELECT leaf FROM ledger_leaves(:first, :last) ORDER BY seq"),
            {"first": first, "last": first + count},
        )
        for leaf in rows:
            yield bytes(leaf)
