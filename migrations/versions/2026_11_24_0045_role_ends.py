"""Who ended a role and when, so that it can be undone for a moment; lists of roles and devices."""

import sqlalchemy as sa
from alembic import op

revision = "0045_role_ends"
down_revision = "0044_awarding"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("role_grants", sa.Column("ended_by", sa.Uuid(), nullable=True))
    op.add_column("role_grants", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("role_grants", sa.Column("had_until", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_role_grants_ended_by"), "role_grants", "persons", ["ended_by"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_role_grants_ended"), "role_grants", "(ended_by IS NULL) = (ended_at IS NULL)"
    )
    op.create_index(
        "ix_role_grants_given",
        "role_grants",
        ["id"],
        postgresql_where=sa.text("role NOT IN ('volunteer','gig_worker')"),
    )
    op.create_index(
        "ix_sign_ins_devices", "sign_ins", ["id"], postgresql_where=sa.text("kind = 'device'")
    )
