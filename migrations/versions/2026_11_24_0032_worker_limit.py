"""How many points one worker moves by hand alone in a month, of everybody's."""

import sqlalchemy as sa
from alembic import op

revision = "0032_worker_limit"
down_revision = "0031_roles_for_a_time"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # So far it was the limit of each person's, for any number of persons: ten of them from now on.
    op.add_column("points_policies", sa.Column("worker_limit", sa.Integer(), nullable=True))
    op.execute("UPDATE points_policies SET worker_limit = least(adjustment_limit * 10, 1000000)")
    op.alter_column("points_policies", "worker_limit", nullable=False)
    op.create_check_constraint(
        op.f("ck_points_policies_worker_limit"),
        "points_policies",
        "worker_limit BETWEEN 0 AND 1000000",
    )
    op.create_index(
        op.f("ix_adjustments_proposed_by_proposed_at"),
        "adjustments",
        ["proposed_by", "proposed_at"],
    )
