"""Sealed books in memory, for tests of what reads them: leaves, checkpoints, exports."""

import base64
import io
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incentive.ledger.export_format import Header, Opening, Owner, Row, write

ORIGIN = "incentive.test/ledger/default"
T0 = datetime(2026, 11, 24, 8, tzinfo=UTC)
NEVER = 2932896
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def b64(raw):
    return base64.b64encode(raw).decode()


def leaf_hash(leaf):
    return sha256(b"\0" + leaf).digest()


def root(hashes):
    """The definition of RFC 9162, 2.1.1, as it stands there."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1" + root(hashes[:k]) + root(hashes[k:])).digest()


def inclusion(hashes, m):
    """PATH of 2.1.3.1."""
    if len(hashes) == 1:
        return []
    k = 1 << (len(hashes) - 1).bit_length() - 1
    if m < k:
        return [*inclusion(hashes[:k], m), root(hashes[k:])]
    return [*inclusion(hashes[k:], m - k), root(hashes[:k])]


def consistency(hashes, m, known=True):
    """SUBPROOF of 2.1.4.1."""
    if m == len(hashes):
        return [] if known else [root(hashes)]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    if m <= k:
        return [*consistency(hashes[:k], m, known), root(hashes[k:])]
    return [*consistency(hashes[k:], m - k, known=False), root(hashes[:k])]


def frontier(hashes):
    found, start = [], 0
    for level in reversed(range(len(hashes).bit_length())):
        if len(hashes) >> level & 1:
            found.append(root(hashes[start : start + (1 << level)]))
            start += 1 << level
    return found


def key_id(key, name):
    return sha256(name.encode() + b"\n\1" + key.public_key().public_bytes_raw()).digest()[:4]


def verifier_key(key=KEY, name=ORIGIN):
    typed = b"\1" + key.public_key().public_bytes_raw()
    return f"{name}+{key_id(key, name).hex()}+{b64(typed)}"


def note(size, root_hash, at=T0, keys=(KEY,), origin=ORIGIN, name=None):
    text = f"{origin}\n{size}\n{b64(root_hash)}\n{at:%Y-%m-%dT%H:%M:%SZ}\n"
    lines = [
        f"— {name or origin} {b64(key_id(key, name or origin) + key.sign(text.encode()))}\n"
        for key in keys
    ]
    return f"{text}\n{''.join(lines)}"


@dataclass
class Account:
    id: int
    owner: str
    purpose: int
    asset: int = 1
    expires_on: int = NEVER
    balance: int = 0
    version: int = 0

    @property
    def salt(self):
        return sha256(b"salt of %d" % self.id).digest()[:16]

    def purse(self):
        commitment = sha256(self.salt + self.owner.encode()).digest()
        return struct.pack(
            ">q32sBBi", self.id, commitment, self.asset, self.purpose, self.expires_on
        )

    def move(self, amount):
        if self.purpose > 2:
            return (self, amount, -1, -1)
        self.balance += amount
        self.version += 1
        return (self, amount, self.balance, self.version)


def memo_opening(actor="person:worker", reason="", salt=b"0123456789abcdef"):
    texts = (text.encode() for text in (actor, reason))
    return salt + b"".join(len(text).to_bytes(4, "big") + text for text in texts)


def transaction_leaf(number, lines, closes=0, posted_at=T0, xid=None, kind="award", opening=None):
    memo = sha256(opening or memo_opening()).digest()
    texts = [f"{kind}:{number}".encode(), kind.encode(), b"record:%d" % number, bytes(32)]
    us = int((posted_at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
    xid = number + 700 if xid is None else xid
    head = struct.pack(
        ">BBqqqqi32sHIIII", 0x54, 1, number, closes, us, xid, 20781, memo, len(lines),
        *map(len, texts),
    )  # fmt: skip
    entries = b"".join(
        struct.pack(">h", line) + account.purse() + struct.pack(">qqq", amount, balance, version)
        for line, (account, amount, balance, version) in enumerate(lines, 1)
    )
    return head + entries + b"".join(texts)


def audit_leaf(number, action="person.create", xid=None, opening=b"salted texts"):
    us = int((T0 - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
    return struct.pack(
        ">BBqqq32sI", 0x4C, 1, number, us, xid or number + 700, sha256(opening).digest(),
        len(action),
    ) + action.encode()  # fmt: skip


@dataclass
class Sealed:
    """Leaves in their order, with what they commit to, and the checkpoints over them."""

    leaves: list = field(default_factory=list)
    openings: list = field(default_factory=list)
    owners: dict = field(default_factory=dict)
    notes: dict = field(default_factory=dict)
    last_id: int = 0

    def post(self, *moves, **options):
        """Post a transaction of (account, amount) moves; return its id."""
        self.last_id += 1
        for account, _ in moves:
            self.owners[account.owner, account.salt] = account
        lines = [account.move(amount) for account, amount in moves]
        self.add(transaction_leaf(self.last_id, lines, **options), memo_opening())
        return self.last_id

    def add(self, leaf, opening=b""):
        self.leaves.append(leaf)
        self.openings.append(opening)

    def hashes(self, size=None):
        return [leaf_hash(leaf) for leaf in self.leaves[:size]]

    def checkpoint(self, **options):
        """Sign what is there; return the note."""
        size = len(self.leaves)
        self.notes[size] = note(size, root(self.hashes()), **options)
        return self.notes[size]

    def rows(self, first, last, memos=False):
        """Return the rows to export, as they were sealed."""
        rows = []
        for leaf, opening in list(zip(self.leaves, self.openings, strict=True))[first:last]:
            ref = int.from_bytes(leaf[2:10], "big")
            hash_, shown = leaf_hash(leaf), opening if memos else b""
            rows.append(Row(chr(leaf[0]), ref, hash_, leaf, shown))
        return rows

    def header(self, first=0, last=None, **changes):
        last = max(self.notes) if last is None else last
        sizes = sorted(size for size in self.notes if first <= size <= last)
        begin = first or sizes[0]
        fields = {
            "origin": ORIGIN, "jurisdiction": "default", "made_at": "2026-11-24T09:00:00Z",
            "first": first, "last": last, "frontier": frontier(self.hashes(first)), "openings": 0,
            "checkpoints": [self.notes[size] for size in sizes], "keys": [verifier_key()],
            "consistency": (begin, consistency(self.hashes(last), begin)),
        }  # fmt: skip
        return Header(**{**fields, **changes})

    def export(self, first=0, last=None, rows=None, openings=(), memos=False, **changes):
        """Return an export's bytes; `rows` instead of those that were sealed."""
        header = self.header(first, last, openings=len(openings), **changes)
        if rows is None:
            rows = self.rows(header.first, header.last, memos)
        file = io.BytesIO()
        shown = b"".join(row.leaf or b"" for row in rows)
        owners = [
            Owner(*each)
            for each, account in self.owners.items()
            if not each[0].startswith("person:")
            and (account is None or account.purse()[8:40] in shown)
        ]
        write(file, header, [Opening(*each) for each in openings], rows, owners)
        return file.getvalue()


def books():
    """A small ledger: awards to two persons, a hold and what it became, an audit record."""
    sealed = Sealed()
    issuance = Account(1, "region:1", 3)
    people = [Account(n, f"person:{n}", 1) for n in (2, 3)]
    held, shop = Account(4, "person:2", 2), Account(5, "station:1", 6)
    for amount in (15, 20):
        for person in people:
            sealed.post((issuance, -amount), (person, amount))
    sealed.checkpoint()
    hold = sealed.post((people[0], -10), (held, 10), kind="hold")
    sealed.add(audit_leaf(1), b"salted texts")
    sealed.checkpoint(at=T0 + timedelta(hours=1))
    sealed.post((held, -10), (shop, 10), closes=hold, kind="redemption")
    sealed.post((issuance, -7), (people[1], 7))
    sealed.post((people[0], -1), (people[1], 1), kind="transfer")
    sealed.checkpoint(at=T0 + timedelta(hours=2))
    return sealed
