"""Leaves in packs: a row of the table for up to 256 of them."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0064_leaf_packs"
down_revision = "0063_concerned"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").replace("{schema}", schema)
    # Straight to the driver: the script holds % signs and many statements.
    op.get_bind().connection.driver_connection.execute(sql)
