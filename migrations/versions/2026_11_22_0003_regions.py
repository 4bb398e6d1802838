"""The territory tree."""

import sqlalchemy as sa
from alembic import op

from incentive.core.types import Ltree

revision = "0003_regions"
down_revision = "0002_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "regions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("path", Ltree(), nullable=False),
        sa.Column("grid_kind", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(level = 'grid') = (grid_kind IS NOT NULL)", name=op.f("ck_regions_grid_kind")
        ),
        sa.CheckConstraint(
            "(level = 'province') = (parent_id IS NULL)", name=op.f("ck_regions_parent")
        ),
        sa.CheckConstraint(
            "grid_kind IN ('place','building','employer','park')",
            name=op.f("ck_regions_grid_kind_known"),
        ),
        sa.CheckConstraint(
            "level IN ('province','city','county','street','community','grid','building','door')",
            name=op.f("ck_regions_level"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_regions_validity")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["regions.id"], name=op.f("fk_regions_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regions")),
    )
    op.create_index(
        op.f("ix_regions_parent_id_code"), "regions", ["parent_id", "code"], unique=False
    )
    op.create_index(
        "ix_regions_path_gist", "regions", ["path"], unique=False, postgresql_using="gist"
    )
    op.create_index(
        "uq_regions_code_current",
        "regions",
        ["code"],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.create_index(
        "ix_regions_level_code",
        "regions",
        ["level", "code"],
        unique=False,
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.create_index(
        "ix_regions_name_prefix",
        "regions",
        ["name"],
        unique=False,
        postgresql_ops={"name": "text_pattern_ops"},
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.create_index(
        "ix_regions_code_former",
        "regions",
        ["code"],
        unique=False,
        postgresql_where=sa.text("valid_until IS NOT NULL"),
    )
