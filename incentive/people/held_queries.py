"""SQL over whatever tables hold something about a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, literal, or_, select, union_all, update

from incentive.core.db import session
from incentive.people.held import Changed, Deleted, Holding


def of(holding: Holding, person_id: UUID) -> ColumnElement[bool]:
    """Return the condition that a row of the holding's table is about the person."""
    named = holding.names(person_id)
    return or_(*(holding.table.c[column] == named for column in holding.columns))


def counts(holdings: Sequence[Holding], person_id: UUID) -> dict[int, int]:
    """Return how many rows each holding has about the person, by its place, in one question."""
    asked = [
        select(literal(number).label("number"), func.count().label("count")).select_from(
            _rows(holding, person_id).subquery()
        )
        for number, holding in enumerate(holdings)
    ]
    return {row.number: row[1] for row in session().execute(union_all(*asked))}


def rows(holding: Holding, person_id: UUID, limit: int) -> Sequence[Any]:
    """Return what is shown of a holding's rows about the person, at most `limit`, in their order."""
    return session().execute(_rows(holding, person_id).limit(limit)).all()


def _rows(holding: Holding, person_id: UUID) -> Any:
    if holding.selects is not None:
        return holding.selects(person_id)
    table = holding.table
    shown: list[Any] = [table.c[name] for name in holding.shown]
    return select(*shown).where(of(holding, person_id)).order_by(*table.primary_key.columns)


def erase(holding: Holding, person_id: UUID, at: datetime) -> int:
    """Do with the person's rows what the holding says; return how many. Again changes nothing."""
    theirs, fate = of(holding, person_id), holding.fate
    if isinstance(fate, Deleted):
        return session().connection().execute(delete(holding.table).where(theirs)).rowcount
    if isinstance(fate, Changed):
        changed = update(holding.table).where(theirs).values(fate.values(person_id, at))
        if fate.only is not None:
            changed = changed.where(fate.only(person_id, at))
        return session().connection().execute(changed).rowcount
    return 0
