"""Budgets, corrections, family, gifts, disputes, and warnings of expiry."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0022_points"
down_revision = "0021_posting"
branch_labels = None
depends_on = None

EVIDENCE = ("points_policies", "budget_uses", "budget_changes", "gifts")
KEPT = ("budgets", "adjustments", "corrected", "disputes", "family_links", "points_notices")
# Nobody gives points away until the jurisdiction says so.
FIRST_POLICY = (
    "INSERT INTO points_policies (id, transfers_allowed, donations_allowed, family_max,"
    " transfer_cap, donation_cap, adjustment_limit, dispute_open_days, dispute_term_days)"
    " VALUES ('00000000-0000-7000-8000-000000000001', false, false, 5, 500, 1000, 100, 60, 15)"
)


def upgrade() -> None:
    op.create_table(
        "corrected",
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("undone", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("undone BETWEEN 1 AND moved", name=op.f("ck_corrected_undone")),
        sa.PrimaryKeyConstraint("transaction_id", name=op.f("pk_corrected")),
    )
    op.create_table(
        "adjustments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("corrects", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("limit_then", sa.Integer(), nullable=False),
        sa.Column("over_budget", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(status = 'booked') = (transaction_id IS NOT NULL)", name=op.f("ck_adjustments_booked")
        ),
        sa.CheckConstraint(
            "action = 'adjust' OR corrects IS NOT NULL", name=op.f("ck_adjustments_reverses")
        ),
        sa.CheckConstraint("action IN ('adjust','reverse')", name=op.f("ck_adjustments_action")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_adjustments_reason")),
        sa.CheckConstraint(
            "status <> 'booked' OR decided_by IS NOT NULL OR (abs(points) <= limit_then AND NOT over_budget)",
            name=op.f("ck_adjustments_two_above_the_limit"),
        ),
        sa.CheckConstraint(
            "status <> 'rejected' OR decided_by IS NOT NULL", name=op.f("ck_adjustments_rejected")
        ),
        sa.CheckConstraint(
            "status IN ('proposed','booked','rejected')", name=op.f("ck_adjustments_status")
        ),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_adjustments_decided")
        ),
        sa.CheckConstraint(
            "decided_by <> person_id", name=op.f("ck_adjustments_not_decided_for_oneself")
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_adjustments_second_person")),
        sa.CheckConstraint("points <> 0", name=op.f("ck_adjustments_points")),
        sa.CheckConstraint("proposed_by <> person_id", name=op.f("ck_adjustments_not_for_oneself")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["persons.id"], name=op.f("fk_adjustments_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_adjustments_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["persons.id"], name=op.f("fk_adjustments_proposed_by")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["regions.id"], name=op.f("fk_adjustments_region_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustments")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_adjustments_transaction_id")),
    )
    op.create_index(op.f("ix_adjustments_corrects"), "adjustments", ["corrects"], unique=False)
    op.create_index(
        "ix_adjustments_open",
        "adjustments",
        ["proposed_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'proposed'"),
    )
    op.create_index(
        op.f("ix_adjustments_person_id_proposed_at"),
        "adjustments",
        ["person_id", "proposed_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_adjustments_region_id_proposed_at"),
        "adjustments",
        ["region_id", "proposed_at"],
        unique=False,
    )
    op.create_table(
        "budgets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("overrun", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("promised", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("period IN ('month','quarter','year')", name=op.f("ck_budgets_period")),
        sa.CheckConstraint("policy IN ('refuse','queue')", name=op.f("ck_budgets_policy")),
        sa.CheckConstraint("amount BETWEEN 1 AND 1000000000000", name=op.f("ck_budgets_amount")),
        sa.CheckConstraint(
            "issued + promised <= amount + overrun", name=op.f("ck_budgets_not_exceeded")
        ),
        sa.CheckConstraint("issued >= 0", name=op.f("ck_budgets_issued")),
        sa.CheckConstraint(
            "overrun >= 0 AND promised >= 0 AND before >= 0", name=op.f("ck_budgets_positive")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["persons.id"], name=op.f("fk_budgets_created_by")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_budgets_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
        sa.UniqueConstraint("id", "created_by", name=op.f("uq_budgets_id_created_by")),
    )
    op.create_index(op.f("ix_budgets_first_day_id"), "budgets", ["first_day", "id"], unique=False)
    op.create_index(op.f("ix_budgets_region_id"), "budgets", ["region_id"], unique=False)
    op.create_table(
        "disputes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("closing_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(side = 'taken') = (opened_by = person_id)", name=op.f("ck_disputes_opened")
        ),
        sa.CheckConstraint(
            "(status = 'open') = (closing_id IS NULL)", name=op.f("ck_disputes_closed")
        ),
        sa.CheckConstraint(
            "(status = 'open') = (decided_at IS NULL)", name=op.f("ck_disputes_when_decided")
        ),
        sa.CheckConstraint(
            "(status IN ('for_person','against_person')) = (decided_by IS NOT NULL)",
            name=op.f("ck_disputes_decided"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_disputes_reason")),
        sa.CheckConstraint("side IN ('given','taken')", name=op.f("ck_disputes_side")),
        sa.CheckConstraint(
            "status IN ('open','for_person','against_person','lapsed')",
            name=op.f("ck_disputes_status"),
        ),
        sa.CheckConstraint("decided_by <> made_by", name=op.f("ck_disputes_not_by_who_made_it")),
        sa.CheckConstraint(
            "decided_by <> opened_by AND decided_by <> person_id",
            name=op.f("ck_disputes_decided_by_another"),
        ),
        sa.CheckConstraint(
            "points > 0 AND held BETWEEN 1 AND points", name=op.f("ck_disputes_points")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["persons.id"], name=op.f("fk_disputes_decided_by")
        ),
        sa.ForeignKeyConstraint(["opened_by"], ["persons.id"], name=op.f("fk_disputes_opened_by")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_disputes_person_id")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_disputes_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        sa.UniqueConstraint("closing_id", name=op.f("uq_disputes_closing_id")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_disputes_hold_id")),
        sa.UniqueConstraint(
            "transaction_id", "person_id", name=op.f("uq_disputes_transaction_id_person_id")
        ),
    )
    op.create_index(
        "ix_disputes_open",
        "disputes",
        ["due_on", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        op.f("ix_disputes_person_id_opened_at"),
        "disputes",
        ["person_id", "opened_at"],
        unique=False,
    )
    op.create_index(op.f("ix_disputes_region_id"), "disputes", ["region_id"], unique=False)
    op.create_table(
        "family_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_family_links_ended")
        ),
        sa.CheckConstraint(
            "asked_by IN (first_id, second_id)", name=op.f("ck_family_links_asked_by")
        ),
        sa.CheckConstraint(
            "ended_by IN (first_id, second_id)", name=op.f("ck_family_links_ended_by")
        ),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_family_links_order")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["persons.id"], name=op.f("fk_family_links_first_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["persons.id"], name=op.f("fk_family_links_second_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_links")),
    )
    op.create_index(op.f("ix_family_links_first_id"), "family_links", ["first_id"], unique=False)
    op.create_index(op.f("ix_family_links_second_id"), "family_links", ["second_id"], unique=False)
    op.create_index(
        "uq_family_links_current",
        "family_links",
        ["first_id", "second_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "gifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("giver_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'transfer') = (recipient LIKE 'person:%%')", name=op.f("ck_gifts_recipient")
        ),
        sa.CheckConstraint("kind IN ('transfer','donation')", name=op.f("ck_gifts_kind")),
        sa.CheckConstraint(
            "recipient <> 'person:' || giver_id::text", name=op.f("ck_gifts_not_to_oneself")
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_gifts_points")),
        sa.ForeignKeyConstraint(["giver_id"], ["persons.id"], name=op.f("fk_gifts_giver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gifts")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_gifts_transaction_id")),
    )
    op.create_index(
        op.f("ix_gifts_giver_id_kind_month"), "gifts", ["giver_id", "kind", "month"], unique=False
    )
    op.create_table(
        "points_notices",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("stage", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_points_notices_points")),
        sa.CheckConstraint("stage IN (30, 7)", name=op.f("ck_points_notices_stage")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_points_notices_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "expires_on", "stage", name=op.f("pk_points_notices")),
    )
    op.create_table(
        "points_policies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transfers_allowed", sa.Boolean(), nullable=False),
        sa.Column("donations_allowed", sa.Boolean(), nullable=False),
        sa.Column("family_max", sa.Integer(), nullable=False),
        sa.Column("transfer_cap", sa.Integer(), nullable=False),
        sa.Column("donation_cap", sa.Integer(), nullable=False),
        sa.Column("adjustment_limit", sa.Integer(), nullable=False),
        sa.Column("dispute_open_days", sa.Integer(), nullable=False),
        sa.Column("dispute_term_days", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "adjustment_limit BETWEEN 0 AND 1000000",
            name=op.f("ck_points_policies_adjustment_limit"),
        ),
        sa.CheckConstraint(
            "dispute_open_days BETWEEN 1 AND 730", name=op.f("ck_points_policies_dispute_open_days")
        ),
        sa.CheckConstraint(
            "dispute_term_days BETWEEN 1 AND 180", name=op.f("ck_points_policies_dispute_term_days")
        ),
        sa.CheckConstraint(
            "donation_cap BETWEEN 0 AND 1000000", name=op.f("ck_points_policies_donation_cap")
        ),
        sa.CheckConstraint(
            "family_max BETWEEN 1 AND 20", name=op.f("ck_points_policies_family_max")
        ),
        sa.CheckConstraint(
            "transfer_cap BETWEEN 0 AND 1000000", name=op.f("ck_points_policies_transfer_cap")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["persons.id"], name=op.f("fk_points_policies_created_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_policies")),
    )
    op.create_index(
        op.f("ix_points_policies_created_at_id"),
        "points_policies",
        ["created_at", "id"],
        unique=False,
    )
    op.create_table(
        "budget_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('raise','overrun')", name=op.f("ck_budget_changes_kind")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_budget_changes_reason")),
        sa.CheckConstraint("by <> set_by", name=op.f("ck_budget_changes_second_person")),
        sa.CheckConstraint("points > 0", name=op.f("ck_budget_changes_points")),
        sa.ForeignKeyConstraint(
            ["budget_id", "set_by"],
            ["budgets.id", "budgets.created_by"],
            name=op.f("fk_budget_changes_budget_id_set_by"),
        ),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_budget_changes_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_changes")),
    )
    op.create_index(
        op.f("ix_budget_changes_budget_id_at"), "budget_changes", ["budget_id", "at"], unique=False
    )
    op.create_table(
        "budget_months",
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["budget_id"], ["budgets.id"], name=op.f("fk_budget_months_budget_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["regions.id"], name=op.f("fk_budget_months_region_id")
        ),
        sa.PrimaryKeyConstraint("region_id", "month", name=op.f("pk_budget_months")),
    )
    op.create_index(
        op.f("ix_budget_months_budget_id"), "budget_months", ["budget_id"], unique=False
    )
    op.create_table(
        "budget_uses",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("points <> 0", name=op.f("ck_budget_uses_points")),
        sa.ForeignKeyConstraint(
            ["budget_id"], ["budgets.id"], name=op.f("fk_budget_uses_budget_id")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_budget_uses")),
    )
    op.create_index(op.f("ix_budget_uses_budget_id"), "budget_uses", ["budget_id"], unique=False)
    op.create_table(
        "budget_waits",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(approved_by IS NULL) = (approved_at IS NULL)", name=op.f("ck_budget_waits_approved")
        ),
        sa.CheckConstraint(
            "approved_by <> person_id", name=op.f("ck_budget_waits_not_for_oneself")
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_budget_waits_points")),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["persons.id"], name=op.f("fk_budget_waits_approved_by")
        ),
        sa.ForeignKeyConstraint(
            ["budget_id"], ["budgets.id"], name=op.f("fk_budget_waits_budget_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_budget_waits_person_id")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_budget_waits")),
    )
    op.create_index(
        op.f("ix_budget_waits_budget_id_since_key"),
        "budget_waits",
        ["budget_id", "since", "key"],
        unique=False,
    )

    op.execute(FIRST_POLICY)
    for table in EVIDENCE:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM incentive_app")
    for table in KEPT:
        op.execute(f"REVOKE DELETE ON {table} FROM incentive_app")
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("{schema}", schema)
    # Straight to the driver: the script holds % signs and many statements.
    op.get_bind().connection.driver_connection.execute(sql)
