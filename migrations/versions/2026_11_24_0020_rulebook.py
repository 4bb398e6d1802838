"""Drafts of rules and their simulations; a rule version needs both, and a second person."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020_rulebook"
down_revision = "0019_samples"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("document_hash", sa.LargeBinary(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default="draft"),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False, server_default=""),
        sa.CheckConstraint(
            "state IN ('draft','simulated','submitted','approved','rejected','withdrawn')",
            name=op.f("ck_rule_drafts_state"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_rule_drafts_reason")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_rule_drafts_decided")
        ),
        sa.CheckConstraint(
            "(state IN ('approved','rejected','withdrawn')) = (decided_at IS NOT NULL)",
            name=op.f("ck_rule_drafts_closed"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved','rejected') OR decided_by <> proposed_by",
            name=op.f("ck_rule_drafts_second_person"),
        ),
        sa.CheckConstraint(
            "state <> 'rejected' OR decision <> ''", name=op.f("ck_rule_drafts_decision")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["persons.id"], name=op.f("fk_rule_drafts_proposed_by")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["persons.id"], name=op.f("fk_rule_drafts_decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_drafts")),
    )
    op.create_index(op.f("ix_rule_drafts_state_id"), "rule_drafts", ["state", "id"])
    op.create_table(
        "simulations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("document_hash", sa.LargeBinary(), nullable=False),
        sa.Column("first_month", sa.Date(), nullable=False),
        sa.Column("last_month", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("records_total", sa.Integer(), nullable=True),
        sa.Column("records_done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("last_person", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False, server_default=""),
        sa.CheckConstraint("first_month <= last_month", name=op.f("ck_simulations_months")),
        sa.CheckConstraint(
            "extract(day FROM first_month) = 1 AND extract(day FROM last_month) = 1",
            name=op.f("ck_simulations_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["rule_drafts.id"], name=op.f("fk_simulations_draft_id")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["persons.id"], name=op.f("fk_simulations_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulations")),
    )
    op.create_index(op.f("ix_simulations_draft_id_id"), "simulations", ["draft_id", "id"])
    going_on = sa.text("finished_at IS NULL")
    op.create_index(
        "uq_simulations_open", "simulations", ["draft_id"], unique=True, postgresql_where=going_on
    )
    op.create_index("ix_simulations_waiting", "simulations", ["id"], postgresql_where=going_on)
    op.create_table(
        "simulation_sums",
        sa.Column("simulation_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("would_pay", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("part IN ('month','kind')", name=op.f("ck_simulation_sums_part")),
        sa.ForeignKeyConstraint(
            ["simulation_id"], ["simulations.id"], name=op.f("fk_simulation_sums_simulation_id")
        ),
        sa.PrimaryKeyConstraint("simulation_id", "part", "name", name=op.f("pk_simulation_sums")),
    )
    op.create_table(
        "simulation_persons",
        sa.Column("simulation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("would_pay", sa.BigInteger(), nullable=False),
        sa.Column(
            "size",
            sa.BigInteger(),
            sa.Computed("abs(would_pay - paid)", persisted=True),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["simulation_id"], ["simulations.id"], name=op.f("fk_simulation_persons_simulation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_simulation_persons_person_id")
        ),
        sa.PrimaryKeyConstraint("simulation_id", "person_id", name=op.f("pk_simulation_persons")),
    )
    op.create_index(
        op.f("ix_simulation_persons_simulation_id_size_person_id"),
        "simulation_persons",
        ["simulation_id", "size", "person_id"],
    )
    op.add_column("rule_versions", sa.Column("draft_id", sa.Uuid(), nullable=True))
    op.add_column("rule_versions", sa.Column("approved_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_rule_versions_draft_id"), "rule_versions", "rule_drafts", ["draft_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_rule_versions_approved_by"), "rule_versions", "persons", ["approved_by"], ["id"]
    )
    op.create_unique_constraint(op.f("uq_rule_versions_draft_id"), "rule_versions", ["draft_id"])
    op.create_check_constraint(
        op.f("ck_rule_versions_approved"),
        "rule_versions",
        "(draft_id IS NULL) = (approved_by IS NULL)",
    )
    op.create_check_constraint(
        op.f("ck_rule_versions_second_person"),
        "rule_versions",
        "approved_by IS NULL OR approved_by <> created_by",
    )
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("{schema}", schema)
    # Straight to the driver: the script holds many statements.
    op.get_bind().connection.driver_connection.execute(sql)
