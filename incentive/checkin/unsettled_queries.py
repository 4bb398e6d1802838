"""The SQL of verified records that are to be settled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text, update

from incentive.checkin.models import LANES, UnsettledRecord
from incentive.checkin.unsettled import (
    ATTENDANCE_MAX,
    ELSEWHERE_WITHIN,
    Doubts,
    Taken,
    VerifiedRecords,
)
from incentive.core.arrays import joined_array
from incentive.core.db import session

# Those that somebody decides on at this moment are left for the next time. By itself, for how many
# there are of a queue the planner cannot know: to what follows it is told by their ids.
_DUE: Final = text("""
    SELECT string_agg(CAST(record_id AS text), ',') FROM (
        SELECT u.record_id FROM unsettled_records u
        WHERE u.lane = :lane AND u.record_id > CAST(:after AS uuid)
          AND (u.retry_at IS NULL OR u.retry_at <= :at)
        ORDER BY u.record_id LIMIT :limit FOR UPDATE SKIP LOCKED) due
""")
_REST: Final = text("""
    SELECT count(*) FROM (
        SELECT FROM unsettled_records u
        WHERE u.lane = :lane AND u.record_id > CAST(:after AS uuid)
          AND (u.retry_at IS NULL OR u.retry_at <= :at)
        ORDER BY u.record_id LIMIT :limit) rest
""")
_BEFORE_ALL: Final = str(UUID(int=0))
# Each record is probed for (hence OFFSET): joined with thousands, whole tables would be read for
# every batch. What is the same for all of a shift is asked once for each. The one row that comes
# of it has the columns.
_TAKE: Final = text("""
    WITH taken AS (
        DELETE FROM unsettled_records u
        WHERE u.lane = :lane AND u.record_id = ANY(CAST(:ids AS uuid[]))),
    found AS (
        SELECT CAST(d.id AS text) AS id, r.person_id, s.activity_id, s.kind, s.region_id,
               r.day, r.minutes, s.alone,
               EXISTS (SELECT FROM attendances t JOIN attendances b
                       ON b.person_id = r.person_id AND b.id <> t.id
                       AND b.check_in_at BETWEEN t.check_in_at - CAST(:longest AS interval)
                                             AND t.check_out_at + CAST(:within AS interval)
                       AND coalesce(b.check_out_at, b.check_in_at)
                           >= t.check_in_at - CAST(:within AS interval)
                       WHERE t.id = r.attendance_id) AS elsewhere,
               EXISTS (SELECT FROM scans x
                       WHERE x.attendance_id = r.attendance_id AND x.actor_id <> r.person_id) AS seen
        FROM (SELECT unnest(CAST(:ids AS uuid[])) AS id) d
        CROSS JOIN LATERAL (
            SELECT r.person_id, r.shift_id, r.attendance_id, r.day, r.minutes
            FROM service_records r WHERE r.id = d.id OFFSET 0) r
        CROSS JOIN LATERAL (
            SELECT s.activity_id, a.kind, a.region_id,
                   (SELECT count(*) FROM (SELECT FROM attendances o
                                          WHERE o.shift_id = s.id LIMIT 2) o) < 2 AS alone
            FROM shifts s JOIN activities a ON a.id = s.activity_id
            WHERE s.id = r.shift_id OFFSET 0) s
        ORDER BY d.id)
    SELECT string_agg(id, ','), string_agg(CAST(person_id AS text), ','),
           string_agg(CAST(activity_id AS text), ','), array_agg(kind),
           string_agg(CAST(region_id AS text), ','), array_agg(day), array_agg(minutes),
           array_agg(id) FILTER (WHERE alone), array_agg(id) FILTER (WHERE elsewhere),
           array_agg(id) FILTER (WHERE seen)
    FROM found
""")
_PUT_BACK: Final = text(
    "INSERT INTO unsettled_records (lane, record_id, retry_at)"
    " SELECT settlement_lane(r.person_id), r.id, :until FROM service_records r"
    " WHERE r.id = ANY(CAST(:ids AS uuid[]))"
)


def count_unsettled(most: int) -> int:
    """Return how many records are still to be settled, counting no further than `most`."""
    some = select(UnsettledRecord.record_id).limit(most).subquery()
    return session().scalar(select(func.count()).select_from(some)) or 0


def take_unsettled(lane: int, at: datetime, limit: int) -> Taken:
    """Take records out of those of a lane to be settled, the oldest first, and return them.

    Up to `limit`; if no more than an eighth as many would be left for the next time, all.
    """
    due, rest = _due(lane, at, limit)
    if not due:
        return Taken(VerifiedRecords.of([]), Doubts(), are_more=False)
    wanted = {"lane": lane, "ids": joined_array(due)}
    near = {"longest": ATTENDANCE_MAX, "within": ELSEWHERE_WITHIN}
    row = session().execute(_TAKE, wanted | near).one()
    ids, persons, activities, kinds, regions, days, minutes, *doubts = row
    whose = (ids.split(","), persons.split(","), activities.split(","))
    records = VerifiedRecords(*whose, kinds, regions.split(","), days, minutes)
    return Taken(records, Doubts(*[frozenset(doubt or ()) for doubt in doubts]), rest)


def _due(lane: int, at: datetime, limit: int) -> tuple[list[str], bool]:
    """Lock the records to be taken; return their ids, and whether there are more."""
    wanted = {"lane": lane, "at": at, "limit": limit, "after": _BEFORE_ALL}
    due = _split(session().scalar(_DUE, wanted))
    if not due:
        return [], False
    short = limit // 8
    wanted |= {"after": due[-1], "limit": short + 1}
    rest = session().scalar(_REST, wanted)
    if 0 < rest <= short:
        due += _split(session().scalar(_DUE, wanted))
    return due, rest > short


def _split(ids: str | None) -> list[str]:
    return ids.split(",") if ids else []


def put_back(record_ids: Sequence[str], until: datetime) -> None:
    """Put records that were taken back among those to be settled, from `until` on."""
    session().execute(_PUT_BACK, {"ids": joined_array(record_ids), "until": until})


def postpone(record_ids: Sequence[UUID], until: datetime) -> None:
    """Note of records to be settled when to try them again."""
    session().execute(
        update(UnsettledRecord)
        .where(UnsettledRecord.lane.in_(LANES), UnsettledRecord.record_id.in_(record_ids))
        .values(retry_at=until)
    )
