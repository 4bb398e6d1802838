"""Issuance accounts are opened before the lanes that share them."""

import sqlalchemy as sa
from alembic import op

revision = "0059_issuances"
down_revision = "0058_sources"
branch_labels = None
depends_on = None

# In the order of every posting, so that two who open the same never wait for each other in a circle.
_OPEN = """
CREATE FUNCTION ledger_open_issuances(p_owner text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = {schema}, public, pg_temp AS $$
    INSERT INTO accounts (owner, asset, purpose, expires_on)
    SELECT p.owner, 'points', 'issuance', date '9999-12-31'
    FROM (SELECT DISTINCT unnest(p_owner) AS owner) p
    WHERE NOT EXISTS (
        SELECT FROM accounts a WHERE (a.owner, a.asset, a.purpose, a.expires_on)
                                   = (p.owner, 'points', 'issuance', date '9999-12-31') OFFSET 0)
    ORDER BY p.owner
    ON CONFLICT DO NOTHING
$$;
REVOKE ALL ON FUNCTION ledger_open_issuances FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_open_issuances TO incentive_app;
GRANT CREATE ON SCHEMA {schema} TO incentive_ledger;
ALTER FUNCTION ledger_open_issuances OWNER TO incentive_ledger;
REVOKE CREATE ON SCHEMA {schema} FROM incentive_ledger;
"""


def upgrade() -> None:
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    op.get_bind().connection.driver_connection.execute(_OPEN.replace("{schema}", schema))
