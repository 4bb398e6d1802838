"""SQL of findings: each kind is one set-based statement that adds what is not there yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, insert, select, text
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.orm import aliased

from incentive.core.db import session
from incentive.people import reach
from incentive.people.models import Person
from incentive.regions.models import Region
from incentive.stations.discrepancies.models import (
    CounterPolicy,
    CounterRefusal,
    Discrepancy,
    DiscrepancyClearing,
)
from incentive.stations.models import Item, Station

_HEAD: Final = """
    INSERT INTO discrepancies
        (station_id, kind, key, person_id, redemption_id, item_id, facts, happened_at, found_at)
"""
_TAIL: Final = " ON CONFLICT (kind, key) DO NOTHING RETURNING id"
_FOUND: Final[dict[str, str]] = {
    "collected_without_hold": """
        SELECT r.station_id, :kind, r.id::text, r.collected_by, r.id, r.item_id,
               jsonb_build_object('points', r.points), r.collected_at, :at
        FROM redemptions r
        WHERE r.collected_at >= :since AND NOT EXISTS (
            SELECT FROM transactions t WHERE t.source = 'redemption:' || r.id AND t.kind = 'hold')
    """,
    "stock_mismatch": """
        SELECT i.station_id, :kind,
               concat_ws(':', i.id, i.stock, m.moved, i.on_shelf, m.moved_on_shelf),
               NULL::uuid, NULL::uuid, i.id, jsonb_build_object(
                   'stock', i.stock, 'moved', m.moved,
                   'on_shelf', i.on_shelf, 'moved_on_shelf', m.moved_on_shelf), :at, :at
        FROM items i CROSS JOIN LATERAL (
            SELECT coalesce(sum(delta), 0) AS moved, coalesce(sum(shelf), 0) AS moved_on_shelf
            FROM stock_movements WHERE item_id = i.id) m
        WHERE (i.stock, i.on_shelf) <> (m.moved, m.moved_on_shelf)
    """,
    "other_station": """
        SELECT DISTINCT ON (f.redemption_id, f.by_person_id, f.tried_at_id)
               coalesce(f.tried_at_id, r.station_id), :kind,
               concat_ws(':', f.redemption_id, f.by_person_id, f.tried_at_id),
               f.by_person_id, r.id, r.item_id, '{}'::jsonb, f.at, :at
        FROM counter_refusals f JOIN redemptions r ON r.id = f.redemption_id
        WHERE f.reason = 'other_station' AND f.at >= :since
        ORDER BY f.redemption_id, f.by_person_id, f.tried_at_id, f.id
    """,
    "used_again": """
        SELECT DISTINCT ON (f.redemption_id, f.by_person_id)
               r.station_id, :kind, concat_ws(':', f.redemption_id, f.by_person_id),
               f.by_person_id, r.id, r.item_id,
               jsonb_build_object('seconds', floor(extract(epoch FROM f.at - r.collected_at))),
               f.at, :at
        FROM counter_refusals f JOIN redemptions r ON r.id = f.redemption_id
        WHERE f.reason = 'already_collected' AND f.at >= :since
          AND f.at > r.collected_at + make_interval(secs => :repeat_seconds)
        ORDER BY f.redemption_id, f.by_person_id, f.id
    """,
    "unusual_speed": """
        SELECT DISTINCT ON (b.collected_by, b.station_id, date_trunc('hour', b.collected_at))
               b.station_id, :kind, concat_ws(':', b.collected_by, b.station_id,
                   extract(epoch FROM date_trunc('hour', b.collected_at))::bigint),
               b.collected_by, b.id, NULL::uuid, jsonb_build_object('handovers', :handovers,
                   'seconds', floor(extract(epoch FROM b.collected_at - b.first_at))),
               b.collected_at, :at
        FROM (SELECT r.*, lag(r.collected_at, CAST(:handovers AS int) - 1)
                  OVER (PARTITION BY r.collected_by, r.station_id
                        ORDER BY r.collected_at, r.id) AS first_at
              FROM redemptions r WHERE r.collected_at >= :since) b
        WHERE b.collected_at - b.first_at <= make_interval(secs => :handover_seconds)
        ORDER BY b.collected_by, b.station_id, date_trunc('hour', b.collected_at), b.collected_at
    """,
    "many_people": """
        SELECT DISTINCT ON (r.collected_by, r.station_id, date_trunc('hour', r.collected_at))
               r.station_id, :kind, concat_ws(':', r.collected_by, r.station_id,
                   extract(epoch FROM date_trunc('hour', r.collected_at))::bigint),
               r.collected_by, r.id, NULL::uuid,
               jsonb_build_object('people', n.people, 'seconds', :people_seconds),
               r.collected_at, :at
        FROM redemptions r CROSS JOIN LATERAL (
            SELECT count(DISTINCT x.person_id) AS people FROM redemptions x
            WHERE x.station_id = r.station_id AND x.collected_by = r.collected_by
              AND x.collected_at BETWEEN r.collected_at - make_interval(secs => :people_seconds)
                                     AND r.collected_at
              AND x.held_at BETWEEN r.held_at - make_interval(secs => :people_seconds)
                                AND r.held_at + make_interval(secs => :people_seconds)) n
        WHERE r.collected_at >= :since AND n.people >= :people
        ORDER BY r.collected_by, r.station_id, date_trunc('hour', r.collected_at), r.collected_at
    """,
    "negative_margin": """
        SELECT i.station_id, :kind, concat_ws(':', m.id, i.points_price),
               NULL::uuid, NULL::uuid, i.id, jsonb_build_object('unit_cost_fen', m.unit_cost_fen,
                   'points_price', i.points_price), m.at, :at
        FROM items i CROSS JOIN LATERAL (
            SELECT id, unit_cost_fen, at FROM stock_movements
            WHERE item_id = i.id AND unit_cost_fen IS NOT NULL ORDER BY id DESC LIMIT 1) m
        WHERE i.status = 'offered'
          AND m.unit_cost_fen > i.points_price * CAST(:fen_per_point AS int)
    """,
}


def refuse(row: Mapping[str, Any]) -> None:
    """Keep a refused attempt."""
    session().execute(insert(CounterRefusal).values(row))


def policy() -> CounterPolicy:
    """Return what counts as unusual now."""
    latest = select(CounterPolicy).order_by(CounterPolicy.id.desc()).limit(1)
    return session().scalars(latest).one()


def find(kind: str, values: Mapping[str, Any]) -> int:
    """Add the findings of a kind that are not there yet; return how many."""
    statement = text(_HEAD + _FOUND[kind] + _TAIL)
    used = {name: value for name, value in values.items() if f":{name}" in statement.text}
    return len(session().execute(statement, used).all())


def discrepancies(
    *, station_id: UUID | None, paths: Sequence[str], station_ids: Sequence[UUID], state: str
) -> Select[*tuple[Any, ...]]:
    """Return findings with what they are about: of one station, or of those in some scopes."""
    about, clearer = aliased(Person), aliased(Person)
    statement = (
        select(
            Discrepancy.id,
            Discrepancy.station_id,
            Station.name.label("station"),
            Discrepancy.kind,
            Discrepancy.facts,
            Discrepancy.happened_at,
            Discrepancy.found_at,
            Discrepancy.redemption_id,
            Item.name.label("item"),
            about.volunteer_number,
            DiscrepancyClearing.note,
            DiscrepancyClearing.cleared_at,
            clearer.volunteer_number.label("cleared_by"),
        )
        .join(Station, Station.id == Discrepancy.station_id)
        .join(Region, Region.id == Station.region_id)
        .outerjoin(Item, Item.id == Discrepancy.item_id)
        .outerjoin(about, about.id == Discrepancy.person_id)
        .outerjoin(DiscrepancyClearing, DiscrepancyClearing.discrepancy_id == Discrepancy.id)
        .outerjoin(clearer, clearer.id == DiscrepancyClearing.cleared_by)
    )
    if station_id is not None:
        statement = statement.where(Discrepancy.station_id == station_id)
    else:
        theirs = reach.within_or_at(Region.path, Station.id, paths, station_ids)
        statement = statement.where(theirs)
    if state == "all":
        return statement
    cleared = DiscrepancyClearing.discrepancy_id.is_not(None)
    return statement.where(cleared if state == "cleared" else ~cleared)


def discrepancy(discrepancy_id: int) -> Discrepancy | None:
    """Return one finding."""
    return session().get(Discrepancy, discrepancy_id)


def shown(discrepancy_id: int, station_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return a finding as `discrepancies` shows it."""
    found = discrepancies(station_id=station_id, paths=[], station_ids=[], state="all")
    return session().execute(found.where(Discrepancy.id == discrepancy_id)).one()


def clear(row: Mapping[str, Any]) -> bool:
    """Keep why a finding is cleared; say whether nobody was first."""
    statement = insert_or(DiscrepancyClearing).values(row).on_conflict_do_nothing()
    cleared = statement.returning(DiscrepancyClearing.discrepancy_id)
    return session().scalar(cleared) is not None


KINDS: Final = tuple(_FOUND)


def since_policy(at: datetime) -> dict[str, Any]:
    """Return the thresholds that hold now, by name, and the instant of looking."""
    rules = policy()
    names = ("handovers", "handover_seconds", "people", "people_seconds", "repeat_seconds")
    thresholds = {name: getattr(rules, name) for name in (*names, "fen_per_point")}
    return {"at": at, **thresholds}
