"""The index of sources leaves out awards whose keys tell them."""

import sqlalchemy as sa
from alembic import op

revision = "0058_sources"
down_revision = "0057_person_corrections"
branch_labels = None
depends_on = None

_NOT_BY_KEY = "kind <> 'award' OR key <> 'award:' || substr(source, 16)"


def upgrade() -> None:
    op.drop_index("ix_transactions_source", "transactions")
    op.create_index(
        "ix_transactions_source",
        "transactions",
        ["source"],
        postgresql_where=sa.text(_NOT_BY_KEY),
    )
