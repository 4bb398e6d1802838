"""Indexes for what auditors look for in the ledger, on days, on what is rare, large or by hand.

A posting pays for none of them: the first two are summaries of stretches of the table, and the
others leave out what is posted all day long.
"""

from alembic import op

revision = "0017_browsing"
down_revision = "0016_merchants"
branch_labels = None
depends_on = None

STEPS = """
CREATE INDEX ix_transactions_effective_on ON transactions
    USING brin (effective_on date_minmax_multi_ops) WITH (autosummarize);
CREATE INDEX ix_transactions_posted_at ON transactions USING brin (posted_at) WITH (autosummarize);
CREATE INDEX ix_transactions_rare ON transactions (kind, id) WHERE kind IN
    ('refund', 'adjustment', 'reversal', 'transfer', 'donation', 'charge', 'payment');
CREATE INDEX ix_transactions_by_hand ON transactions (actor, id) WHERE actor LIKE 'person:%';
CREATE INDEX ix_entries_large ON entries (abs(amount), transaction_id) WHERE abs(amount) >= 1000
"""


def upgrade() -> None:
    for step in STEPS.split(";"):
        # Straight to the driver: the script holds a % sign.
        op.get_bind().connection.driver_connection.execute(step)
