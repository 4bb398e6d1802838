"""The keys of personal data: wrapped, and in a database that is not the books'."""

from pathlib import Path

from alembic import op

revision = "keys_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    # Straight to the driver: the script holds many statements.
    op.get_bind().connection.driver_connection.execute(sql)
