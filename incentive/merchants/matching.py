"""Which payment is for which statement: by the number quoted and the amount, never by a guess."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol
from uuid import UUID

from incentive.merchants.domain import references_in

# matched: quoted, and all that is owed. partial: quoted, and less. too_much: quoted, and more.
# not_payable: quoted, but nothing is owed on it (yet, or any more). unknown: no such number.
# unquoted: no number; the statement is the one of this merchant that owes just so much, if one does.
Kind = Literal["matched", "partial", "too_much", "not_payable", "unknown", "unquoted"]


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
    """A statement with what is left to pay on it: 0 unless it is payable."""

    id: UUID
    serial: int
    merchant_name: str
    fen: int


@dataclass(frozen=True, slots=True)
class Match:
    """What a payment is, and of which statement, if of one."""

    kind: Kind
    statement: Owed | None = None


def match(payments: Iterable[Paid], owed: Sequence[Owed]) -> list[Match]:
    """Return what each payment is, in order; what one settles is no longer owed for the next."""
    by_serial = {each.serial: each for each in owed}
    left = {each.id: each.fen for each in owed}
    found = []
    for payment in payments:
        result = _match(payment, by_serial, left)
        if result.kind == "matched" and result.statement:
            left[result.statement.id] = 0
        found.append(result)
    return found


def _match(payment: Paid, by_serial: Mapping[int, Owed], left: Mapping[UUID, int]) -> Match:
    quoted = references_in(f"{payment.reference} {payment.counterparty}")
    if not quoted:
        return Match("unquoted", _only(payment, by_serial.values(), left))
    known = [by_serial[serial] for serial in quoted if serial in by_serial]
    if len(known) != 1:
        # None, or several: a person has to say which.
        return Match("unknown", None)
    (statement,) = known
    open_fen = left[statement.id]
    if not open_fen:
        return Match("not_payable", statement)
    if payment.fen == open_fen:
        return Match("matched", statement)
    return Match("partial" if payment.fen < open_fen else "too_much", statement)


def _only(payment: Paid, owed: Iterable[Owed], left: Mapping[UUID, int]) -> Owed | None:
    fitting = [
        each
        for each in owed
        if left[each.id] == payment.fen and each.merchant_name == payment.counterparty
    ]
    return fitting[0] if len(fitting) == 1 else None
