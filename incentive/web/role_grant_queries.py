"""Where a role can be granted, found by name or code: reads only, in one round trip."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, cast, func, literal, select, union_all
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.people import reach
from incentive.regions.models import Region
from incentive.stations.models import Station


def places(
    begin: str, paths: Sequence[str], station_ids: Sequence[UUID], limit: int, *, stations: bool
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return key (`region:<id>`), name and what it lies in, of places in reach that begin so.

    Of regions the widest come first; with an empty `begin` only those at the very `paths`. With
    `stations`, those follow.
    """
    above = aliased(Region)
    found = (
        select(
            (literal("region:") + cast(Region.id, Text)).label("key"),
            Region.name,
            above.name.label("above"),
            func.length(Region.code).label("depth"),
        )
        .outerjoin(above, above.id == Region.parent_id)
        .where(Region.valid_until.is_(None), reach.within(Region.path, paths), _named(begin, paths))
    )
    shops = (
        select(
            (literal("station:") + cast(Station.id, Text)).label("key"),
            Station.name,
            Region.name.label("above"),
            literal(99).label("depth"),
        )
        .join(Region, Region.id == Station.region_id)
        .where(
            Station.name.startswith(begin, autoescape=True),
            Station.status == "open",
            reach.within_or_at(Region.path, Station.id, paths, station_ids),
        )
    )
    both = (union_all(found, shops) if stations else found).subquery()
    return session().execute(select(both).order_by(both.c.depth, both.c.name).limit(limit)).all()


def _named(begin: str, paths: Sequence[str]) -> Any:
    if not begin:
        return Region.path.in_(paths)
    if begin.isascii() and begin.isdecimal():
        return Region.code == begin
    return Region.name.startswith(begin, autoescape=True)
