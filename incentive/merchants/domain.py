"""Pure decisions: what stands on a statement, what its figures are, and what may become of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final, Literal
from uuid import UUID

from incentive.ledger.domain import Line as PostingLine
from incentive.ledger.domain import Purse, transfer
from incentive.merchants.settling_errors import (
    CorrectionTooLarge,
    MerchantMayAnswer,
    NothingOwed,
    NothingToClaim,
    PeriodBackwards,
    PeriodRunning,
    PeriodTooLong,
    SomethingOwed,
    WrongState,
)

Side = Literal["merchant", "sponsor"]
SIDES: Final[tuple[Side, ...]] = ("merchant", "sponsor")
STATUSES: Final = (
    "draft",
    "sent",
    "confirmed",
    "payable",
    "paid",
    "claimed",
    "returned",
    "settled",
    "reversed",
)
# What stands in the ledger: the first is open, the second done; below zero the merchant pays.
BOOKED: Final = frozenset(STATUSES[3:7])
PRICE_FEN_MAX: Final = 100_000_000
PERIOD_DAYS_MAX: Final = 366
# How long a merchant has for a word on a statement of nothing before it is closed without.
SILENCE_DAYS: Final = 14
FEN: Final = "fen"
# One transfer pays so many statements at most.
TRANSFER_STATEMENTS_MAX: Final = 50
# How a statement is quoted on a transfer: JS is 结算, and whatever the bank puts around it.
_REFERENCE: Final = re.compile(r"JS[-#:： ]?0*([1-9][0-9]{0,17})(?![0-9])", re.IGNORECASE)
_HALF_WIDTH: Final = {0xFF01 + offset: 0x21 + offset for offset in range(94)}


@dataclass(frozen=True, slots=True)
class Moved:
    """An order that was given, or returned (`quantity` < 0), and what was agreed for its day."""

    order_id: UUID
    item_id: UUID
    item_name: str
    agreement_id: UUID
    price_fen: int
    quantity: int
    day: date


@dataclass(frozen=True, slots=True)
class Line:
    """Orders of one item at one price, in one direction."""

    kind: Literal["given", "returned"]
    item_id: UUID
    agreement_id: UUID
    price_fen: int
    orders: tuple[Moved, ...]

    @property
    def quantity(self) -> int:
        """How many pieces, negative if returned."""
        return sum(order.quantity for order in self.orders)

    @property
    def amount_fen(self) -> int:
        """What they come to, in fen."""
        return self.quantity * self.price_fen


def gather(orders: Iterable[Moved]) -> list[Line]:
    """Return the lines of a statement: what was given before what was returned, by name and price."""
    ordered = sorted(orders, key=_place)
    return [
        Line("returned" if returned else "given", item_id, agreement_id, price_fen, tuple(together))
        for (returned, _, item_id, price_fen, agreement_id), together in groupby(ordered, _line)
    ]


def _line(order: Moved) -> tuple[bool, str, UUID, int, UUID]:
    returned = order.quantity < 0
    return returned, order.item_name, order.item_id, order.price_fen, order.agreement_id


def _place(order: Moved) -> tuple[tuple[bool, str, UUID, int, UUID], date, UUID]:
    return _line(order), order.day, order.order_id


def total(lines: Iterable[Line]) -> int:
    """Return what lines come to, in fen."""
    return sum(line.amount_fen for line in lines)


def check_period(first_day: date, last_day: date, today: date) -> None:
    """Let only days pass that are over: nothing is given on them any more.

    Raises:
        PeriodBackwards, PeriodRunning, PeriodTooLong: otherwise.
    """
    if first_day > last_day:
        raise PeriodBackwards
    if last_day >= today:
        raise PeriodRunning(str(today))
    if (last_day - first_day).days >= PERIOD_DAYS_MAX:
        raise PeriodTooLong(PERIOD_DAYS_MAX)


def check_state(status: str, *wanted: str) -> None:
    """Let a statement pass that is in one of the states `wanted`.

    Raises:
        WrongState: it is in another.
    """
    if status not in wanted:
        raise WrongState(status, wanted)


def check_owed(total_fen: int) -> None:
    """Let a statement be booked that comes to something.

    Raises:
        NothingOwed: it comes to nothing or less, and is settled instead.
    """
    if total_fen <= 0:
        raise NothingOwed(total_fen)


def check_claimed(total_fen: int) -> None:
    """Let a statement be claimed that comes to less than nothing.

    Raises:
        NothingToClaim: the merchant owes nothing on it.
    """
    if total_fen >= 0:
        raise NothingToClaim(total_fen)


def open_state(total_fen: int) -> str:
    """Return the state of a booked statement on which something is left to pay, or to give back."""
    return "payable" if total_fen > 0 else "claimed"


def done_state(total_fen: int) -> str:
    """Return the state of a booked statement on which nothing is left."""
    return "paid" if total_fen > 0 else "returned"


def moved(debit: Purse, credit: Purse, fen: int) -> tuple[PostingLine, PostingLine]:
    """Return the lines that move `fen` from `debit` to `credit`; below 0 the other way."""
    return transfer(debit, credit, fen) if fen > 0 else transfer(credit, debit, -fen)


def check_settling(total_fen: int) -> None:
    """Let a statement be settled that comes to nothing or less.

    Raises:
        SomethingOwed: it comes to more, and is booked and paid instead.
    """
    if total_fen > 0:
        raise SomethingOwed(total_fen)


def check_silence(changed_on: date, today: date) -> None:
    """Let a statement be closed without the merchant that nobody changed for `SILENCE_DAYS`.

    Raises:
        MerchantMayAnswer: it was sent, or corrected, since.
    """
    first_day = changed_on + timedelta(days=SILENCE_DAYS)
    if today < first_day:
        raise MerchantMayAnswer(first_day)


def check_correction(line_quantity: int, corrections: Sequence[int], change: int) -> None:
    """Let a change of a line's pieces pass that leaves it in its own direction.

    Goods given stay 0 or more, goods returned 0 or fewer.

    Raises:
        CorrectionTooLarge: it would turn the line around.
    """
    now = line_quantity + sum(corrections)
    after = now + change
    if (after < 0) if line_quantity > 0 else (after > 0):
        raise CorrectionTooLarge(abs(now))


def complete(sides: Iterable[str]) -> bool:
    """Say whether both sides are among `sides`."""
    return set(SIDES) <= set(sides)


def reference(serial: int) -> str:
    """Return how a statement is quoted: JS000042."""
    return f"JS{serial:06d}"


def references_in(text: str) -> list[int]:
    """Return the serials of the statements quoted in a bank's text, each once, in their order."""
    plain = text.translate(_HALF_WIDTH)
    return list(dict.fromkeys(int(found[1]) for found in _REFERENCE.finditer(plain)))


def merchant(merchant_id: UUID) -> str:
    """Return the owner of a merchant's accounts."""
    return f"merchant:{merchant_id}"


def sponsor(sponsor_id: UUID) -> str:
    """Return the owner of a sponsor's accounts."""
    return f"sponsor:{sponsor_id}"


def source(statement_id: UUID) -> str:
    """Return what a statement's transactions name as theirs."""
    return f"statement:{statement_id}"
