"""Erasures; and nothing new is written about who is erased."""

import sqlalchemy as sa
from alembic import op

revision = "0054_erasures"
down_revision = "0053_findings_list"
branch_labels = None
depends_on = None

# What may be under way while somebody is erased. Scans look at the person under a lock of their own.
GUARDED = (
    "passwords",
    "sign_ins",
    "role_grants",
    "second_factors",
    "linked_identities",
    "sign_ups",
    "redemptions",
    "adjustments",
    "disputes",
)
GUARD = """
CREATE FUNCTION refuse_erased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
BEGIN
    -- With a lock: an erasure that is under way is waited for, and its end is what is read.
    SELECT p.status INTO standing FROM persons p WHERE p.id = NEW.person_id FOR KEY SHARE;
    IF standing = 'erased' THEN
        RAISE EXCEPTION 'person % is erased', NEW.person_id USING ERRCODE = 'PE001';
    END IF;
    RETURN NEW;
END $$
"""
FOR_GOOD = """
CREATE FUNCTION erased_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'person % is erased', OLD.id USING ERRCODE = 'PE001';
END $$
"""


def upgrade() -> None:
    op.drop_constraint(op.f("ck_persons_status"), "persons")
    op.create_check_constraint(
        op.f("ck_persons_status"), "persons", "status IN ('active','suspended','removed','erased')"
    )
    op.drop_constraint(op.f("ck_one_time_codes_purpose"), "one_time_codes")
    op.create_check_constraint(
        op.f("ck_one_time_codes_purpose"),
        "one_time_codes",
        "purpose IN ('sign_in','register','password','link','confirm')",
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("gives_up_points", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("waits_for", sa.Text(), nullable=False, server_default=""),
        sa.Column("points", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("begun_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "status IN ('proposed','waiting','begun','done','refused','called_off')",
            name=op.f("ck_erasures_status"),
        ),
        sa.CheckConstraint(
            "asked_by = person_id OR decided_by IS NOT NULL OR status IN ('proposed','called_off')",
            name=op.f("ck_erasures_second_person"),
        ),
        sa.CheckConstraint(
            "decided_by <> asked_by AND decided_by <> person_id",
            name=op.f("ck_erasures_decided_by_another"),
        ),
        sa.CheckConstraint("asked_by = person_id OR reason <> ''", name=op.f("ck_erasures_reason")),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_erasures_decided")
        ),
        sa.CheckConstraint(
            "status <> 'waiting' OR due_at IS NOT NULL", name=op.f("ck_erasures_due")
        ),
        sa.CheckConstraint(
            "(status IN ('begun','done')) = (begun_at IS NOT NULL)", name=op.f("ck_erasures_begun")
        ),
        sa.CheckConstraint(
            "(status IN ('done','refused','called_off')) = (ended_at IS NOT NULL)",
            name=op.f("ck_erasures_ended"),
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_erasures_points")),
        *(
            sa.ForeignKeyConstraint([column], ["persons.id"], name=op.f(f"fk_erasures_{column}"))
            for column in ("person_id", "asked_by", "decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index(op.f("ix_erasures_person_id"), "erasures", ["person_id"])
    op.create_index(
        "uq_erasures_open",
        "erasures",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("status NOT IN ('refused','called_off')"),
    )
    op.create_index(
        "ix_erasures_due",
        "erasures",
        ["due_at", "id"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index(
        "ix_erasures_begun", "erasures", ["id"], postgresql_where=sa.text("status = 'begun'")
    )
    op.execute("REVOKE DELETE ON erasures FROM incentive_app")
    # What somebody was warned of is nobody's evidence once they are erased.
    op.execute("GRANT DELETE ON points_notices TO incentive_app")
    op.execute(GUARD)
    op.execute(FOR_GOOD)
    op.execute(
        "CREATE TRIGGER erased_for_good BEFORE UPDATE OF status ON persons FOR EACH ROW"
        " WHEN (OLD.status = 'erased' AND NEW.status <> 'erased')"
        " EXECUTE FUNCTION erased_for_good()"
    )
    for table in GUARDED:
        op.execute(
            f"CREATE TRIGGER refuse_erased BEFORE INSERT ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_erased()"
        )
