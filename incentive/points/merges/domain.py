"""Decisions about merging: pure, without clock or session."""

from datetime import datetime, timedelta
from typing import Final

UNDO_FOR: Final = timedelta(days=7)
STATES: Final = ("asked", "done", "refused", "undone")


def may_undo(status: str, decided_at: datetime | None, at: datetime) -> bool:
    """Say whether a merge can still be undone, as far as time goes."""
    return status == "done" and decided_at is not None and at < decided_at + UNDO_FOR
