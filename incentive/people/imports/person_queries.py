"""SQL over persons and regions, a thousand at a time."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.people.models import Person, person_sequence
from incentive.people.permissions import VOLUNTEER
from incentive.regions.models import Region

# Of what fits equally well two are enough to know it. `~>=~` compares as the index on names does.
_HOMES: Final = text(
    "SELECT asked.name AS asked, found.id, found.is_whole"
    " FROM unnest(CAST(:names AS text[])) AS asked (name)"
    " CROSS JOIN LATERAL ("
    "  SELECT r.id, r.code = asked.name OR r.name = asked.name AS is_whole"
    "  FROM regions r"
    "  WHERE r.valid_until IS NULL AND r.path <@ CAST(:path AS ltree)"
    "   AND r.level IN ('community', 'grid', 'building', 'door')"
    "   AND (r.code = asked.name"
    "    OR (r.name ~>=~ asked.name AND r.name ~<~ (asked.name || chr(1114111))))"
    "  ORDER BY is_whole DESC, r.code LIMIT 2) AS found"
)
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('person_imports', 0))")
_GRANT: Final = text(
    "INSERT INTO role_grants (id, person_id, role, region_id, valid_from, granted_by)"
    " SELECT new.id, new.person_id, :role, new.region_id, :at, :by"
    " FROM unnest(CAST(:ids AS uuid[]), CAST(:person_ids AS uuid[]), CAST(:region_ids AS uuid[]))"
    " AS new (id, person_id, region_id)"
)


def homes(names: Collection[str], path: str) -> Sequence[Any]:
    """Return up to two homes in the subtree `path` for each of `names`: a code, or how it begins.

    A row has the text that was `asked`, the region's `id`, and whether code or name `is_whole`;
    such come first.
    """
    return session().execute(_HOMES, {"names": list(names), "path": path}).all()


def holders(
    phone_blinds: Collection[bytes], id_number_blinds: Collection[bytes], path: str
) -> Sequence[Any]:
    """Return who has one of the phones or ID numbers, and whether they live in the subtree `path`."""
    return (
        session()
        .execute(
            select(
                Person.id,
                Person.phone_blind,
                Person.id_number_blind,
                Person.name_blind,
                func.coalesce(Region.path.within(path), False).label("is_near"),
            )
            .outerjoin(Region, Region.id == Person.home_region_id)
            .where(
                or_(
                    Person.phone_blind.in_(phone_blinds),
                    Person.id_number_blind.in_(id_number_blinds),
                )
            )
        )
        .all()
    )


def lock_entering() -> None:
    """Let one import at a time enter persons.

    Two with persons in common, entered in another order, would wait for each other for ever.
    """
    session().execute(_LOCK)


def next_sequences(count: int) -> Sequence[int]:
    """Return the next `count` places in the volunteer numbers."""
    numbers = func.generate_series(1, count).table_valued("n")
    return session().scalars(select(person_sequence.next_value()).select_from(numbers)).all()


def insert_persons(rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """Insert persons; return the ids of those whose phone and ID number nobody else has."""
    statement = insert(Person).on_conflict_do_nothing().returning(Person.id)
    return set(session().connection().execute(statement, rows).scalars())


def grant_volunteers(homes_of: dict[UUID, UUID], by: UUID, at: datetime) -> None:
    """Make persons volunteers at their homes."""
    session().execute(
        _GRANT,
        {
            "role": VOLUNTEER,
            "at": at,
            "by": by,
            "ids": [new_id() for _ in homes_of],
            "person_ids": list(homes_of),
            "region_ids": list(homes_of.values()),
        },
    )
