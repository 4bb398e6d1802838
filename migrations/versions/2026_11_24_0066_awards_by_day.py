"""Awards are listed by person and day only: docs/decisions/0006 says why."""

from alembic import op

revision = "0066_awards_by_day"
down_revision = "0065_retention_indexes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_awards_person_id_activity_id", "awards")
