"""Decisions on corrections: what may be undone, and until when points given by hand last."""

from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from incentive.ledger.domain import Booked

CORRECTABLE: Final = frozenset({"award", "adjustment"})


def expires_on(day: date) -> date:
    """Return the last day of points earned on `day`: the end of the year after."""
    return date(day.year + 1, 12, 31)


def lasts_until(day: date, today: date) -> date:
    """Return the last day of points that are given by hand `today` for `day`.

    Points for a day so long ago that they would have lapsed last as if they were earned today.
    """
    expiry = expires_on(day)
    return expiry if expiry >= today else expires_on(today)


def counterparts(booked: Booked) -> tuple[list[UUID], list[UUID]]:
    """Return the persons and the regions whose accounts a transaction moved."""
    owners = {line.purse.owner for line in booked.lines}
    return _ids(owners, "person"), _ids(owners, "region")


def _ids(owners: Iterable[str], kind: str) -> list[UUID]:
    found = []
    for owner in sorted(owners):
        name, _, key = owner.partition(":")
        if name == kind:
            try:
                found.append(UUID(key))
            except ValueError:
                continue
    return found
