"""A budget that takes the place of a wider one is a change of that one, by a second person."""

from alembic import op

revision = "0028_nearer_budgets"
down_revision = "0027_discrepancies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_budget_changes_kind"), "budget_changes")
    op.create_check_constraint(
        op.f("ck_budget_changes_kind"), "budget_changes", "kind IN ('raise','overrun','nearer')"
    )
