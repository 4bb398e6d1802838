"""SQL of findings: each kind looks at a set of records that are about to be paid."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import insert

from incentive.core.arrays import joined_array
from incentive.core.db import session
from incentive.settlement.findings.models import AttendanceFinding

_THEM: Final = """
    WITH them AS (
        SELECT r.id AS record_id, r.person_id, r.shift_id, r.attendance_id, a.check_in_at,
               a.check_out_at
        FROM service_records r JOIN attendances a ON a.id = r.attendance_id
        WHERE r.id = ANY(CAST(:records AS uuid[])))
"""
# Where the one shift was and where the other, and from when to when the person was on the way.
_TRAVELS: Final = """
    SELECT t.record_id, s.latitude, s.longitude, o.latitude AS latitude_there,
           o.longitude AS longitude_there,
           GREATEST(t.check_in_at, b.check_in_at)
           - LEAST(t.check_out_at, coalesce(b.check_out_at, b.check_in_at)) AS between
    FROM them t JOIN shifts s ON s.id = t.shift_id
    JOIN attendances b ON b.person_id = t.person_id AND b.id <> t.attendance_id
        AND b.check_in_at BETWEEN t.check_in_at - CAST(:within AS interval)
                              AND t.check_out_at + CAST(:within AS interval)
    JOIN shifts o ON o.id = b.shift_id
    WHERE s.latitude IS NOT NULL AND o.latitude IS NOT NULL
"""
_DEVICES: Final = """
    , scanned AS (
        SELECT a.id AS attendance_id, x.actor_id, min(x.scanned_at) AS at
        FROM (SELECT DISTINCT shift_id FROM them) h
        JOIN attendances a ON a.shift_id = h.shift_id
        JOIN scans x ON x.attendance_id = a.id AND x.actor_id <> a.person_id
        GROUP BY a.id, x.actor_id),
    counted AS (
        SELECT p.attendance_id, p.actor_id, n.people
        FROM them t JOIN scanned p ON p.attendance_id = t.attendance_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS people FROM scanned q
            WHERE q.actor_id = p.actor_id AND q.at BETWEEN p.at - CAST(:within AS interval)
                                                       AND p.at + CAST(:within AS interval)) n)
    SELECT t.record_id, c.actor_id AS about_id, c.people
    FROM them t JOIN counted c ON c.attendance_id = t.attendance_id
    WHERE c.people >= :people
"""
_CARDS: Final = """
    SELECT DISTINCT t.record_id, x.actor_id AS about_id
    FROM them t
    JOIN scans x ON x.attendance_id = t.attendance_id AND x.actor_id <> t.person_id
    JOIN attendances b ON b.person_id = t.person_id AND b.shift_id <> t.shift_id
        AND b.check_in_at BETWEEN t.check_in_at - CAST(:longest AS interval)
                              AND t.check_out_at + CAST(:within AS interval)
    JOIN scans y ON y.attendance_id = b.id AND y.actor_id NOT IN (t.person_id, x.actor_id)
    WHERE y.scanned_at BETWEEN x.scanned_at - CAST(:within AS interval)
                           AND x.scanned_at + CAST(:within AS interval)
"""
# Whose word a record rests on: who scanned or entered it, decided on it, vouched for it, or was
# showing the code. It is alone if that is one other person, and nobody else was at the shift.
_PAIRS: Final = """
    , near AS (
        SELECT r.id, r.person_id, r.shift_id, w.witness
        FROM (SELECT DISTINCT person_id FROM them) p
        JOIN service_records r ON r.person_id = p.person_id AND r.status <> 'rejected'
        JOIN attendances a ON a.id = r.attendance_id
            AND a.check_in_at >= (SELECT max(check_in_at) FROM them) - CAST(:within AS interval)
        CROSS JOIN LATERAL (
            SELECT min(v.who::text)::uuid AS witness, count(DISTINCT v.who) AS witnesses
            FROM (SELECT unnest(ARRAY[r.recorder_id, r.decided_by, a.confirmed_by]) AS who
                  UNION SELECT c.person_id FROM code_runs c WHERE c.shift_id = r.shift_id) v
            WHERE v.who IS NOT NULL AND v.who <> r.person_id) w
        WHERE w.witnesses = 1 AND NOT EXISTS (
            SELECT FROM attendances o WHERE o.shift_id = r.shift_id AND o.person_id <> r.person_id))
    SELECT t.record_id, n.witness AS about_id, count(m.id) AS records
    FROM them t JOIN near n ON n.id = t.record_id
    JOIN near m ON m.person_id = n.person_id AND m.witness = n.witness
    GROUP BY t.record_id, n.witness HAVING count(m.id) >= :records_least
"""


_BROUGHT_ABOUT: Final = """
    SELECT unnest(ARRAY[r.recorder_id, r.decided_by, a.confirmed_by])
    FROM service_records r JOIN attendances a ON a.id = r.attendance_id WHERE r.id = :record
    UNION SELECT x.actor_id
    FROM service_records r JOIN scans x ON x.attendance_id = r.attendance_id WHERE r.id = :record
"""


def travels(records: Collection[str], **limits: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the records with another attendance of the person's near in time, both with a place."""
    return _found(_TRAVELS, records, limits)


def devices(records: Collection[str], **limits: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the records whose check-in was one of very many by one other person at once."""
    return _found(_DEVICES, records, limits)


def cards(records: Collection[str], **limits: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the records whose card another steward scanned elsewhere at almost the same time."""
    return _found(_CARDS, records, limits)


def pairs(records: Collection[str], **limits: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the records that are one of many that only the same one person saw."""
    return _found(_PAIRS, records, limits)


def add(rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep findings, each once."""
    session().execute(insert(AttendanceFinding).on_conflict_do_nothing(), list(rows))


def of(record_id: UUID) -> Sequence[AttendanceFinding]:
    """Return what was found about a record, the first finding first."""
    found = select(AttendanceFinding).filter_by(record_id=record_id)
    return session().scalars(found.order_by(AttendanceFinding.id)).all()


def brought_about_by(record_id: UUID) -> set[UUID]:
    """Return who scanned or entered a record, vouched for it, or decided on it."""
    found = session().scalars(text(_BROUGHT_ABOUT), {"record": record_id})
    return {who for who in found if who is not None}


def _found(
    kind: str, records: Collection[str], limits: Mapping[str, Any]
) -> Sequence[Row[*tuple[Any, ...]]]:
    if not records:
        return []
    values = {"records": joined_array(records), **limits}
    return session().execute(text(_THEM + kind), values).all()
