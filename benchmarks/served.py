"""People and their pending service records for `settle`, made in PostgreSQL set by set."""

import psycopg

# Every person serves once a day, at the shift of their own community.
_MAKE = """
    SET LOCAL search_path TO j_default, public;
    INSERT INTO regions (id, code, level, name, path, valid_from)
    VALUES (uuidv7(), '53', 'province', '云南省', '53', '2020-01-01');
    INSERT INTO regions (id, code, level, name, parent_id, path, valid_from)
    SELECT uuidv7(), c.code, 'community', '测试社区', id, ('53.' || c.code)::ltree, '2020-01-01'
    FROM regions, (SELECT (530102001000 + n)::text AS code
                   FROM generate_series(1, {communities}) n) c;

    INSERT INTO persons (id, volunteer_number, card_serial, status, created_at)
    SELECT uuidv7(), 'B' || lpad(n::text, 12, '0'), 1, 'active', now()
    FROM generate_series(1, {people}) n;
    INSERT INTO teams (id, region_id, name, created_at)
    SELECT uuidv7(), id, '志愿队', now() FROM regions WHERE level = 'community';
    INSERT INTO activities (id, team_id, region_id, title, kind, description, status, created_by,
                            created_at)
    SELECT uuidv7(), t.id, t.region_id, '清洁家园', 'environment', '', 'published',
           (SELECT id FROM persons ORDER BY id LIMIT 1), now()
    FROM teams t;
    INSERT INTO shifts (id, activity_id, title, place, starts_at, ends_at, quota, confirmed,
                        walk_ins, print_serial, status, created_at)
    SELECT uuidv7(), a.id, '班次', '', d + interval '1 hour', d + interval '9 hours', 100000, 0,
           false, 1, 'open', now()
    FROM activities a, generate_series('2026-11-01'::timestamptz, '2026-12-31', '1 day') d
    WHERE d < '2026-11-01'::timestamptz + {days} * interval '1 day';

    INSERT INTO attendances (id, shift_id, person_id, check_in_at, check_out_at, closed_by, walk_in,
                             check_in_proved, check_out_proved)
    SELECT uuidv7(), s.id, p.id, s.starts_at, s.starts_at + (30 + p.n * 7 % 180) * interval '1 min',
           'scan', false, true, true
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM persons) p
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM activities) a
      ON a.n = p.n % {communities}
    JOIN shifts s ON s.activity_id = a.id
    ORDER BY s.starts_at, p.n;
    INSERT INTO service_records (id, attendance_id, person_id, shift_id, day, minutes, status,
                                 reason, created_at)
    SELECT uuidv7(), a.id, a.person_id, a.shift_id, a.check_in_at::date,
           extract(epoch FROM a.check_out_at - a.check_in_at) / 60, 'pending', '', now()
    FROM attendances a ORDER BY a.id;
"""
_VERIFY = """
    UPDATE j_default.service_records SET status = 'verified', decided_at = now()
    WHERE id IN (SELECT id FROM j_default.service_records WHERE status = 'pending'
                 ORDER BY id LIMIT {records})
"""


def make(admin_url: str, people: int, days: int, communities: int = 20) -> None:
    """Make `people` who each served once on each of `days` days; nobody has verified it yet."""
    with psycopg.connect(admin_url) as connection:
        made = _MAKE.format(people=people, days=days, communities=communities)
        connection.execute(made.encode())
    _analyze(admin_url)


def verify(admin_url: str, records: int) -> None:
    """Verify the next `records` of them."""
    with psycopg.connect(admin_url) as connection:
        connection.execute(_VERIFY.format(records=records).encode())
    _analyze(admin_url)


def _analyze(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE j_default.service_records")
