"""Snapshots of old books are taken in steps."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0062_snapshot_steps"
down_revision = "0061_claims"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("{schema}", schema)
    # Straight to the driver: the script holds many statements.
    op.get_bind().connection.driver_connection.execute(sql)
