"""Guardians of minors, what activities ask of people's age, and a scan that knows minors."""

import sqlalchemy as sa
from alembic import op

revision = "0050_guardians"
down_revision = "0049_issuing"
branch_labels = None
depends_on = None

PERSON = "SELECT p.id, p.volunteer_number, p.status, p.card_serial"
WITH_MINORS = (
    "SELECT p.id, p.volunteer_number,"
    " CASE WHEN p.age_class IS NULL OR p.status <> 'active' THEN p.status ELSE 'minor' END,"
    " p.card_serial"
)


def upgrade() -> None:
    op.add_column("activities", sa.Column("minimum_age", sa.SmallInteger(), nullable=True))
    op.add_column(
        "activities",
        sa.Column(
            "guardian_must_accompany", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    op.create_check_constraint(
        op.f("ck_activities_minimum_age"), "activities", "minimum_age BETWEEN 1 AND 99"
    )
    op.create_table(
        "guardianships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("minor_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("minor_id <> guardian_id", name=op.f("ck_guardianships_two")),
        sa.CheckConstraint("how IN ('invited','paper')", name=op.f("ck_guardianships_how")),
        sa.CheckConstraint(
            "(how = 'paper') = (confirmed_by IS NOT NULL) AND (how = 'paper') = (reason <> '')",
            name=op.f("ck_guardianships_confirmed"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_guardianships_ended")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["persons.id"], name=op.f(f"fk_guardianships_{column}")
            )
            for column in ("minor_id", "guardian_id", "confirmed_by", "ended_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardianships")),
    )
    op.create_index(
        op.f("uq_guardianships_current"),
        "guardianships",
        ["minor_id", "guardian_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_guardianships_guardian_id"), "guardianships", ["guardian_id"])
    op.create_table(
        "guardian_invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("minor_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["minor_id"], ["persons.id"], name=op.f("fk_guardian_invitations_minor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_invitations")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_guardian_invitations_code_hash")),
    )
    op.create_index(op.f("ix_guardian_invitations_minor_id"), "guardian_invitations", ["minor_id"])
    op.create_index(
        op.f("ix_guardian_invitations_expires_at"), "guardian_invitations", ["expires_at"]
    )
    op.execute("REVOKE DELETE ON guardianships FROM incentive_app")
    _let_scans_know_minors()


def _let_scans_know_minors() -> None:
    driver = op.get_bind().connection.driver_connection
    (source,) = driver.execute(
        "SELECT pg_get_functiondef(p.oid) FROM pg_proc p"
        " WHERE p.proname = 'scan_facts' AND p.pronamespace = current_schema()::regnamespace"
    ).fetchone()
    if PERSON not in source:
        raise LookupError(PERSON)
    driver.execute(source.replace(PERSON, WITH_MINORS))
