"""What is evidence is only added to: by the application's role never changed nor deleted."""

from alembic import op

revision = "0009_evidence"
down_revision = "0008_settlement"
branch_labels = None
depends_on = None

EVIDENCE = ("scans", "awards", "rule_versions", "stock_movements")


def upgrade() -> None:
    for table in EVIDENCE:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM incentive_app")
