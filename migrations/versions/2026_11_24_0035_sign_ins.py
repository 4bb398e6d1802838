"""Sign-ins of several kinds, half open ones, and the second factor that opens them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035_sign_ins"
down_revision = "0034_snapshots"
branch_labels = None
depends_on = None

# What `scan_facts` asks of a sign-in besides: that it is open, and that a device or a token was
# given what it wants to do. A role that needs a second factor counts only after one.
SCANNING = (
    (
        "p_at timestamp with time zone)",
        "p_at timestamp with time zone, p_guarded text[])",
    ),
    ("earlier_answer text)", "earlier_answer text, is_limited boolean)"),
    ("served_to timestamptz;", "served_to timestamptz;\n    opened sign_ins;"),
    (
        (
            "SELECT s.person_id INTO actor_id FROM sign_ins s\n"
            "    WHERE s.token_hash = p_token AND s.revoked_at IS NULL AND s.expires_at > p_received;\n"
            "    IF NOT FOUND THEN\n"
            "        RETURN;\n"
            "    END IF;\n"
        ),
        (
            "SELECT s.* INTO opened FROM sign_ins s\n"
            "    WHERE s.token_hash = p_token AND s.revoked_at IS NULL AND s.expires_at > p_received\n"
            "      AND s.awaits IS NULL;\n"
            "    IF NOT FOUND THEN\n"
            "        RETURN;\n"
            "    END IF;\n"
            "    actor_id := opened.person_id;\n"
            "    IF opened.used_at < p_received - interval '1 hour' THEN\n"
            "        UPDATE sign_ins s SET used_at = p_received WHERE s.id = opened.id;\n"
            "    END IF;\n"
        ),
    ),
    (
        "g.role = ANY (p_roles)",
        "g.role = ANY (p_roles) AND (opened.strong OR g.role <> ALL (p_guarded))",
    ),
    (
        "    RETURN NEXT;\nEND",
        (
            "    is_limited := opened.kind <> 'session' AND NOT (\n"
            "        CASE WHEN p_number IS NULL THEN opened.owns\n"
            "             ELSE 'shift.scan' = ANY (opened.permissions) END\n"
            "        AND opened.station_id IS NULL\n"
            "        AND (opened.shift_id IS NULL OR opened.shift_id IS NOT DISTINCT FROM shift_id));\n"
            "    RETURN NEXT;\nEND"
        ),
    ),
)


def upgrade() -> None:
    _sign_ins()
    _second_factors()
    _scanning()


def _sign_ins() -> None:
    text = {"nullable": False, "server_default": ""}
    op.add_column(
        "sign_ins", sa.Column("kind", sa.Text(), nullable=False, server_default="session")
    )
    op.add_column("sign_ins", sa.Column("awaits", sa.Text(), nullable=True))
    op.add_column(
        "sign_ins", sa.Column("strong", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "sign_ins", sa.Column("owns", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    for name in ("name", "browser", "network"):
        op.add_column("sign_ins", sa.Column(name, sa.Text(), **text))
    op.add_column("sign_ins", sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sign_ins", sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("sign_ins", sa.Column("shift_id", sa.Uuid(), nullable=True))
    op.add_column("sign_ins", sa.Column("station_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE sign_ins SET used_at = created_at")
    for name, condition in (
        ("kind", "kind IN ('session','device','token')"),
        ("awaits", "awaits IN ('code','enrolment')"),
        ("limited", "kind = 'session' OR (permissions IS NOT NULL AND name <> '')"),
        ("one_place", "num_nonnulls(shift_id, station_id) <= (kind = 'device')::int"),
    ):
        op.create_check_constraint(op.f(f"ck_sign_ins_{name}"), "sign_ins", condition)
    for name in ("shift_id", "station_id"):
        op.create_index(
            op.f(f"ix_sign_ins_{name}"),
            "sign_ins",
            [name],
            postgresql_where=sa.text(f"{name} IS NOT NULL"),
        )


def _second_factors() -> None:
    op.create_table(
        "second_factors",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_second_factors_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_recovery_codes_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "code_hash", name=op.f("pk_recovery_codes")),
    )


def _scanning() -> None:
    driver = op.get_bind().connection.driver_connection
    (source,) = driver.execute(
        "SELECT pg_get_functiondef(p.oid) FROM pg_proc p"
        " WHERE p.proname = 'scan_facts' AND p.pronamespace = current_schema()::regnamespace"
    ).fetchone()
    for before, after in SCANNING:
        if before not in source:
            raise LookupError(before)
        source = source.replace(before, after)
    # What it returns has changed, which no CREATE OR REPLACE may do.
    driver.execute("DROP FUNCTION scan_facts")
    driver.execute(source)
