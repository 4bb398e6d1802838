"""Scans, attendance and service records, and the two functions of the scan's way."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_checkin"
down_revision = "0005_activities"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("check_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("check_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("walk_in", sa.Boolean(), nullable=False),
        sa.Column("check_in_proved", sa.Boolean(), nullable=False),
        sa.Column("check_out_proved", sa.Boolean(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "closed_by IN ('scan','elsewhere','system')", name=op.f("ck_attendances_closed_by")
        ),
        sa.CheckConstraint(
            "(check_out_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_attendances_closed")
        ),
        sa.CheckConstraint(
            "check_out_at IS NULL OR check_out_at >= check_in_at", name=op.f("ck_attendances_times")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["persons.id"], name=op.f("fk_attendances_confirmed_by")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_attendances_person_id")
        ),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_attendances_shift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendances")),
        sa.UniqueConstraint(
            "shift_id", "person_id", name=op.f("uq_attendances_shift_id_person_id")
        ),
    )
    op.create_index(
        op.f("ix_attendances_person_id_check_in_at"),
        "attendances",
        ["person_id", "check_in_at"],
        unique=False,
    )
    op.create_index(
        "uq_attendances_open",
        "attendances",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("check_out_at IS NULL"),
    )
    op.create_table(
        "code_runs",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_code_runs_person_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_code_runs_shift_id")),
        sa.PrimaryKeyConstraint("shift_id", "person_id", name=op.f("pk_code_runs")),
    )
    op.create_table(
        "scans",
        sa.Column("nonce", sa.Uuid(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("attendance_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", postgresql.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["persons.id"], name=op.f("fk_scans_actor_id")),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["attendances.id"], name=op.f("fk_scans_attendance_id")
        ),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_scans")),
    )
    op.create_index(op.f("ix_scans_attendance_id"), "scans", ["attendance_id"], unique=False)
    op.create_table(
        "service_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attendance_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("recorder_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settle_after", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "settled_at IS NULL OR status = 'verified'", name=op.f("ck_service_records_settled")
        ),
        sa.CheckConstraint(
            "status <> 'rejected' OR reason <> ''", name=op.f("ck_service_records_reason")
        ),
        sa.CheckConstraint(
            "status = 'pending' OR decided_at IS NOT NULL", name=op.f("ck_service_records_decided")
        ),
        sa.CheckConstraint(
            "status IN ('pending','verified','rejected')", name=op.f("ck_service_records_status")
        ),
        sa.CheckConstraint("minutes BETWEEN 0 AND 1440", name=op.f("ck_service_records_minutes")),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["attendances.id"], name=op.f("fk_service_records_attendance_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["persons.id"], name=op.f("fk_service_records_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_service_records_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorder_id"], ["persons.id"], name=op.f("fk_service_records_recorder_id")
        ),
        sa.ForeignKeyConstraint(
            ["shift_id"], ["shifts.id"], name=op.f("fk_service_records_shift_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_records")),
        sa.UniqueConstraint("attendance_id", name=op.f("uq_service_records_attendance_id")),
    )
    op.create_index(
        "ix_service_records_pending",
        "service_records",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        op.f("ix_service_records_person_id_id"),
        "service_records",
        ["person_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_service_records_shift_id"), "service_records", ["shift_id"], unique=False
    )
    op.create_index(
        "ix_service_records_unsettled",
        "service_records",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status = 'verified' AND settled_at IS NULL"),
    )
    op.create_table(
        "record_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('verified','rejected')", name=op.f("ck_record_decisions_status")
        ),
        sa.CheckConstraint(
            "status <> 'rejected' OR reason <> ''", name=op.f("ck_record_decisions_reason")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["service_records.id"], name=op.f("fk_record_decisions_record_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["persons.id"], name=op.f("fk_record_decisions_decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_decisions")),
    )
    op.create_index(
        op.f("ix_record_decisions_record_id_id"),
        "record_decisions",
        ["record_id", "id"],
        unique=False,
    )
    # Straight to the driver: the script holds % signs and many statements.
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(sql)
