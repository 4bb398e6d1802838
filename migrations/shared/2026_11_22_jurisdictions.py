"""The list of jurisdictions, and the extension that their trees need."""

import sqlalchemy as sa
from alembic import op

revision = "shared_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS ltree SCHEMA public")
    op.create_table(
        "jurisdictions",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("host", sa.Text, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now()),
        schema="public",
    )
    op.execute("GRANT USAGE ON SCHEMA public TO incentive_app")
    op.execute("GRANT SELECT ON public.jurisdictions TO incentive_app")
