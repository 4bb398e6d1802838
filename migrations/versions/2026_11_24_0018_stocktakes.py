"""Stocktakes, and the movements that book their differences."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0018_stocktakes"
down_revision = "0017_browsing"
branch_labels = None
depends_on = None

EVIDENCE = ("stocktake_lines", "stocktake_counts", "stocktake_explanations")


def upgrade() -> None:
    _stocktakes()
    _counts()
    _movements()
    for table in EVIDENCE:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM incentive_app")
    op.execute("REVOKE DELETE ON stocktakes FROM incentive_app")
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(sql)


def _stocktakes() -> None:
    op.create_table(
        "stocktakes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("close_note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('open','booked','abandoned')", name=op.f("ck_stocktakes_status")
        ),
        sa.CheckConstraint(
            "(status = 'open') = (closed_at IS NULL)", name=op.f("ck_stocktakes_closed")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_stocktakes_closed_by")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_stocktakes_station_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["persons.id"], name=op.f("fk_stocktakes_opened_by")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["persons.id"], name=op.f("fk_stocktakes_closed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktakes")),
    )
    op.create_index(
        "uq_stocktakes_open",
        "stocktakes",
        ["station_id"],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(op.f("ix_stocktakes_station_id_id"), "stocktakes", ["station_id", "id"])


def _counts() -> None:
    op.create_table(
        "stocktake_lines",
        sa.Column("stocktake_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("on_shelf", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.CheckConstraint("on_shelf >= held AND held >= 0", name=op.f("ck_stocktake_lines_held")),
        sa.ForeignKeyConstraint(
            ["stocktake_id"], ["stocktakes.id"], name=op.f("fk_stocktake_lines_stocktake_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_stocktake_lines_item_id")),
        sa.PrimaryKeyConstraint("stocktake_id", "item_id", name=op.f("pk_stocktake_lines")),
    )
    op.create_index(op.f("ix_stocktake_lines_item_id"), "stocktake_lines", ["item_id"])
    op.create_table(
        "stocktake_counts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("stocktake_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column(
            "difference",
            sa.Integer(),
            sa.Computed("counted - expected", persisted=True),
            nullable=False,
        ),
        sa.Column("counted_by", sa.Uuid(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "counted BETWEEN 0 AND 10000000", name=op.f("ck_stocktake_counts_counted")
        ),
        sa.CheckConstraint("expected >= 0", name=op.f("ck_stocktake_counts_expected")),
        sa.ForeignKeyConstraint(
            ["stocktake_id", "item_id"],
            ["stocktake_lines.stocktake_id", "stocktake_lines.item_id"],
            name=op.f("fk_stocktake_counts_stocktake_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["counted_by"], ["persons.id"], name=op.f("fk_stocktake_counts_counted_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_counts")),
    )
    op.create_index(
        op.f("ix_stocktake_counts_stocktake_id_item_id_id"),
        "stocktake_counts",
        ["stocktake_id", "item_id", "id"],
    )
    op.create_table(
        "stocktake_explanations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("count_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("explained_by", sa.Uuid(), nullable=False),
        sa.Column("explained_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "cause IN ('lost','spoiled','unscanned','found','miscounted','data_error','other')",
            name=op.f("ck_stocktake_explanations_cause"),
        ),
        sa.CheckConstraint(
            "cause NOT IN ('data_error','other') OR note <> ''",
            name=op.f("ck_stocktake_explanations_note"),
        ),
        sa.ForeignKeyConstraint(
            ["count_id"], ["stocktake_counts.id"], name=op.f("fk_stocktake_explanations_count_id")
        ),
        sa.ForeignKeyConstraint(
            ["explained_by"], ["persons.id"], name=op.f("fk_stocktake_explanations_explained_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_explanations")),
    )
    op.create_index(
        op.f("ix_stocktake_explanations_count_id_id"), "stocktake_explanations", ["count_id", "id"]
    )


def _movements() -> None:
    op.add_column("stock_movements", sa.Column("stocktake_id", sa.Uuid()))
    op.create_foreign_key(
        op.f("fk_stock_movements_stocktake_id"),
        "stock_movements",
        "stocktakes",
        ["stocktake_id"],
        ["id"],
    )
    op.create_unique_constraint(
        op.f("uq_stock_movements_stocktake_id_item_id"),
        "stock_movements",
        ["stocktake_id", "item_id"],
    )
    rules = {
        "kind": "kind IN ('received','held','given','returned','spoiled','sent_back','corrected',"
        "'counted')",
        "cause": "(kind IN ('spoiled','counted')) = (cause <> '')",
    }
    for name, rule in rules.items():
        op.drop_constraint(f"ck_stock_movements_{name}", "stock_movements")
        op.create_check_constraint(op.f(f"ck_stock_movements_{name}"), "stock_movements", rule)
    op.create_check_constraint(
        op.f("ck_stock_movements_stocktake"),
        "stock_movements",
        "(kind = 'counted') = (stocktake_id IS NOT NULL)",
    )
