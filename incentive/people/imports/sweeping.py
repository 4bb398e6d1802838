"""What a list said is forgotten: at once if it is given up, else after a day."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from incentive.people.imports import queries, vault
from incentive.people.imports.domain import KEPT_FOR


def sweep(import_ids: Sequence[UUID], at: datetime) -> None:
    """Forget what these imports said, their key first."""
    if import_ids:
        vault.destroy(import_ids)
        queries.clear(import_ids)
        for import_id in import_ids:
            queries.change(import_id, swept_at=at)


def sweep_old(at: datetime) -> int:
    """Forget what was sent, or entered, more than a day ago; return of how many lists.

    Nobody works on them. Who was entered, and which line of the list they were, is kept.
    """
    before = at - KEPT_FOR
    old = [each.id for each in queries.lock_unswept(before, before)]
    sweep(old, at)
    return len(old)
