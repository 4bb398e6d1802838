"""People, sessions and sign-ups for `scan`, made in PostgreSQL set by set."""

from dataclasses import dataclass

import psycopg

SHIFTS = 24
_CODE = "530102001001"
_MAKE = """
    SET LOCAL search_path TO j_default, public;

    INSERT INTO regions (id, code, level, name, path, valid_from)
    VALUES (gen_random_uuid(), '53', 'province', '云南省', '53', '2020-01-01');
    INSERT INTO regions (id, code, level, name, parent_id, path, valid_from)
    SELECT gen_random_uuid(), '{code}', 'community', '测试社区', id, ('53.{code}')::ltree,
           '2020-01-01'
    FROM regions;

    INSERT INTO persons (id, volunteer_number, card_serial, status, created_at)
    SELECT gen_random_uuid(), 'B' || lpad(n::text, 12, '0'), 1, 'active', now()
    FROM generate_series(0, {people}) n;
    INSERT INTO sign_ins (id, person_id, token_hash, created_at, expires_at)
    SELECT gen_random_uuid(), id, sha256(convert_to('bench-' || volunteer_number, 'UTF8')),
           now(), now() + interval '1 day'
    FROM persons;

    INSERT INTO teams (id, region_id, name, created_at)
    SELECT gen_random_uuid(), id, '志愿队', now() FROM regions WHERE code = '{code}';
    INSERT INTO activities (id, team_id, region_id, title, kind, description, status, created_by,
                            created_at)
    SELECT gen_random_uuid(), t.id, t.region_id, '清洁家园', 'environment', '', 'published',
           (SELECT id FROM persons WHERE volunteer_number = 'B000000000000'), now()
    FROM teams t;
    INSERT INTO shifts (id, activity_id, title, place, starts_at, ends_at, quota, confirmed,
                        walk_ins, print_serial, status, created_at)
    SELECT gen_random_uuid(), a.id, '班次', '', now() - interval '1 hour',
           now() + interval '6 hours', 100000, 0, false, 1, 'open', now()
    FROM activities a, generate_series(1, {shifts});

    WITH put AS (
        INSERT INTO sign_ups (id, shift_id, person_id, status, queued_at, changed_at)
        SELECT gen_random_uuid(), s.id, p.id, 'confirmed', now(), now()
        FROM persons p
        JOIN (SELECT id, row_number() OVER (ORDER BY number) - 1 AS n FROM shifts) s
        ON s.n = substr(p.volunteer_number, 2)::bigint % {shifts}
        WHERE p.volunteer_number <> 'B000000000000'
        RETURNING shift_id
    )
    UPDATE shifts s SET confirmed = c.n
    FROM (SELECT shift_id, count(*) AS n FROM put GROUP BY shift_id) c WHERE c.shift_id = s.id;
"""


@dataclass(frozen=True, slots=True)
class Volunteer:
    """Somebody with a session and a place on the running shift of this number."""

    token: str
    shift_number: int


def make(admin_url: str, people: int) -> list[Volunteer]:
    """Make `people` volunteers, signed in and signed up to running shifts."""
    with psycopg.connect(admin_url) as connection:
        connection.execute(_MAKE.format(code=_CODE, people=people, shifts=SHIFTS).encode())
        numbers = [
            n for (n,) in connection.execute("SELECT number FROM j_default.shifts ORDER BY 1")
        ]
    analyze(admin_url)
    return [Volunteer(f"bench-B{n:012d}", numbers[n % SHIFTS]) for n in range(1, people + 1)]


def analyze(admin_url: str) -> None:
    """Let the planner know the tables that hold something, as autovacuum would in a minute.

    An empty table is left unknown: once known as empty, it would be read whole for long.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        filled = connection.execute(
            "SELECT relid::regclass::text FROM pg_stat_user_tables"
            " WHERE schemaname = 'j_default' AND n_live_tup > 0"
        ).fetchall()
        for (table,) in filled:
            connection.execute(f"VACUUM ANALYZE {table}")
