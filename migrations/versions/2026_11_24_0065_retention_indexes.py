"""The retention run finds what is past its time by indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0065_retention_indexes"
down_revision = "0064_leaf_packs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sign_ins_ended", "sign_ins", [sa.text("LEAST(expires_at, revoked_at)")])
    op.create_index(
        "ix_sign_ins_origins",
        "sign_ins",
        ["created_at"],
        postgresql_where=sa.text("browser <> '' OR network <> ''"),
    )
    op.create_index(
        "ix_second_factors_unconfirmed",
        "second_factors",
        ["made_at"],
        postgresql_where=sa.text("confirmed_at IS NULL"),
    )
    op.create_index(
        "ix_recovery_codes_used",
        "recovery_codes",
        ["used_at"],
        postgresql_where=sa.text("used_at IS NOT NULL"),
    )
