"""A scan knows whether who scans withdrew the consent to the privacy notice."""

from alembic import op

revision = "0060_withdrawn_scans"
down_revision = "0059_issuances"
branch_labels = None
depends_on = None

SCANNING = (
    ("is_limited boolean)", "is_limited boolean, withdrew_at timestamp with time zone)"),
    (
        "    RETURN NEXT;",
        """\
    -- Nearly everybody has a version that they agreed to, and their consents are not looked at.
    SELECT CASE WHEN p.agreed_notice IS NULL THEN (
        SELECT c.at FROM consents c WHERE c.person_id = p.id AND c.kind = 'privacy'
        ORDER BY c.number DESC LIMIT 1) END
    INTO withdrew_at
    FROM persons p WHERE p.id = actor_id;
    RETURN NEXT;""",
    ),
)


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    source, signature = driver.execute(
        "SELECT pg_get_functiondef(p.oid), p.oid::regprocedure::text FROM pg_proc p"
        " WHERE p.proname = 'scan_facts' AND p.pronamespace = current_schema()::regnamespace"
    ).fetchone()
    for before, after in SCANNING:
        if before not in source:
            raise LookupError(before)
        source = source.replace(before, after)
    # What it returns cannot be changed, only made anew.
    driver.execute(f"DROP FUNCTION {signature}")
    driver.execute(source)
