"""Which payment is for which statements: by the numbers quoted and the amount, never by a guess."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Literal, Protocol
from uuid import UUID

from incentive.merchants.domain import references_in

# Amounts below zero are what a merchant owes and gives back.
# matched: quoted, and all that is owed; of several, all that is owed on all of them.
# partial: quoted, and less. too_much: quoted, and more.
# not_payable: quoted, but nothing is owed on it (yet, or any more). unknown: no such number.
# several: exactly what is owed on some statements together, but not all, of those quoted or, where
# none is, on some of this merchant's; no other choice of them comes to it.
# unquoted: no number; the statement is the one of this merchant that owes just so much, if one does.
Kind = Literal["matched", "partial", "too_much", "not_payable", "several", "unknown", "unquoted"]

# Among so many open statements a sum is looked for: 4,096 choices. Among more a person chooses.
SEVERAL_MAX: Final = 12


class Paid(Protocol):
    """A payment that a bank shows."""

    @property
    def day(self) -> date:
        """The day of payment."""

    @property
    def fen(self) -> int:
        """How much."""

    @property
    def reference(self) -> str:
        """What was written on it."""

    @property
    def counterparty(self) -> str:
        """To whom."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A statement with what is left to pay on it, or below 0 to give back: 0 unless it is booked."""

    id: UUID
    serial: int
    merchant_name: str
    fen: int


@dataclass(frozen=True, slots=True)
class Match:
    """What a payment is, and of which statements: of none, of one, or of more."""

    kind: Kind
    statements: tuple[Owed, ...] = ()

    @property
    def statement(self) -> Owed | None:
        """The statement, if it is one."""
        return self.statements[0] if len(self.statements) == 1 else None

    @property
    def serials(self) -> list[int]:
        """The statements' serials."""
        return [each.serial for each in self.statements]


def match(payments: Iterable[Paid], owed: Sequence[Owed]) -> list[Match]:
    """Return what each payment is, in order; what one settles is no longer owed for the next."""
    by_serial = {each.serial: each for each in owed}
    left = {each.id: each.fen for each in owed}
    found = []
    for payment in payments:
        result = _match(payment, by_serial, left)
        if result.kind == "matched":
            left |= {each.id: 0 for each in result.statements}
        found.append(result)
    return found


def _match(payment: Paid, by_serial: Mapping[int, Owed], left: Mapping[UUID, int]) -> Match:
    quoted = references_in(f"{payment.reference} {payment.counterparty}")
    if not quoted:
        return _unquoted(payment, by_serial.values(), left)
    known = [by_serial[serial] for serial in quoted if serial in by_serial]
    if len(known) != 1:
        return _several(payment, len(quoted), known, left)
    (statement,) = known
    open_fen = left[statement.id]
    if open_fen * payment.fen <= 0:
        return Match("not_payable", (statement,))
    if payment.fen == open_fen:
        return Match("matched", (statement,))
    kind: Kind = "partial" if abs(payment.fen) < abs(open_fen) else "too_much"
    return Match(kind, (statement,))


def _several(payment: Paid, quoted: int, known: Sequence[Owed], left: Mapping[UUID, int]) -> Match:
    open_ones = [left[each.id] for each in known]
    same_way = all(fen * payment.fen > 0 for fen in open_ones)
    if known and len(known) == quoted and same_way and sum(open_ones) == payment.fen:
        return Match("matched", tuple(known))
    # None, or some of them: a person has to say which.
    together = _together(payment.fen, known, left)
    return Match("several", together) if together else Match("unknown")


def _unquoted(payment: Paid, owed: Iterable[Owed], left: Mapping[UUID, int]) -> Match:
    of_merchant = [each for each in owed if each.merchant_name == payment.counterparty]
    fitting = [each for each in of_merchant if left[each.id] == payment.fen]
    if fitting:
        return Match("unquoted", tuple(fitting) if len(fitting) == 1 else ())
    together = _together(payment.fen, of_merchant, left)
    return Match("several", together) if together else Match("unquoted")


def _together(fen: int, owed: Iterable[Owed], left: Mapping[UUID, int]) -> tuple[Owed, ...]:
    """Return the two or more on which just so much is left; nothing if there is another choice."""
    open_ones = [each for each in owed if left[each.id] * fen > 0]
    if len(open_ones) > SEVERAL_MAX:
        whole = sum(left[each.id] for each in open_ones) == fen
        return tuple(open_ones) if whole else ()
    choice = _choices(tuple(left[each.id] for each in open_ones)).get(fen) or 0
    chosen = tuple(each for place, each in enumerate(open_ones) if choice >> place & 1)
    return chosen if len(chosen) > 1 else ()


@lru_cache(maxsize=64)
def _choices(amounts: tuple[int, ...]) -> dict[int, int | None]:
    """Return each sum of some of the amounts with the choice (bits by place) that makes it.

    None for a sum that more than one choice makes: nobody could say which.
    """
    found: dict[int, int | None] = {0: 0}
    for place, amount in enumerate(amounts):
        for total, choice in list(found.items()):
            more = None if choice is None else choice | 1 << place
            found[total + amount] = None if total + amount in found else more
    return found
