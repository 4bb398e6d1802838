"""Decisions about erasing: pure, without clock, session or request."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

# Long enough to notice that somebody else asked, short enough to be meant.
COOLING_OFF: Final = timedelta(days=7)
# Where points go that are given up: as those that lapsed.
GIVEN_UP_TO: Final = ("system", "breakage")


class Status(StrEnum):
    """How far an erasure is."""

    PROPOSED = "proposed"
    WAITING = "waiting"
    BEGUN = "begun"
    DONE = "done"
    REFUSED = "refused"
    CALLED_OFF = "called_off"


OPEN: Final = (Status.PROPOSED, Status.WAITING)


def due(asked_at: datetime) -> datetime:
    """Return until when an erasure can be called off that was asked for, or approved, then."""
    return asked_at + COOLING_OFF


def points_key(erasure_id: object) -> str:
    """Return the ledger's key for the points given up, which go once."""
    return f"erasure:{erasure_id}"
