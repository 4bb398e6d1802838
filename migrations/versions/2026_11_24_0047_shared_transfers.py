"""One transfer may pay several statements: each payment by it has a part of its own."""

from alembic import op

revision = "0047_shared_transfers"
down_revision = "0046_consents"
branch_labels = None
depends_on = None

# Whoever matches a transfer takes its parts from the first on, so the second to do it meets the
# first part taken, however many statements either of them chose.
SQL = """
ALTER TABLE statement_payments ADD COLUMN bank_row_part integer NOT NULL DEFAULT 1;
ALTER TABLE statement_payments ALTER COLUMN bank_row_part DROP DEFAULT,
    ADD CONSTRAINT ck_statement_payments_bank_row_part CHECK (bank_row_part >= 1);
DROP INDEX uq_statement_payments_bank_row;
CREATE UNIQUE INDEX uq_statement_payments_bank_row ON statement_payments (bank_row_id, bank_row_part)
    WHERE taken_back_at IS NULL;
"""


def upgrade() -> None:
    # Straight to the driver: the script holds many statements.
    op.get_bind().connection.driver_connection.execute(SQL)
