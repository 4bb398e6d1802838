"""What statements must agree with: their lines, their orders, the ledger, the payments, the budgets."""

from incentive.ledger.checks import Figure, register

register(
    "every statement comes to the sum of its lines",
    """
    SELECT s.id AS statement_id, s.serial, s.total_fen, coalesce(sum(l.amount_fen), 0) AS lines_fen
    FROM merchant_statements s LEFT JOIN statement_lines l ON l.statement_id = s.id
    GROUP BY s.id HAVING s.total_fen <> coalesce(sum(l.amount_fen), 0)
    """,
    Figure("fen on statements", "SELECT id AS key, total_fen AS amount FROM merchant_statements"),
    Figure(
        "fen on the lines of statements",
        "SELECT id AS key, statement_id, number, amount_fen AS amount FROM statement_lines",
    ),
)
register(
    "every line of a statement has the orders behind it",
    """
    SELECT l.id AS line_id, l.statement_id, l.number, l.quantity, coalesce(sum(o.quantity), 0) AS pieces
    FROM statement_lines l LEFT JOIN statement_orders o ON o.line_id = l.id
    WHERE l.kind <> 'correction'
    GROUP BY l.id HAVING l.quantity <> coalesce(sum(o.quantity), 0)
    """,
)
register(
    "a statement is charged in the ledger with its total, once, if it is payable",
    """
    SELECT s.id AS statement_id, s.serial, s.status, s.total_fen, t.id AS charge_id,
           e.amount AS charged_fen, r.id AS reversal_id
    FROM merchant_statements s
    LEFT JOIN transactions t ON t.key = concat_ws(':', 'statement', s.id, 'charge') AND t.kind = 'charge'
    LEFT JOIN accounts a ON a.owner = 'merchant:' || s.merchant_id AND a.purpose = 'payable'
        AND a.asset = 'fen'
    LEFT JOIN entries e ON e.transaction_id = t.id AND e.account_id = a.id
    LEFT JOIN transactions r ON r.closes = t.id
    WHERE (s.status IN ('payable', 'paid', 'claimed', 'returned')) <> (t.id IS NOT NULL AND r.id IS NULL)
       OR (t.id IS NOT NULL AND e.amount IS DISTINCT FROM s.total_fen)
    """,
    Figure(
        "fen of statements to be paid or paid",
        """
        SELECT id AS key, serial, total_fen AS amount FROM merchant_statements
        WHERE status IN ('payable', 'paid', 'claimed', 'returned')
        """,
    ),
    Figure(
        "fen charged in the ledger",
        """
        SELECT t.id AS key, t.source, sum(e.amount) AS amount
        FROM transactions t JOIN entries e ON e.transaction_id = t.id
        JOIN accounts a ON a.id = e.account_id AND a.purpose = 'payable' AND a.asset = 'fen'
        WHERE t.kind = 'charge' AND NOT EXISTS (SELECT FROM transactions r WHERE r.closes = t.id)
        GROUP BY t.id
        """,
        "bigint",
    ),
)
register(
    "what is owed to each merchant is what its payable statements leave open",
    """
    SELECT m.id AS merchant_id, m.name, coalesce(o.fen, 0) AS open_fen, coalesce(b.fen, 0) AS owed_fen
    FROM merchants m
    LEFT JOIN (SELECT merchant_id, sum(total_fen - paid_fen) AS fen FROM merchant_statements
               WHERE status IN ('payable', 'claimed') GROUP BY merchant_id) o ON o.merchant_id = m.id
    LEFT JOIN (SELECT a.owner, sum(e.amount) AS fen FROM accounts a JOIN entries e ON e.account_id = a.id
               WHERE a.purpose = 'payable' AND a.asset = 'fen'
               GROUP BY a.owner) b ON b.owner = 'merchant:' || m.id
    WHERE coalesce(o.fen, 0) <> coalesce(b.fen, 0)
    """,
)
register(
    "what is paid on each statement is its payments, in the books and in the ledger",
    """
    SELECT s.id AS statement_id, s.serial, s.paid_fen, coalesce(p.fen, 0) AS payments_fen,
           coalesce(l.fen, 0) AS ledger_fen
    FROM merchant_statements s
    LEFT JOIN (SELECT statement_id, sum(fen) AS fen FROM statement_payments
               WHERE taken_back_at IS NULL GROUP BY statement_id) p ON p.statement_id = s.id
    LEFT JOIN (SELECT t.source, sum(e.amount) AS fen
               FROM transactions t JOIN entries e ON e.transaction_id = t.id
               JOIN accounts a ON a.id = e.account_id AND a.purpose = 'paid' AND a.asset = 'fen'
               GROUP BY t.source) l ON l.source = 'statement:' || s.id
    WHERE s.paid_fen <> coalesce(p.fen, 0) OR s.paid_fen <> coalesce(l.fen, 0)
    """,
)
register(
    "what is spent of each budget is the statements charged to it",
    """
    SELECT b.id AS budget_id, b.sponsor_id, b.spent_fen, coalesce(sum(s.total_fen), 0) AS charged_fen
    FROM sponsor_budgets b
    LEFT JOIN merchant_statements s ON s.budget_id = b.id AND s.status IN ('payable', 'paid', 'claimed', 'returned')
    GROUP BY b.id HAVING b.spent_fen <> coalesce(sum(s.total_fen), 0)
    """,
)
register(
    "no order stands on two statements, and those on a reversed one stand on it no longer",
    """
    SELECT o.redemption_id, o.kind, o.statement_id, s.status
    FROM statement_orders o JOIN merchant_statements s ON s.id = o.statement_id
    WHERE (o.released_at IS NOT NULL) <> (s.status = 'reversed')
       OR (o.released_at IS NULL AND EXISTS (
            SELECT FROM statement_orders other
            WHERE other.redemption_id = o.redemption_id AND other.kind = o.kind
              AND other.released_at IS NULL AND other.line_id <> o.line_id))
    """,
)
register(
    "every order of a settled time stands on a statement, if its goods had a price agreed",
    """
    SELECT r.id AS redemption_id, given.effective_on AS day, a.id AS agreement_id, s.id AS statement_id
    FROM merchant_statements s
    JOIN price_agreements a ON a.merchant_id = s.merchant_id AND a.sponsor_id = s.sponsor_id
    JOIN redemptions r ON r.item_id = a.item_id AND r.status IN ('collected', 'refunded')
    JOIN transactions given ON given.key = concat_ws(':', 'redemption', r.id, 'collect')
        AND given.effective_on BETWEEN s.first_day AND s.last_day
        AND given.effective_on BETWEEN a.valid_from AND coalesce(a.valid_until, 'infinity')
    LEFT JOIN transactions back ON back.key = concat_ws(':', 'redemption', r.id, 'refund')
    WHERE s.status <> 'reversed' AND coalesce(back.effective_on > s.last_day, true)
      AND NOT EXISTS (SELECT FROM statement_orders o
                      WHERE o.redemption_id = r.id AND o.kind = 'given' AND o.released_at IS NULL)
    """,
)
register(
    "goods given back after they were settled are taken off a later statement",
    """
    SELECT r.id AS redemption_id, back.effective_on AS day, later.id AS statement_id
    FROM statement_orders o
    JOIN merchant_statements s ON s.id = o.statement_id
    JOIN redemptions r ON r.id = o.redemption_id AND r.status = 'refunded'
    JOIN transactions back ON back.key = concat_ws(':', 'redemption', r.id, 'refund')
    JOIN merchant_statements later ON later.merchant_id = s.merchant_id
        AND later.sponsor_id = s.sponsor_id AND later.status <> 'reversed'
        AND later.last_day >= back.effective_on AND later.made_at > s.made_at
    WHERE o.kind = 'given' AND o.released_at IS NULL
      AND NOT EXISTS (SELECT FROM statement_orders taken
                      WHERE taken.redemption_id = r.id AND taken.kind = 'returned'
                        AND taken.released_at IS NULL)
    """,
)
register(
    "what is owed or settled has the word of two persons",
    """
    SELECT s.id AS statement_id, s.serial, s.status, count(c.person_id) AS words
    FROM merchant_statements s
    LEFT JOIN statement_confirmations c ON c.statement_id = s.id AND c.revision = s.revision
        AND c.total_fen = s.total_fen
    WHERE s.status IN ('confirmed', 'payable', 'paid', 'claimed', 'returned', 'settled')
    GROUP BY s.id HAVING count(DISTINCT c.person_id) < 2
    """,
)
register(
    "what a transfer paid on statements comes to the transfer",
    """
    SELECT b.id AS bank_row_id, b.file_id, b.line, b.fen, sum(p.fen) AS paid_fen
    FROM bank_rows b JOIN statement_payments p ON p.bank_row_id = b.id AND p.taken_back_at IS NULL
    GROUP BY b.id HAVING b.fen <> sum(p.fen)
    """,
)
