"""Stations, their items and stock, and redemptions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007_stations"
down_revision = "0006_checkin"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("hours", postgresql.JSONB(), nullable=False),
        sa.Column("facilities", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('station','points_supermarket','service_centre')",
            name=op.f("ck_stations_kind"),
        ),
        sa.CheckConstraint("status IN ('open','closed')", name=op.f("ck_stations_status")),
        sa.CheckConstraint(
            "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180",
            name=op.f("ck_stations_place"),
        ),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_stations_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stations")),
        sa.UniqueConstraint("region_id", "name", name=op.f("uq_stations_region_id_name")),
    )
    op.create_index(
        op.f("ix_stations_latitude_longitude"), "stations", ["latitude", "longitude"], unique=False
    )
    op.create_index(op.f("ix_stations_name_id"), "stations", ["name", "id"], unique=False)
    op.create_table(
        "items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("points_price", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("per_person_limit", sa.Integer(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('offered','withdrawn')", name=op.f("ck_items_status")),
        sa.CheckConstraint(
            "per_person_limit BETWEEN 1 AND 1000", name=op.f("ck_items_per_person_limit")
        ),
        sa.CheckConstraint(
            "points_price BETWEEN 1 AND 1000000", name=op.f("ck_items_points_price")
        ),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_items_stock")),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_items_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("station_id", "name", name=op.f("uq_items_station_id_name")),
    )
    op.create_table(
        "redemptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("collected_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(status IN ('collected','refunded')) = (collected_at IS NOT NULL)",
            name=op.f("ck_redemptions_collected"),
        ),
        sa.CheckConstraint(
            "(status IN ('cancelled','lapsed','refunded')) = (closed_at IS NOT NULL)",
            name=op.f("ck_redemptions_closed"),
        ),
        sa.CheckConstraint(
            "status IN ('held','collected','cancelled','lapsed','refunded')",
            name=op.f("ck_redemptions_status"),
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_redemptions_points")),
        sa.CheckConstraint("quantity BETWEEN 1 AND 1000", name=op.f("ck_redemptions_quantity")),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["persons.id"], name=op.f("fk_redemptions_closed_by")
        ),
        sa.ForeignKeyConstraint(
            ["collected_by"], ["persons.id"], name=op.f("fk_redemptions_collected_by")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_redemptions_item_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_redemptions_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_redemptions_station_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemptions")),
        sa.UniqueConstraint("code", name=op.f("uq_redemptions_code")),
    )
    op.create_index(
        "ix_redemptions_due",
        "redemptions",
        ["expires_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'held'"),
    )
    op.create_index(
        op.f("ix_redemptions_item_id_person_id"),
        "redemptions",
        ["item_id", "person_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_redemptions_person_id_id"), "redemptions", ["person_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_redemptions_station_id_id"), "redemptions", ["station_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_redemptions_station_id_collected_at"),
        "redemptions",
        ["station_id", "collected_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_redemptions_station_id_status_id"),
        "redemptions",
        ["station_id", "status", "id"],
        unique=False,
    )
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("redemption_id", sa.Uuid(), nullable=True),
        sa.Column("by_person_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('received','held','returned')", name=op.f("ck_stock_movements_kind")
        ),
        sa.CheckConstraint(
            "delta <> 0 AND (kind = 'held') = (delta < 0)", name=op.f("ck_stock_movements_delta")
        ),
        sa.CheckConstraint(
            "(kind = 'received') = (redemption_id IS NULL)",
            name=op.f("ck_stock_movements_redemption"),
        ),
        sa.ForeignKeyConstraint(
            ["by_person_id"], ["persons.id"], name=op.f("fk_stock_movements_by_person_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_stock_movements_item_id")),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["redemptions.id"], name=op.f("fk_stock_movements_redemption_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
        sa.UniqueConstraint(
            "redemption_id", "kind", name=op.f("uq_stock_movements_redemption_id_kind")
        ),
    )
    op.create_index(
        op.f("ix_stock_movements_item_id_id"), "stock_movements", ["item_id", "id"], unique=False
    )
