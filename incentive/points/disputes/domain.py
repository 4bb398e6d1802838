"""Decisions on disputes: what of a transaction can be contested, and where its points went."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from incentive.ledger.domain import NEVER, Booked, Line, Purse

# What a person can contest that was taken, and a worker that was given.
TAKEN: Final = frozenset({"reversal", "adjustment", "expiry"})
GIVEN: Final = frozenset({"award", "adjustment", "transfer"})
# Of the days that were left to use points, so many are left when they come back, at most; and so many
# at least if they would have lapsed meanwhile.
GRACE: Final = timedelta(days=30)
SHORTEST: Final = timedelta(days=7)


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


def comes_back_until(expires_on: date, taken_on: date, today: date) -> date:
    """Return the last day of points that a person lost on `taken_on` and has again `today`.

    The old one; but as many days are left to use them as there were when they were lost, up to
    30. So a dispute neither eats up their last days nor adds any. If they would have lapsed while
    it went on, 7 days are left at least. Had they lapsed before, wrongly, it is 30.
    """
    left = expires_on - taken_on
    if left < timedelta(0):
        return today + GRACE
    days = min(left, GRACE)
    if expires_on < today:
        days = max(days, SHORTEST)
    return max(expires_on, today + days)


def back_to_person(held: Iterable[Line], taken_on: date, today: date) -> tuple[Line, ...]:
    """Return the lines that make held points available again that the person lost on `taken_on`."""
    return tuple(
        moved
        for line in held
        for moved in (
            Line(line.purse, -line.amount),
            Line(
                Purse(
                    line.purse.owner,
                    "available",
                    comes_back_until(line.purse.expires_on, taken_on, today),
                ),
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
