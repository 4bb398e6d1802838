"""The ledger's value types: purses, entries and postings."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, NamedTuple, Self

NEVER: Final = date.max
POINTS: Final = "points"
Kind = Literal[
    "award",
    "hold",
    "redemption",
    "release",
    "refund",
    "expiry",
    "adjustment",
    "reversal",
    "transfer",
    "donation",
    "charge",
    "payment",
]


@dataclass(frozen=True, slots=True)
class Purse:
    """What names an account: whose, of what, what for, and until when (`NEVER`: no end).

    Purposes `available` and `held` are a person's and never go below zero; `issuance`,
    `breakage`, `clearing` and `income` are the system's and a station's; `payable`, `budget` and
    `paid` are a merchant's and a sponsor's, in fen.
    """

    owner: str
    purpose: str
    expires_on: date = NEVER
    asset: str = POINTS


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: `amount` (never 0) into the purse, negative out of it."""

    purse: Purse
    amount: int


@dataclass(frozen=True, slots=True)
class Posting:
    """A transaction to be: its lines sum to zero per asset, its key makes it happen once."""

    key: str
    kind: Kind
    source: str
    actor: str
    effective_on: date
    lines: tuple[Line, ...]
    reason: str = ""
    closes: int | None = None

    def is_transfer(self) -> bool:
        """Return whether one amount moves between two purses of one asset."""
        if len(self.lines) != 2:  # noqa: PLR2004
            return False
        first, second = self.lines
        return first.purse.asset == second.purse.asset and first.amount == -second.amount

    def request_hash(self) -> bytes:
        """Return 32 bytes that differ for any other request (length-prefixed fields)."""
        fields = [self.kind, self.source, self.actor, str(self.effective_on), self.reason]
        fields.append(str(self.closes))
        for line in self.lines:
            purse = line.purse
            fields += [purse.owner, purse.asset, purse.purpose, str(purse.expires_on)]
            fields.append(str(line.amount))
        encoded = [field.encode() for field in fields]
        whole = b"".join([len(field).to_bytes(4, "big") + field for field in encoded])
        return hashlib.sha256(whole).digest()


class Issue(NamedTuple):
    """An award to be, of `amount` (≥ 1) points, as one row of a set of thousands.

    They go from the issuer's issuance to the owner's available points until `expires_on`.
    """

    key: str
    source: str
    effective_on: date
    issuer: str
    owner: str
    expires_on: date
    amount: int

    def posting(self, actor: str) -> Posting:
        """Return the posting that it is."""
        given = Purse(self.owner, "available", self.expires_on)
        lines = transfer(Purse(self.issuer, "issuance"), given, self.amount)
        return Posting(self.key, "award", self.source, actor, self.effective_on, lines)


@dataclass(frozen=True, slots=True)
class Issues:
    """Awards to be, one sequence for each field of an `Issue`; all are of one length."""

    key: Sequence[str]
    source: Sequence[str]
    effective_on: Sequence[date]
    issuer: Sequence[str]
    owner: Sequence[str]
    expires_on: Sequence[date]
    amount: Sequence[int]

    @classmethod
    def of(cls, issues: Sequence[Issue]) -> Self:
        """Return `issues` (one or more), field by field."""
        return cls(*zip(*issues, strict=True))


@dataclass(frozen=True, slots=True)
class Posted:
    """A transaction that is in the books; `fresh` unless an earlier request put it there."""

    key: str
    transaction_id: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """How many points lie in an account of a person's, and until when."""

    purpose: str
    expires_on: date
    points: int


def transfer(debit: Purse, credit: Purse, amount: int) -> tuple[Line, Line]:
    """Return the two lines that move `amount` (≥ 1) from `debit` to `credit`."""
    return Line(debit, -amount), Line(credit, amount)


def opposite(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the lines that undo `lines`."""
    return tuple(Line(line.purse, -line.amount) for line in lines)


@dataclass(frozen=True, slots=True)
class Booked:
    """A transaction in the books, with its lines in their order."""

    id: int
    key: str
    kind: str
    source: str
    actor: str
    effective_on: date
    posted_at: datetime
    lines: tuple[Line, ...]

    def net(self, owner: str, asset: str = POINTS) -> int:
        """Return how many points the owner gained by it, held ones included."""
        return sum(
            line.amount
            for line in self.lines
            if line.purse.owner == owner and line.purse.asset == asset
        )
