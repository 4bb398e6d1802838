"""What the nightly retention run did."""

import sqlalchemy as sa
from alembic import op

revision = "0056_retention"
down_revision = "0055_person_merges"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_figures",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("gone >= 0", name=op.f("ck_retention_figures_gone")),
        sa.PrimaryKeyConstraint("run_id", "rule", name=op.f("pk_retention_figures")),
    )
    op.create_index(op.f("ix_retention_figures_started_at"), "retention_figures", ["started_at"])
    op.execute("REVOKE DELETE ON retention_figures FROM incentive_app")
