"""A scan reads of its sign-in what it needs, and not the whole row."""

from alembic import op

revision = "0042_quick_sign_ins"
down_revision = "0041_sealed_answers"
branch_labels = None
depends_on = None

SCANNING = (
    (
        "    opened sign_ins;",
        "    is_given boolean; is_strong boolean; only_shift uuid; unnoted uuid;",
    ),
    (
        "    SELECT s.* INTO opened FROM sign_ins s\n",
        """\
    SELECT s.person_id, s.strong, s.shift_id,
           s.kind = 'session'
           OR (CASE WHEN p_number IS NULL THEN s.owns ELSE 'shift.scan' = ANY (s.permissions) END
               AND s.station_id IS NULL),
           CASE WHEN s.used_at < p_received - interval '1 hour' THEN s.id END
    INTO actor_id, is_strong, only_shift, is_given, unnoted
    FROM sign_ins s
""",
    ),
    (
        """\
    actor_id := opened.person_id;
    IF opened.used_at < p_received - interval '1 hour' THEN
        UPDATE sign_ins s SET used_at = p_received WHERE s.id = opened.id;
    END IF;
""",
        """\
    IF unnoted IS NOT NULL THEN
        UPDATE sign_ins s SET used_at = p_received WHERE s.id = unnoted;
    END IF;
""",
    ),
    ("(opened.strong OR g.role", "(is_strong OR g.role"),
    (
        """\
    is_limited := opened.kind <> 'session' AND NOT (
        CASE WHEN p_number IS NULL THEN opened.owns
             ELSE 'shift.scan' = ANY (opened.permissions) END
        AND opened.station_id IS NULL
        AND (opened.shift_id IS NULL OR opened.shift_id IS NOT DISTINCT FROM shift_id));
""",
        """\
    is_limited := NOT is_given OR (only_shift IS NOT NULL AND only_shift IS DISTINCT FROM shift_id);
""",
    ),
)


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    (source,) = driver.execute(
        "SELECT pg_get_functiondef(p.oid) FROM pg_proc p"
        " WHERE p.proname = 'scan_facts' AND p.pronamespace = current_schema()::regnamespace"
    ).fetchone()
    for before, after in SCANNING:
        if before not in source:
            raise LookupError(before)
        source = source.replace(before, after)
    driver.execute(source)
