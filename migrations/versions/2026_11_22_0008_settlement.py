"""Rule versions, awards, and records that could not be settled."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_settlement"
down_revision = "0007_stations"
branch_labels = None
depends_on = None

# 10 points an hour, paid by six minutes, at most 80 a day.
FIRST_RULES = (
    '{"rules": [{"rule": "block", "block_minutes": 6, "block_points": 1},'
    ' {"rule": "cap_day", "points": 80}]}'
)


def upgrade() -> None:
    op.create_table(
        "rule_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["persons.id"], name=op.f("fk_rule_versions_created_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_versions")),
        sa.UniqueConstraint("effective_from", name=op.f("uq_rule_versions_effective_from")),
    )
    op.create_table(
        "awards",
        sa.Column("service_record_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("rule_version_id", sa.Uuid(), nullable=False),
        sa.Column("explanation", postgresql.JSONB(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(points > 0) = (transaction_id IS NOT NULL)", name=op.f("ck_awards_posted")
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_awards_points")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_awards_activity_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_awards_person_id")),
        sa.ForeignKeyConstraint(
            ["rule_version_id"], ["rule_versions.id"], name=op.f("fk_awards_rule_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_record_id"], ["service_records.id"], name=op.f("fk_awards_service_record_id")
        ),
        sa.PrimaryKeyConstraint("service_record_id", name=op.f("pk_awards")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_awards_transaction_id")),
    )
    op.create_index(
        op.f("ix_awards_person_id_activity_id"),
        "awards",
        ["person_id", "activity_id"],
        unique=False,
    )
    op.create_index(op.f("ix_awards_person_id_day"), "awards", ["person_id", "day"], unique=False)
    op.create_table(
        "settlement_failures",
        sa.Column("service_record_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_settlement_failures_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["regions.id"], name=op.f("fk_settlement_failures_region_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_record_id"],
            ["service_records.id"],
            name=op.f("fk_settlement_failures_service_record_id"),
        ),
        sa.PrimaryKeyConstraint("service_record_id", name=op.f("pk_settlement_failures")),
    )
    op.create_index(
        op.f("ix_settlement_failures_failed_at_service_record_id"),
        "settlement_failures",
        ["failed_at", "service_record_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_settlement_failures_region_id"), "settlement_failures", ["region_id"], unique=False
    )

    op.execute(
        "INSERT INTO rule_versions (id, effective_from, document, created_at) VALUES"
        f" ('00000000-0000-7000-8000-000000000001', '2000-01-01', '{FIRST_RULES}', now())"
    )
