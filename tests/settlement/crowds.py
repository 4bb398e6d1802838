"""Verified service records in numbers, made by SQL in the open transaction."""

from sqlalchemy import text

from incentive.core.db import session

_MAKE = """
    INSERT INTO regions (id, code, level, name, path, valid_from)
    VALUES (gen_random_uuid(), '53', 'province', '云南省', '53', '2020-01-01');
    INSERT INTO persons (id, volunteer_number, card_serial, status, created_at)
    SELECT gen_random_uuid(), 'K' || lpad(n::text, 12, '0'), 1, 'active', now()
    FROM generate_series(1, :people) n;
    INSERT INTO teams (id, region_id, name, created_at)
    SELECT gen_random_uuid(), id, '志愿队', now() FROM regions;
    INSERT INTO activities (id, team_id, region_id, title, kind, description, status, created_by,
                            created_at)
    SELECT gen_random_uuid(), t.id, t.region_id, '清洁家园', 'environment', '', 'published',
           (SELECT id FROM persons LIMIT 1), now() FROM teams t
"""
_SERVE = (
    "INSERT INTO shifts (id, activity_id, title, place, starts_at, ends_at, quota, confirmed,"
    " walk_ins, print_serial, status, created_at)"
    " SELECT gen_random_uuid(), a.id, '班次', '', CAST(:day AS date) + :hour * interval '1 hour',"
    " CAST(:day AS date) + (:hour + 5) * interval '1 hour', 100000, 0, false, 1, 'open', now()"
    " FROM activities a RETURNING id"
)
_ATTEND = (
    "WITH there AS (INSERT INTO attendances (id, shift_id, person_id, check_in_at, check_out_at,"
    " closed_by, walk_in, check_in_proved, check_out_proved)"
    " SELECT gen_random_uuid(), s.id, p.id, s.starts_at,"
    " s.starts_at + :minutes * interval '1 minute', 'scan', false, true, true"
    " FROM persons p, shifts s WHERE s.id = :shift RETURNING id, person_id, shift_id)"
    " INSERT INTO service_records (id, attendance_id, person_id, shift_id, day, minutes, status,"
    " decided_at, reason, created_at)"
    " SELECT gen_random_uuid(), id, person_id, shift_id, CAST(:day AS date), :minutes, 'verified',"
    " now(), '', now() FROM there"
)


def gather(people):
    """Make a region with one activity, and `people` volunteers."""
    for statement in _MAKE.split(";"):
        session().execute(text(statement), {"people": people} if ":people" in statement else {})


def serve(day, minutes=60, hour=1):
    """Let all of them serve at one more shift on `day`, from `hour`; the records are verified."""
    shift = session().scalar(text(_SERVE), {"day": day, "hour": hour})
    session().execute(text(_ATTEND), {"day": day, "minutes": minutes, "shift": shift})
