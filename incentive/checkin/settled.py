"""When service records were settled: the awards say, which nobody down here knows of."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import current_app
from sqlalchemy import Row

# What returns the times of records that have an award: the application says it.
AWARDED: Final = "awarded_at_of"


def dated(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[dict[str, Any]]:
    """Return rows of `queries.records` with `settled_at`, None unless settled: one look for all."""
    awarded_at_of: Callable[[Sequence[UUID]], dict[UUID, datetime]]
    awarded_at_of = current_app.extensions[AWARDED]
    times = awarded_at_of([row.id for row in rows if row.settled])
    return [row._asdict() | {"settled_at": times.get(row.id)} for row in rows]
