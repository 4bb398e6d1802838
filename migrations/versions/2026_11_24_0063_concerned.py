"""Who had a hand in a record that is doubted does not decide on its points."""

import sqlalchemy as sa
from alembic import op

revision = "0063_concerned"
down_revision = "0062_snapshot_steps"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "disputes",
        sa.Column("concerned", sa.ARRAY(sa.Uuid()), nullable=False, server_default=sa.text("'{}'")),
    )
    op.create_check_constraint(
        op.f("ck_disputes_not_by_who_is_concerned"), "disputes", "decided_by <> ALL (concerned)"
    )
