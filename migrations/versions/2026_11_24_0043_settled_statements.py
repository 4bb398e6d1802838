"""A statement of nothing or less can be settled."""

from alembic import op

revision = "0043_settled_statements"
down_revision = "0042_quick_sign_ins"
branch_labels = None
depends_on = None

SQL = """
ALTER TABLE merchant_statements
    DROP CONSTRAINT ck_merchant_statements_status,
    DROP CONSTRAINT ck_merchant_statements_closed,
    ADD CONSTRAINT ck_merchant_statements_status CHECK
        (status IN ('draft','sent','confirmed','payable','paid','settled','reversed')),
    ADD CONSTRAINT ck_merchant_statements_closed CHECK
        ((status IN ('settled','reversed')) = (closed_at IS NOT NULL AND closed_by IS NOT NULL)),
    ADD CONSTRAINT ck_merchant_statements_settled CHECK
        (status <> 'settled' OR (total_fen <= 0 AND budget_id IS NULL));
ALTER TABLE statement_confirmations
    DROP CONSTRAINT ck_statement_confirmations_side,
    ADD CONSTRAINT ck_statement_confirmations_side CHECK (side IN ('merchant','sponsor','second'));
"""


def upgrade() -> None:
    # Straight to the driver: the script holds many statements.
    op.get_bind().connection.driver_connection.execute(SQL)
