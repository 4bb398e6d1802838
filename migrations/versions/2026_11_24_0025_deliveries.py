"""Which checkpoint was delivered last to each place outside."""

import sqlalchemy as sa
from alembic import op

revision = "0025_deliveries"
down_revision = "0024_disputes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkpoint_deliveries",
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("tree_size", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_checkpoint_deliveries")),
    )
