"""`verify`: entries per second of the verifier, over an export of 200,000 awards of two entries.

The awards are posted, sealed and exported as the product does it. The reference is nothing but
hashlib over the same leaves and the inner nodes above them. Both read what is in the page cache
or in memory, and take turns, so that whatever else the machine does meets both alike.
"""

import struct
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from benchmarks import databases
from benchmarks.figure import Figure
from incentive.app import create_app
from incentive.config import Settings
from incentive.core.db import snapshot, transaction
from incentive.ledger import exporting, notes, seal_keys, sealer
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from incentive.ledger.verifier.exports import Verifier
from incentive.ledger.verifier.proofs import Key, read_keys

AWARDS = 200_000
PERSONS = 20_000
SET = 500
ROUNDS = 15
DAY = date(2026, 11, 24)
EXPIRY = date(2027, 12, 31)


def measure() -> Figure:
    """Make the export, then verify it and hash its leaves by turns."""
    with tempfile.TemporaryDirectory(prefix="incentive-benchmark-") as folder:
        file = Path(folder, "ledger.export")
        keys = _export(file)
        leaves = list(_leaves(file))
        root = _verify(file, keys)
        product = reference = 0.0
        for number in range(ROUNDS + 1):
            verifying, _ = _timed(lambda: _verify(file, keys))
            hashing, found = _timed(lambda: _hash(leaves))
            if found != root:
                raise SystemExit("the leaves that were hashed do not give the export's root")
            if number:
                product, reference = product + verifying, reference + hashing
                print(
                    f"  round {number}: {2 * AWARDS / verifying:9.0f} and"
                    f" {2 * AWARDS / hashing:9.0f} entries/s, ratio {hashing / verifying:.3f}"
                )
    entries = 2 * AWARDS * ROUNDS
    return Figure(entries / product, entries / reference, "entries/s")


def _export(file: Path) -> list[Key]:
    with databases.migrated() as database:
        settings = Settings(
            database_url=database.url,
            admin_database_url=database.admin_url,
            redis_url="unix:///nonexistent/valkey.sock",
            secret=b"a secret of the benchmark's, of no worth",
        )
        with create_app(settings).app_context():
            for start in range(0, AWARDS, SET):
                with transaction():
                    ledger.post([_award(n) for n in range(start, start + SET)])
            sealer.seal_all(lambda sealed: print(f"  sealed {sealed}"))
            with snapshot(), file.open("wb") as out:
                whole = exporting.span(0, None)
                exporting.export(whole, out, datetime.now(UTC), personal=False)  # noqa: TID251
            with transaction():
                every = seal_keys.all_keys()
    print(f"  {file.stat().st_size / AWARDS:.0f} bytes a row")
    return [read_keys(notes.verifier_key(key.name, key.public_key))[0] for key in every]


def _award(number: int) -> Posting:
    person = uuid.UUID(int=number * 7919 % PERSONS)
    record = uuid.UUID(int=(number << 64) + 1)
    lines = transfer(
        Purse(f"region:{uuid.UUID(int=1)}", "issuance"),
        Purse(f"person:{person}", "available", EXPIRY),
        15,
    )
    return Posting(f"award:{record}", "award", f"service_record:{record}", "system", DAY, lines)


def _leaves(file: Path) -> Iterator[bytes]:
    data = file.read_bytes()
    at = data.index(b"\n") + 1
    for _ in range(AWARDS):
        size, opened = struct.unpack_from(">II", data, at)
        yield data[at + 41 : at + 40 + size]
        at += 40 + size + opened


def _verify(file: Path, keys: list[Key]) -> bytes:
    with file.open("rb") as source:
        proved = Verifier(keys).read(source)
    if (proved.entries, proved.waiting) != (2 * AWARDS, 0):
        raise SystemExit(f"the verifier saw {proved.entries} entries")
    return proved.checkpoint.root


def _hash(leaves: list[bytes]) -> bytes:
    hashes = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(hashes) > 1:
        odd = hashes[-1:] if len(hashes) % 2 else []
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes = [sha256(b"\1" + left + right).digest() for left, right in pairs] + odd
    return hashes[0]


def _timed(work: Callable[[], bytes]) -> tuple[float, bytes]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found
