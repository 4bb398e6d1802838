"""Stewards and leads; roles with an end, in part, and handed on for a time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031_roles_for_a_time"
down_revision = "0030_one_time_codes"
branch_labels = None
depends_on = None

ROLES = (
    "'volunteer','gig_worker','steward','lead','grid_worker','community_worker',"
    "'station_manager','auditor','administrator'"
)
# The one place where SQL asks for a permission: who may scan a card. A role that was given in part
# must have been given for that.
SCANNING = (
    "g.role = ANY (p_roles)",
    "g.role = ANY (p_roles) AND (g.permissions IS NULL OR 'shift.scan' = ANY (g.permissions))",
)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_role_grants_role"), "role_grants")
    op.create_check_constraint(op.f("ck_role_grants_role"), "role_grants", f"role IN ({ROLES})")
    op.add_column(
        "role_grants", sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=True)
    )
    op.add_column("role_grants", sa.Column("delegated_from", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_role_grants_delegated_from"),
        "role_grants",
        "role_grants",
        ["delegated_from"],
        ["id"],
    )
    op.create_check_constraint(
        op.f("ck_role_grants_delegated_for_a_time"),
        "role_grants",
        "delegated_from IS NULL OR (valid_until IS NOT NULL AND granted_by IS NOT NULL"
        " AND granted_by <> person_id AND valid_until <= valid_from + interval '31 days')",
    )
    op.create_check_constraint(
        op.f("ck_role_grants_some_permission"), "role_grants", "cardinality(permissions) > 0"
    )
    op.create_index(
        op.f("ix_role_grants_delegated_from"),
        "role_grants",
        ["delegated_from"],
        postgresql_where=sa.text("delegated_from IS NOT NULL"),
    )
    driver = op.get_bind().connection.driver_connection
    name = "scan_facts"
    (source,) = driver.execute(
        "SELECT pg_get_functiondef(p.oid) FROM pg_proc p"
        " WHERE p.proname = %s AND p.pronamespace = current_schema()::regnamespace",
        (name,),
    ).fetchone()
    before, after = SCANNING
    if before not in source:
        raise LookupError(name)
    driver.execute(source.replace(before, after))
