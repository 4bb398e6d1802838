"""Who, of those a list entered, did nothing yet: nothing in the books refers to them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select, update

from incentive.core.db import Base, session
from incentive.ledger import owners
from incentive.people.imports.models import PersonImport
from incentive.people.models import Person, RoleGrant

_GRANTS: Final = RoleGrant.__tablename__


def lock_untouched(person_ids: Collection[UUID], asked: PersonImport) -> list[UUID]:
    """Return those of `person_ids` who did nothing, locked: nothing can refer to them meanwhile."""
    wanted = Person.id.in_(person_ids)
    session().execute(select(Person.id).where(wanted).order_by(Person.id).with_for_update())
    # A second look: what others committed before the lock was there is seen now.
    idle = select(Person.id).where(
        wanted, Person.status == "active", not_(or_(*_references(), _granted(asked)))
    )
    found = session().scalars(idle).all()
    with_points = owners.known(f"person:{each}" for each in found)
    return [each for each in found if f"person:{each}" not in with_points]


def empty(person_ids: Collection[UUID], at: datetime) -> None:
    """Forget who these persons were; their roles end."""
    names = [c.key for c in Person.__table__.c if c.key.endswith(("_sealed", "_blind"))]
    session().execute(
        update(Person)
        .where(Person.id.in_(person_ids))
        .values(dict.fromkeys(names) | {"age_class": None, "status": "removed"})
        .execution_options(synchronize_session=False)
    )
    session().execute(
        update(RoleGrant)
        .where(RoleGrant.person_id.in_(person_ids), RoleGrant.valid_until.is_(None))
        .values(valid_until=at)
        .execution_options(synchronize_session=False)
    )


def _references() -> list[ColumnElement[bool]]:
    """Return, for each column of the books that refers to persons, that it refers to this one."""
    return [
        exists().where(column == Person.id)
        for table in Base.metadata.sorted_tables
        if table is not Person.__table__  # who leads to another is not active
        for column in table.columns
        if any(key.column.table is Person.__table__ for key in column.foreign_keys)
        and (table.name, column.name) != (_GRANTS, "person_id")
    ]


def _granted(asked: PersonImport) -> ColumnElement[Any]:
    """Return that the person got a role besides the import's own."""
    own = and_(
        RoleGrant.granted_by == asked.asked_by,
        RoleGrant.valid_from == asked.entered_at,
        RoleGrant.valid_until.is_(None),
    )
    return exists().where(RoleGrant.person_id == Person.id, not_(own))
