"""SQL over whatever tables hold something about a person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, update

from incentive.core.db import session
from incentive.people.held import Changed, Deleted, Holding


def of(holding: Holding, person_id: UUID) -> ColumnElement[bool]:
    """Return the condition that a row of the holding's table is about the person."""
    named = holding.names(person_id)
    return or_(*(holding.table.c[column] == named for column in holding.columns))


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
