"""Lists of persons that are looked at before they are entered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0048_person_imports"
down_revision = "0047_shared_transfers"
branch_labels = None
depends_on = None

STATES = (
    "status IN ('sent','checked','unreadable','entering','entered','undoing','clearing','undone',"
    "'given_up')"
)
WORKING = sa.text("status IN ('sent','entering','undoing','clearing')")


def _instant(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _count(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.drop_constraint("ck_persons_status", "persons")
    op.create_check_constraint(
        op.f("ck_persons_status"), "persons", "status IN ('active','suspended','removed')"
    )
    op.create_table(
        "person_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        _instant("sent_at", nullable=False),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        _count("sheets_left"),
        _count("new_rows"),
        _count("known_rows"),
        _count("wrong_rows"),
        _count("minor_rows"),
        _count("child_rows"),
        _instant("checked_at"),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        _count("entered_rows"),
        _instant("entered_at"),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        _count("removed_rows"),
        _instant("undone_at"),
        _instant("swept_at"),
        sa.CheckConstraint(STATES, name=op.f("ck_person_imports_status")),
        sa.CheckConstraint(
            "entered_rows BETWEEN 0 AND new_rows", name=op.f("ck_person_imports_entered_rows")
        ),
        sa.CheckConstraint(
            "removed_rows BETWEEN 0 AND entered_rows", name=op.f("ck_person_imports_removed_rows")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["regions.id"], name=op.f("fk_person_imports_region_id")
        ),
        *(
            sa.ForeignKeyConstraint([name], ["persons.id"], name=op.f(f"fk_person_imports_{name}"))
            for name in ("sent_by", "asked_by", "undone_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_imports")),
    )
    op.create_index(op.f("ix_person_imports_sent_at_id"), "person_imports", ["sent_at", "id"])
    op.create_index(op.f("ix_person_imports_region_id"), "person_imports", ["region_id"])
    op.create_index(
        "ix_person_imports_working", "person_imports", ["sent_at"], postgresql_where=WORKING
    )
    op.create_index(
        "ix_person_imports_unswept",
        "person_imports",
        ["sent_at"],
        postgresql_where=sa.text("swept_at IS NULL"),
    )
    op.create_table(
        "person_import_parts",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["person_imports.id"], name=op.f("fk_person_import_parts_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "part", name=op.f("pk_person_import_parts")),
    )
    op.create_table(
        "person_import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("faults", ARRAY(sa.Text()), nullable=False),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column("home_region_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "status IN ('new','known','wrong','entered','removed')",
            name=op.f("ck_person_import_rows_status"),
        ),
        sa.CheckConstraint(
            "(status = 'wrong') = (faults <> '{}')", name=op.f("ck_person_import_rows_faults")
        ),
        sa.CheckConstraint(
            "status <> 'new' OR person_id IS NOT NULL",
            name=op.f("ck_person_import_rows_new_person"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["person_imports.id"], name=op.f("fk_person_import_rows_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["home_region_id"], ["regions.id"], name=op.f("fk_person_import_rows_home_region_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_person_import_rows")),
    )
    op.create_index(
        op.f("ix_person_import_rows_import_id_status_line"),
        "person_import_rows",
        ["import_id", "status", "line"],
    )
    op.create_index(
        op.f("ix_person_import_rows_person_id"),
        "person_import_rows",
        ["person_id"],
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_table(
        "person_import_progress",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["person_imports.id"], name=op.f("fk_person_import_progress_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_person_import_progress")),
    )
