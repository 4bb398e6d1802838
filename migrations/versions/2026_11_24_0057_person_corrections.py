"""Corrections of personal data, asked for and decided."""

import sqlalchemy as sa
from alembic import op

revision = "0057_person_corrections"
down_revision = "0056_retention"
branch_labels = None
depends_on = None

TABLE = "person_corrections"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "field IN ('name','id_number','birth_month')", name=op.f(f"ck_{TABLE}_field")
        ),
        sa.CheckConstraint(
            "status IN ('waiting','approved','refused','withdrawn')",
            name=op.f(f"ck_{TABLE}_status"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(value_sealed, reason_sealed)"
            " = CASE WHEN status = 'waiting' THEN 2 ELSE 0 END",
            name=op.f(f"ck_{TABLE}_sealed_while_waiting"),
        ),
        sa.CheckConstraint(
            "(status IN ('approved','refused')) = (decided_by IS NOT NULL)",
            name=op.f(f"ck_{TABLE}_decided"),
        ),
        sa.CheckConstraint("decided_by <> person_id", name=op.f(f"ck_{TABLE}_decided_by_another")),
        sa.CheckConstraint(
            "status <> 'refused' OR decision_reason <> ''",
            name=op.f(f"ck_{TABLE}_refusal_reason"),
        ),
        sa.CheckConstraint(
            "(status = 'waiting') = (ended_at IS NULL)", name=op.f(f"ck_{TABLE}_ended")
        ),
        *(
            sa.ForeignKeyConstraint([name], ["persons.id"], name=op.f(f"fk_{TABLE}_{name}"))
            for name in ("person_id", "decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    waiting = sa.text("status = 'waiting'")
    op.create_index(
        f"uq_{TABLE}_waiting", TABLE, ["person_id", "field"], unique=True, postgresql_where=waiting
    )
    op.create_index(f"ix_{TABLE}_waiting", TABLE, ["asked_at", "id"], postgresql_where=waiting)
    op.create_index(
        op.f(f"ix_{TABLE}_person_id_asked_at_id"), TABLE, ["person_id", "asked_at", "id"]
    )
    # Nothing waits that was asked for while the person was erased.
    op.execute(
        f"CREATE TRIGGER refuse_erased BEFORE INSERT ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_erased()"
    )
