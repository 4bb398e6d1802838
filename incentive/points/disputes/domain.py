"""Decisions on disputes: what of a transaction can be contested, and where its points went."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from incentive.ledger.domain import NEVER, Booked, Line, Purse

# What a person can contest that was taken, and a worker that was given.
TAKEN: Final = frozenset({"reversal", "adjustment", "expiry"})
GIVEN: Final = frozenset({"award", "adjustment", "transfer"})
# Points that come back after a dispute can be used for a while, whenever they would have lapsed.
GRACE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Counter:
    """The account on the other side of a disputed transaction."""

    owner: str
    purpose: str

    def purse(self, expires_on: date) -> Purse:
        """Return its purse for points of that expiry; a person's keep it, the system's have none."""
        return Purse(self.owner, self.purpose, expires_on if self.is_person else NEVER)

    @property
    def is_person(self) -> bool:
        """Whether points go to, or come from, another person."""
        return self.owner.startswith("person:")


def counter_of(booked: Booked, owner: str) -> Counter | None:
    """Return the one account beside the owner's that a transaction moved, or None if there are more."""
    found = {
        (line.purse.owner, line.purse.purpose) for line in booked.lines if line.purse.owner != owner
    }
    return Counter(*found.pop()) if len(found) == 1 else None


def taken_parts(booked: Booked, owner: str, points: int) -> list[tuple[date, int]]:
    """Return by expiry the first `points` that a transaction took from the owner."""
    sums: dict[date, int] = {}
    for line in booked.lines:
        if line.purse.owner == owner:
            expiry = line.purse.expires_on
            sums[expiry] = sums.get(expiry, 0) - line.amount
    parts = []
    for expiry, taken in sorted(sums.items()):
        part = min(taken, points)
        if part > 0:
            parts.append((expiry, part))
            points -= part
    return parts


def back_to_person(held: Iterable[Line], today: date) -> tuple[Line, ...]:
    """Return the lines that make held points available again, for another 30 days at least."""
    return tuple(
        moved
        for line in held
        for moved in (
            Line(line.purse, -line.amount),
            Line(
                Purse(line.purse.owner, "available", max(line.purse.expires_on, today + GRACE)),
                line.amount,
            ),
        )
    )


def away_from_person(held: Iterable[Line], counter: Counter) -> tuple[Line, ...]:
    """Return the lines that move held points to the account on the other side."""
    out = [Line(line.purse, -line.amount) for line in held]
    into: dict[Purse, int] = {}
    for line in held:
        purse = counter.purse(line.purse.expires_on)
        into[purse] = into.get(purse, 0) + line.amount
    return (*out, *(Line(purse, points) for purse, points in into.items()))
