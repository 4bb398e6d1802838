"""What opaque keys of the books stand for, in few words: a volunteer number, a station's name."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text, cast, literal, select, union_all

from incentive.activities.models import Activity, Shift, Team
from incentive.core.db import session
from incentive.merchants.models import Merchant, Sponsor
from incentive.people.models import Person
from incentive.regions.models import Region
from incentive.stations.models import Item, Station

# Persons by their number only: no page of the desk shows a name.
_LABELS: Final[dict[str, Any]] = {
    "person": (Person.id, Person.volunteer_number),
    "station": (Station.id, Station.name),
    "region": (Region.id, Region.name),
    "merchant": (Merchant.id, Merchant.name),
    "sponsor": (Sponsor.id, Sponsor.name),
    "item": (Item.id, Item.name),
    "team": (Team.id, Team.name),
    "activity": (Activity.id, Activity.title),
    "shift": (Shift.id, Shift.title),
}


def labels(keys: Collection[str]) -> dict[str, str]:
    """Return what the `keys` stand for, in one query; those unknown are left out.

    A key is like `station:<id>`; a region may also be named by its path.
    """
    wanted: dict[str, set[UUID]] = defaultdict(set)
    paths = set()
    for key in keys:
        kind, _, text = key.partition(":")
        if kind in _LABELS and (found := _uuid(text)) is not None:
            wanted[kind].add(found)
        elif kind == "region" and text:
            paths.add(text)
    parts = [
        select(literal(f"{kind}:") + cast(column, Text), label).where(column.in_(wanted[kind]))
        for kind, (column, label) in _LABELS.items()
        if wanted[kind]
    ]
    if paths:
        current = Region.code.in_({path.rpartition(".")[2] for path in paths})
        path = literal("region:") + cast(Region.path, Text)
        parts.append(select(path, Region.name).where(current, Region.valid_until.is_(None)))
    rows = session().execute(union_all(*parts)).all() if parts else []
    return {row[0]: row[1] for row in rows}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
