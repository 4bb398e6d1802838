"""Findings are listed, the latest first, by themselves and by kind."""

from alembic import op

revision = "0053_findings_list"
down_revision = "0052_notice_labels"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_attendance_findings_found_at_id"), "attendance_findings", ["found_at", "id"]
    )
    op.create_index(
        op.f("ix_attendance_findings_kind_found_at_id"),
        "attendance_findings",
        ["kind", "found_at", "id"],
    )
