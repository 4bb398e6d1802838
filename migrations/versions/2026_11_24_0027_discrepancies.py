"""Refused attempts at counters, what looks wrong there, and the notes that clear it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027_discrepancies"
down_revision = "0026_settling"
branch_labels = None
depends_on = None

EVIDENCE = ("counter_refusals", "counter_policies", "discrepancies", "discrepancy_clearings")


def upgrade() -> None:
    _what_was_seen()
    _what_was_found()
    for table in EVIDENCE:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM incentive_app")


def _what_was_seen() -> None:
    op.create_index(
        "ix_redemptions_collected",
        "redemptions",
        ["collected_at"],
        postgresql_where=sa.text("collected_at IS NOT NULL"),
    )
    op.create_table(
        "counter_refusals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("redemption_id", sa.Uuid(), nullable=False),
        sa.Column("tried_at_id", sa.Uuid(), nullable=True),
        sa.Column("by_person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason IN ('other_station','already_collected')",
            name=op.f("ck_counter_refusals_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["redemptions.id"], name=op.f("fk_counter_refusals_redemption_id")
        ),
        sa.ForeignKeyConstraint(
            ["tried_at_id"], ["stations.id"], name=op.f("fk_counter_refusals_tried_at_id")
        ),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["persons.id"], name=op.f("fk_counter_refusals_by_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_refusals")),
    )
    op.create_index(op.f("ix_counter_refusals_at"), "counter_refusals", ["at"])
    op.create_table(
        "counter_policies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("handovers", sa.Integer(), nullable=False),
        sa.Column("handover_seconds", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("people_seconds", sa.Integer(), nullable=False),
        sa.Column("repeat_seconds", sa.Integer(), nullable=False),
        sa.Column("fen_per_point", sa.Integer(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("handovers > 1 AND people > 1", name=op.f("ck_counter_policies_counts")),
        sa.CheckConstraint(
            "handover_seconds > 0 AND people_seconds > 0 AND repeat_seconds >= 0",
            name=op.f("ck_counter_policies_seconds"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_policies")),
    )
    op.execute(
        "INSERT INTO counter_policies (handovers, handover_seconds, people, people_seconds,"
        " repeat_seconds, since) VALUES (8, 60, 4, 120, 120, now())"
    )


def _what_was_found() -> None:
    op.create_table(
        "discrepancies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("redemption_id", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_discrepancies_{name}"))
            for name, target in (
                ("station_id", "stations.id"),
                ("person_id", "persons.id"),
                ("redemption_id", "redemptions.id"),
                ("item_id", "items.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancies")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_discrepancies_kind_key")),
    )
    op.create_index(op.f("ix_discrepancies_station_id_id"), "discrepancies", ["station_id", "id"])
    op.create_table(
        "discrepancy_clearings",
        sa.Column("discrepancy_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cleared_by", sa.Uuid(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("note <> ''", name=op.f("ck_discrepancy_clearings_note")),
        sa.ForeignKeyConstraint(
            ["discrepancy_id"],
            ["discrepancies.id"],
            name=op.f("fk_discrepancy_clearings_discrepancy_id"),
        ),
        sa.ForeignKeyConstraint(
            ["cleared_by"], ["persons.id"], name=op.f("fk_discrepancy_clearings_cleared_by")
        ),
        sa.PrimaryKeyConstraint("discrepancy_id", name=op.f("pk_discrepancy_clearings")),
    )
