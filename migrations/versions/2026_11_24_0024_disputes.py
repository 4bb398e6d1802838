"""A dispute reserves what it contests, and who proposed a correction does not decide on it."""

import sqlalchemy as sa
from alembic import op

revision = "0024_disputes"
down_revision = "0023_station_days"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("disputes", sa.Column("proposed_by", sa.Uuid(), nullable=True))
    op.drop_constraint(op.f("ck_disputes_not_by_who_made_it"), "disputes")
    op.create_check_constraint(
        op.f("ck_disputes_not_by_who_made_it"),
        "disputes",
        "decided_by <> made_by AND decided_by <> proposed_by",
    )
    op.drop_constraint(op.f("ck_corrected_undone"), "corrected")
    op.create_check_constraint(
        op.f("ck_corrected_undone"), "corrected", "undone BETWEEN 0 AND moved"
    )
