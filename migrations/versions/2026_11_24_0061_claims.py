"""What a merchant owes on a statement below nothing is claimed, and comes back."""

from alembic import op

revision = "0061_claims"
down_revision = "0060_withdrawn_scans"
branch_labels = None
depends_on = None

# Signs tell the direction everywhere: below zero the merchant pays.
SQL = """
ALTER TABLE merchant_statements
    DROP CONSTRAINT ck_merchant_statements_status,
    DROP CONSTRAINT ck_merchant_statements_paid_fen,
    DROP CONSTRAINT ck_merchant_statements_paid,
    DROP CONSTRAINT ck_merchant_statements_charged,
    ADD CONSTRAINT ck_merchant_statements_status CHECK
        (status IN ('draft','sent','confirmed','payable','paid','claimed','returned','settled','reversed')),
    ADD CONSTRAINT ck_merchant_statements_paid_fen CHECK
        (paid_fen BETWEEN least(total_fen, 0) AND greatest(total_fen, 0)),
    ADD CONSTRAINT ck_merchant_statements_paid CHECK
        (status NOT IN ('paid','returned') OR paid_fen = total_fen),
    ADD CONSTRAINT ck_merchant_statements_charged CHECK
        (status NOT IN ('payable','paid','claimed','returned') OR (budget_id IS NOT NULL
            AND charged_by IS NOT NULL AND charged_at IS NOT NULL
            AND (total_fen > 0) = (status IN ('payable','paid')) AND total_fen <> 0));
ALTER TABLE statement_payments
    DROP CONSTRAINT ck_statement_payments_fen,
    ADD CONSTRAINT ck_statement_payments_fen CHECK (fen <> 0);
ALTER TABLE bank_rows
    DROP CONSTRAINT ck_bank_rows_fen,
    ADD CONSTRAINT ck_bank_rows_fen CHECK (fen <> 0);
"""


def upgrade() -> None:
    # Straight to the driver: the script holds many statements.
    op.get_bind().connection.driver_connection.execute(SQL)
