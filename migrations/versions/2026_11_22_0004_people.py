"""Persons, passwords, sessions and roles held in scopes."""

import sqlalchemy as sa
from alembic import op

revision = "0004_people"
down_revision = "0003_regions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SEQUENCE person_sequence")
    op.create_table(
        "persons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("birth_month", sa.Text(), nullable=True),
        sa.Column("phone_blind", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("home_region_id", sa.Uuid(), nullable=True),
        sa.Column("card_serial", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "birth_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name=op.f("ck_persons_birth_month")
        ),
        sa.CheckConstraint("status IN ('active','suspended')", name=op.f("ck_persons_status")),
        sa.CheckConstraint("card_serial BETWEEN 1 AND 65535", name=op.f("ck_persons_card_serial")),
        sa.ForeignKeyConstraint(
            ["home_region_id"], ["regions.id"], name=op.f("fk_persons_home_region_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sa.UniqueConstraint("phone_blind", name=op.f("uq_persons_phone_blind")),
        sa.UniqueConstraint("volunteer_number", name=op.f("uq_persons_volunteer_number")),
    )
    op.create_index(op.f("ix_persons_home_region_id"), "persons", ["home_region_id"])
    op.create_table(
        "passwords",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_passwords_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_passwords")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("phone_blind", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("phone_blind", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_failed_at"), "sign_in_failures", ["failed_at"])
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=True),
        sa.Column("station_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "role IN ('volunteer','gig_worker','grid_worker','community_worker','station_manager','auditor','administrator')",
            name=op.f("ck_role_grants_role"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(region_id, station_id) = 1", name=op.f("ck_role_grants_one_scope")
        ),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["persons.id"], name=op.f("fk_role_grants_granted_by")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_role_grants_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["regions.id"], name=op.f("fk_role_grants_region_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
    )
    op.create_index(
        "uq_role_grants_current",
        "role_grants",
        ["person_id", "role", "region_id", "station_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.create_index(op.f("ix_role_grants_person_id"), "role_grants", ["person_id"])
    op.create_index(
        op.f("ix_role_grants_region_id_role"), "role_grants", ["region_id", "role"], unique=False
    )
    op.create_index(
        op.f("ix_role_grants_station_id_role"), "role_grants", ["station_id", "role"], unique=False
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_sign_ins_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_ins_token_hash")),
    )
    op.create_index(op.f("ix_sign_ins_expires_at"), "sign_ins", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sign_ins_person_id"), "sign_ins", ["person_id"], unique=False)
