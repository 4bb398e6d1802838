"""Days that a station closed, each with its figures signed."""

import sqlalchemy as sa
from alembic import op

revision = "0023_station_days"
down_revision = "0022_points"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_closes",
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed", sa.Text(), nullable=False),
        sa.Column("last_movement_id", sa.BigInteger(), nullable=False),
        sa.Column("last_transaction_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_day_closes_version")),
        sa.CheckConstraint("version = 1 OR note <> ''", name=op.f("ck_day_closes_note")),
        sa.CheckConstraint(
            "day <= (closed_at AT TIME ZONE 'UTC')::date + 1", name=op.f("ck_day_closes_day")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["stations.id"], name=op.f("fk_day_closes_station_id")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["persons.id"], name=op.f("fk_day_closes_closed_by")
        ),
        sa.PrimaryKeyConstraint("station_id", "day", "version", name=op.f("pk_day_closes")),
    )
    op.execute("REVOKE UPDATE, DELETE ON day_closes FROM incentive_app")
