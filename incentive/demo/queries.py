"""The demo's SQL: rows put in set by set, those that are there left alone."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, select, text
from sqlalchemy.dialects.postgresql import insert

from incentive.core.db import Base, session
from incentive.merchants.models import Merchant
from incentive.people.models import Person, RoleGrant, person_sequence
from incentive.points.budgets import queries as budgets
from incentive.points.budgets.domain import last_day, months_of
from incentive.regions.domain import path_of_code
from incentive.regions.models import Region
from incentive.settlement.models import Award
from incentive.stations.days.models import DayClose
from incentive.stations.discrepancies.models import CounterRefusal
from incentive.stations.models import Item, Redemption


def lock_loading() -> None:
    """Wait until nobody else loads the demo in this jurisdiction."""
    session().execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('demo ' || current_schema(), 0))")
    )


def put(model: type[Base], rows: Sequence[dict[str, Any]]) -> list[Any]:
    """Insert `rows`; return the keys of those that were not there."""
    if not rows:
        return []
    table: Table = model.metadata.tables[model.__tablename__]
    key = next(iter(table.primary_key))
    statement = insert(table).on_conflict_do_nothing().returning(key)
    return list(session().connection().execute(statement, rows).scalars())


def region_ids(codes: Iterable[str]) -> dict[str, UUID]:
    """Return the current regions' ids by code."""
    rows = session().execute(
        select(Region.code, Region.id).where(Region.code.in_(codes), Region.valid_until.is_(None))
    )
    return dict(rows.all())


def region_names(codes: Iterable[str]) -> dict[str, str]:
    """Return the current regions' names by code."""
    rows = session().execute(
        select(Region.code, Region.name).where(Region.code.in_(codes), Region.valid_until.is_(None))
    )
    return dict(rows.all())


def known_persons(person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the volunteer numbers of those who are there."""
    rows = session().execute(
        select(Person.id, Person.volunteer_number).where(Person.id.in_(person_ids))
    )
    return dict(rows.all())


def sequences(count: int) -> list[int]:
    """Return `count` fresh numbers for volunteers, in order."""
    numbers = func.generate_series(1, count).table_valued("n").render_derived()
    return list(session().scalars(select(person_sequence.next_value()).select_from(numbers)))


def has_redemptions(station_ids: Iterable[UUID]) -> bool:
    """Say whether anybody has ordered anything at these stations."""
    ordered = select(Redemption.id).where(Redemption.station_id.in_(station_ids)).limit(1)
    return session().scalar(ordered) is not None


def richest(person_ids: Iterable[UUID], points_min: int) -> list[UUID]:
    """Return who was awarded at least `points_min`, the most first."""
    earned = func.sum(Award.points)
    return list(
        session().scalars(
            select(Award.person_id)
            .where(Award.person_id.in_(person_ids))
            .group_by(Award.person_id)
            .having(earned >= points_min)
            .order_by(earned.desc(), Award.person_id)
        )
    )


def issued(code: str, day: date) -> int:
    """Return the points issued in a region for the month of `day`."""
    (month,) = months_of("month", day)
    return budgets.issued_before(path_of_code(code), month, last_day(month))


def has_refusals() -> bool:
    """Say whether any code was refused at a counter."""
    return session().scalar(select(CounterRefusal.id).limit(1)) is not None


def collected(station_id: UUID) -> list[str]:
    """Return the codes of what was handed over at a station, the latest first."""
    codes = select(Redemption.code).where(
        Redemption.station_id == station_id, Redemption.status == "collected"
    )
    return list(session().scalars(codes.order_by(Redemption.collected_at.desc(), Redemption.id)))


def has_ended_roles() -> bool:
    """Say whether anybody has ended a role before its time."""
    ended = select(RoleGrant.id).where(RoleGrant.ended_at.is_not(None)).limit(1)
    return session().scalar(ended) is not None


def has_merchants() -> bool:
    """Say whether any merchant is entered."""
    return session().scalar(select(Merchant.id).limit(1)) is not None


def earned_before(person_ids: Iterable[UUID], day: date) -> dict[UUID, int]:
    """Return what persons had earned by service before `day`."""
    rows = session().execute(
        select(Award.person_id, func.sum(Award.points))
        .where(Award.person_id.in_(person_ids), Award.day < day)
        .group_by(Award.person_id)
    )
    return {person_id: int(points) for person_id, points in rows}


def earned(person_ids: Iterable[UUID]) -> list[tuple[UUID, date, int]]:
    """Return (person, day, points) of every award, by day."""
    rows = session().execute(
        select(Award.person_id, Award.day, Award.points)
        .where(Award.person_id.in_(person_ids), Award.points > 0)
        .order_by(Award.day, Award.person_id, Award.service_record_id)
    )
    return [(row.person_id, row.day, row.points) for row in rows]


def on_shelf(station_id: UUID) -> dict[UUID, int]:
    """Return how many of each item lie on a station's shelves by its books."""
    rows = session().execute(select(Item.id, Item.on_shelf).where(Item.station_id == station_id))
    return dict(rows.all())


def has_closed_days(station_id: UUID) -> bool:
    """Say whether any day of a station is closed."""
    closed = select(DayClose.day).where(DayClose.station_id == station_id).limit(1)
    return session().scalar(closed) is not None
