"""The books as a newcomer would keep them: a list of what moved, summed whenever it is asked for."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

NEVER = date.max


class Purse(NamedTuple):
    owner: str
    purpose: str
    expires_on: date = NEVER


@dataclass(frozen=True)
class Event:
    """What one use case moved, and when by both axes."""

    moves: tuple[tuple[Purse, int], ...]
    effective_on: date
    at: datetime


class Books:
    """Every event so far, in the order of booking."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def book(self, moves: list[tuple[Purse, int]], effective_on: date, at: datetime) -> None:
        assert sum(points for _, points in moves) == 0
        self.events.append(Event(tuple(moves), effective_on, at))

    def purses(
        self, owner: str, *, first: int | None = None, day: date | None = None
    ) -> dict[tuple[str, date], int]:
        """What the owner has by (purpose, expiry): after the `first` events, or by effective `day`."""
        found: Counter[tuple[str, date]] = Counter()
        for event in self.events[:first]:
            if day is not None and event.effective_on > day:
                continue
            for purse, points in event.moves:
                if purse.owner == owner:
                    found[purse.purpose, purse.expires_on] += points
        return {purse: points for purse, points in found.items() if points}

    def available(self, owner: str, today: date) -> int:
        """What the owner may spend: available and not lapsed."""
        return sum(self.usable(owner, today).values())

    def usable(self, owner: str, today: date) -> dict[date, int]:
        """The same by expiry, the earliest first."""
        purses = self.purses(owner)
        return {
            expiry: points
            for (purpose, expiry), points in sorted(purses.items())
            if purpose == "available" and expiry >= today
        }

    def take(self, owner: str, amount: int, today: date) -> list[tuple[date, int]]:
        """Which points go when `amount` are taken: those that expire first."""
        parts = []
        for expiry, points in self.usable(owner, today).items():
            part = min(points, amount)
            if part:
                parts.append((expiry, part))
            amount -= part
        assert amount == 0
        return parts
