"""Two entries of one person: one closes and leads to the other."""

import sqlalchemy as sa
from alembic import op

revision = "0055_person_merges"
down_revision = "0054_erasures"
branch_labels = None
depends_on = None

PERSONS = ("kept_id", "gone_id", "asked_by", "decided_by", "undone_by")


def upgrade() -> None:
    op.add_column("persons", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_persons_merged_into"), "persons", "persons", ["merged_into"], ["id"]
    )
    op.drop_constraint("ck_persons_status", "persons")
    op.create_check_constraint(
        op.f("ck_persons_status"),
        "persons",
        "status IN ('active','suspended','removed','erased','merged')",
    )
    op.create_check_constraint(
        op.f("ck_persons_merged_into"),
        "persons",
        "CASE WHEN merged_into IS NULL THEN status <> 'merged'"
        " ELSE status IN ('merged','erased') END",
    )
    op.create_table(
        "person_merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("gone_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('asked','done','refused','undone')", name=op.f("ck_person_merges_status")
        ),
        sa.CheckConstraint("kept_id <> gone_id", name=op.f("ck_person_merges_two_persons")),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_person_merges_second_person")),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (status = 'asked')", name=op.f("ck_person_merges_decided")
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_person_merges_points")),
        *(
            sa.ForeignKeyConstraint([name], ["persons.id"], name=op.f(f"fk_person_merges_{name}"))
            for name in PERSONS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merges")),
    )
    op.create_index(
        "uq_person_merges_open_gone",
        "person_merges",
        ["gone_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('asked','done')"),
    )
    op.create_index(op.f("ix_person_merges_kept_id"), "person_merges", ["kept_id"])
    op.create_index(op.f("ix_person_merges_asked_at_id"), "person_merges", ["asked_at", "id"])
    op.execute("REVOKE DELETE ON person_merges FROM incentive_app")
