"""Goods that are held still lie on the shelf: what lies there gets its own number and movements."""

import os

import sqlalchemy as sa
from alembic import op

revision = "0015_stock"
down_revision = "0014_as_of"
branch_labels = None
depends_on = None

_KINDS = "'received','held','given','returned','spoiled','sent_back','corrected'"
_CHECKS = {
    "kind": f"kind IN ({_KINDS})",
    "change": "CASE WHEN kind = 'received' THEN delta > 0 AND shelf = delta"
    " WHEN kind = 'held' THEN delta < 0 AND shelf = 0"
    " WHEN kind = 'given' THEN delta = 0 AND shelf < 0"
    " WHEN kind = 'returned' THEN delta > 0 AND shelf IN (0, delta)"
    " WHEN kind IN ('spoiled','sent_back') THEN delta < 0 AND shelf = delta"
    " ELSE delta <> 0 AND shelf = delta END",
    "redemption": "(kind IN ('held','given','returned')) = (redemption_id IS NOT NULL)",
    "corrects": "(kind = 'corrected') = (corrects_id IS NOT NULL)",
    "reason": "kind NOT IN ('sent_back','corrected') OR reason <> ''",
    "cause": "(kind = 'spoiled') = (cause <> '')",
    "delivery": "kind = 'received' OR (supplier = '' OR kind = 'sent_back')"
    " AND delivery_note = '' AND unit_cost_fen IS NULL",
    "unit_cost_fen": "unit_cost_fen BETWEEN 0 AND 100000000",
    "day": "day <= (at AT TIME ZONE 'UTC')::date + 1",
}


def upgrade() -> None:
    _count_what_lies_on_the_shelf()
    _say_more_of_each_movement()


def _count_what_lies_on_the_shelf() -> None:
    op.add_column("items", sa.Column("on_shelf", sa.Integer()))
    op.execute(
        "UPDATE items SET on_shelf = stock + coalesce((SELECT sum(quantity) FROM redemptions r"
        " WHERE r.item_id = items.id AND r.status = 'held'), 0)"
    )
    op.alter_column("items", "on_shelf", nullable=False)
    op.create_check_constraint(op.f("ck_items_on_shelf"), "items", "on_shelf >= stock")
    op.create_unique_constraint(op.f("uq_items_id_station_id"), "items", ["id", "station_id"])


def _say_more_of_each_movement() -> None:
    for name, kind in {
        "station_id": sa.Uuid(),
        "shelf": sa.Integer(),
        "day": sa.Date(),
        "corrects_id": sa.BigInteger(),
        "unit_cost_fen": sa.Integer(),
    }.items():
        op.add_column("stock_movements", sa.Column(name, kind))
    for name in ("cause", "reason", "supplier", "delivery_note"):
        op.add_column(
            "stock_movements", sa.Column(name, sa.Text(), server_default="", nullable=False)
        )
    for name in ("kind", "delta", "redemption"):
        op.drop_constraint(f"ck_stock_movements_{name}", "stock_movements")
    zone = os.environ.get("INCENTIVE_TIMEZONE", "Asia/Shanghai").replace("'", "")
    op.execute(
        "UPDATE stock_movements m SET station_id = i.station_id,"
        f" day = (m.at AT TIME ZONE '{zone}')::date,"
        " shelf = CASE WHEN m.kind = 'received' OR m.kind = 'returned' AND EXISTS ("
        "   SELECT FROM redemptions r WHERE r.id = m.redemption_id AND r.collected_at IS NOT NULL)"
        " THEN m.delta ELSE 0 END FROM items i WHERE i.id = m.item_id"
    )
    # Until now nothing was written down when goods left the shelf, only when they were promised.
    op.execute(
        "INSERT INTO stock_movements"
        " (station_id, item_id, kind, delta, shelf, redemption_id, by_person_id, day, at)"
        " SELECT station_id, item_id, 'given', 0, -quantity, id, collected_by,"
        f" (collected_at AT TIME ZONE '{zone}')::date, collected_at"
        " FROM redemptions WHERE collected_at IS NOT NULL ORDER BY collected_at"
    )
    for name in ("station_id", "shelf", "day"):
        op.alter_column("stock_movements", name, nullable=False)
    for name, rule in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_stock_movements_{name}"), "stock_movements", rule)
    op.drop_constraint("fk_stock_movements_item_id", "stock_movements")
    op.create_foreign_key(
        op.f("fk_stock_movements_item_id_station_id"),
        "stock_movements",
        "items",
        ["item_id", "station_id"],
        ["id", "station_id"],
    )
    for columns in (["corrects_id"], ["id", "item_id"]):
        op.create_unique_constraint(
            op.f(f"uq_stock_movements_{'_'.join(columns)}"), "stock_movements", columns
        )
    op.create_foreign_key(
        op.f("fk_stock_movements_corrects_id_item_id"),
        "stock_movements",
        "stock_movements",
        ["corrects_id", "item_id"],
        ["id", "item_id"],
    )
    for columns in (
        ["station_id", "id"],
        ["station_id", "kind", "id"],
        ["station_id", "day", "id"],
    ):
        op.create_index(op.f(f"ix_stock_movements_{'_'.join(columns)}"), "stock_movements", columns)
