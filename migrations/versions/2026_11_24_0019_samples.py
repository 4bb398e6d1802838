"""Spot checks: samples of transactions, and what was found at each."""

import sqlalchemy as sa
from alembic import op

revision = "0019_samples"
down_revision = "0018_stocktakes"
branch_labels = None
depends_on = None

EVIDENCE = ("spot_samples", "spot_rows", "spot_findings")


def upgrade() -> None:
    op.create_table(
        "spot_samples",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("by_kind", sa.Boolean(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("tree_size", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("population", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("size BETWEEN 1 AND 500", name=op.f("ck_spot_samples_size")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_spot_samples_days")),
        sa.ForeignKeyConstraint(["made_by"], ["persons.id"], name=op.f("fk_spot_samples_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_samples")),
    )
    op.create_index(op.f("ix_spot_samples_made_by_id"), "spot_samples", ["made_by", "id"])
    op.create_table(
        "spot_rows",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["spot_samples.id"], name=op.f("fk_spot_rows_sample_id")
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["transactions.id"], name=op.f("fk_spot_rows_transaction_id")
        ),
        sa.PrimaryKeyConstraint("sample_id", "position", name=op.f("pk_spot_rows")),
    )
    op.create_table(
        "spot_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("voucher_seen", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("found_by", sa.Uuid(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["spot_samples.id"], name=op.f("fk_spot_findings_sample_id")
        ),
        sa.ForeignKeyConstraint(
            ["found_by"], ["persons.id"], name=op.f("fk_spot_findings_found_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_findings")),
    )
    op.create_index(
        op.f("ix_spot_findings_sample_id_position_id"),
        "spot_findings",
        ["sample_id", "position", "id"],
    )
    for table in EVIDENCE:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM incentive_app")
