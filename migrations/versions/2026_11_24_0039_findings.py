"""What looks invented in attendance is kept, and the system may hold points because of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039_findings"
down_revision = "0038_personal"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('impossible_travel','one_device','shared_card','one_pair')",
            name=op.f("ck_attendance_findings_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["service_records.id"], name=op.f("fk_attendance_findings_record_id")
        ),
        sa.ForeignKeyConstraint(
            ["about_id"], ["persons.id"], name=op.f("fk_attendance_findings_about_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_findings")),
        sa.UniqueConstraint(
            "record_id", "kind", name=op.f("uq_attendance_findings_record_id_kind")
        ),
    )
    op.execute("REVOKE UPDATE, DELETE ON attendance_findings FROM incentive_app")
    op.alter_column("disputes", "opened_by", nullable=True)
    op.create_check_constraint(
        op.f("ck_disputes_opened_by_the_system"),
        "disputes",
        "opened_by IS NOT NULL OR side = 'given'",
    )
