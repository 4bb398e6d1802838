"""Comparisons of the books: what was asked for, and what each run saw."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012_reconciliation"
down_revision = "0011_audit"
branch_labels = None
depends_on = None

EVIDENCE = ("check_runs", "check_results", "check_findings")


def upgrade() -> None:
    op.create_table(
        "check_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("checks_done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("checks_total", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False, server_default=""),
        sa.CheckConstraint(
            "checks_done BETWEEN 0 AND checks_total", name=op.f("ck_check_requests_progress")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_requests")),
    )
    # One comparison at a time: whoever asks for a second one is shown the first.
    op.create_index(
        "uq_check_requests_open",
        "check_requests",
        [sa.text("(finished_at IS NULL)")],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "check_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("rows_found", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["check_requests.id"], name=op.f("fk_check_runs_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_runs")),
    )
    op.create_table(
        "check_results",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("clean", sa.Boolean(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("rows_found", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(
            ["run_id"], ["check_runs.id"], name=op.f("fk_check_results_run_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_check_results")),
    )
    op.create_table(
        "check_findings",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("row", sa.SmallInteger(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id", "position"],
            ["check_results.run_id", "check_results.position"],
            name=op.f("fk_check_findings_run_id_position"),
        ),
        sa.PrimaryKeyConstraint("run_id", "position", "row", name=op.f("pk_check_findings")),
    )
    for table in EVIDENCE:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM incentive_app")
