"""What the ledger's own tables must agree on, whoever keeps facts beside them."""

from incentive.ledger.checks import Figure, register

register(
    "the entries of every transaction sum to zero, per asset",
    """
    SELECT e.transaction_id, a.asset, sum(e.amount) AS sum
    FROM entries e JOIN accounts a ON a.id = e.account_id
    GROUP BY e.transaction_id, a.asset HAVING sum(e.amount) <> 0
    """,
    Figure(
        "points that went into accounts",
        """
        SELECT e.transaction_id AS key, t.kind, sum(e.amount) AS amount
        FROM entries e JOIN accounts a ON a.id = e.account_id JOIN transactions t
          ON t.id = e.transaction_id
        WHERE a.asset = 'points' AND e.amount > 0 GROUP BY e.transaction_id, t.kind
        """,
        "bigint",
    ),
    Figure(
        "points that came out of accounts",
        """
        SELECT e.transaction_id AS key, t.kind, -sum(e.amount) AS amount
        FROM entries e JOIN accounts a ON a.id = e.account_id JOIN transactions t
          ON t.id = e.transaction_id
        WHERE a.asset = 'points' AND e.amount < 0 GROUP BY e.transaction_id, t.kind
        """,
        "bigint",
    ),
)
register(
    "every transaction has two entries or more",
    """
    SELECT t.id, t.key, count(e.line) AS entries
    FROM transactions t LEFT JOIN entries e ON e.transaction_id = t.id
    GROUP BY t.id HAVING count(e.line) < 2
    """,
)
register(
    "every entry belongs to a transaction and an account that are there",
    """
    SELECT e.transaction_id, e.line, e.account_id, t.key, a.owner
    FROM entries e
    LEFT JOIN transactions t ON t.id = e.transaction_id
    LEFT JOIN accounts a ON a.id = e.account_id
    WHERE t.id IS NULL OR a.id IS NULL
    """,
)
register(
    "every account is limited and funded as its owner, purpose and balance say",
    """
    SELECT a.id, a.owner, a.purpose, a.balance, a.limited, a.funded FROM accounts a
    WHERE a.limited <> (a.purpose IN ('available', 'held'))
       OR a.limited <> (a.owner LIKE 'person:%')
       OR a.funded <> (a.balance > 0)
    """,
)
register(
    "no person's account is below zero",
    """
    SELECT a.id, a.owner, a.purpose, a.balance FROM accounts a
    WHERE a.limited AND (a.balance < 0 OR EXISTS (
        SELECT FROM entries e WHERE e.account_id = a.id AND e.balance < 0))
    """,
)
register(
    "running balances and versions of persons' accounts follow each other without a gap",
    """
    SELECT * FROM (
        SELECT e.account_id, e.transaction_id, e.amount, e.balance, e.version,
               lag(e.balance, 1, 0::bigint) OVER w AS balance_before,
               lag(e.version, 1, 0::bigint) OVER w AS version_before
        FROM entries e JOIN accounts a ON a.id = e.account_id
        WHERE a.limited WINDOW w AS (PARTITION BY e.account_id ORDER BY e.version)) chain
    WHERE version IS NULL OR version <> version_before + 1 OR balance <> balance_before + amount
    """,
)
register(
    "every person's account stands at its last entry",
    """
    SELECT a.id, a.owner, a.purpose, a.balance, a.version,
           last.balance AS last_balance, last.version AS last_version
    FROM accounts a LEFT JOIN LATERAL (
        SELECT e.balance, e.version FROM entries e
        WHERE e.account_id = a.id AND e.version IS NOT NULL
        ORDER BY e.version DESC LIMIT 1) last ON true
    WHERE (a.balance, a.version) IS DISTINCT FROM
          (CASE WHEN a.limited THEN coalesce(last.balance, 0) ELSE 0 END,
           CASE WHEN a.limited THEN coalesce(last.version, 0) ELSE 0 END)
    """,
)
register(
    "what a person's statement adds up to is what their purses hold",
    """
    SELECT a.owner, a.asset, sum(a.balance) AS balance, sum(e.moved) AS statement
    FROM accounts a
    LEFT JOIN (SELECT account_id, sum(amount) AS moved FROM entries GROUP BY account_id) e
      ON e.account_id = a.id
    WHERE a.limited
    GROUP BY a.owner, a.asset HAVING sum(a.balance) <> coalesce(sum(e.moved), 0)
    """,
    Figure(
        "points in persons' purses",
        """
        SELECT owner AS key, sum(balance) AS amount FROM accounts
        WHERE limited AND asset = 'points' GROUP BY owner
        """,
        "text",
    ),
    Figure(
        "points on their statements",
        """
        SELECT a.owner AS key, sum(e.amount) AS amount
        FROM entries e JOIN accounts a ON a.id = e.account_id
        WHERE a.limited AND a.asset = 'points' GROUP BY a.owner
        """,
        "text",
    ),
)
register(
    "only persons' accounts carry running balances",
    """
    SELECT e.transaction_id, e.line, e.account_id FROM entries e
    JOIN accounts a ON a.id = e.account_id
    WHERE a.limited <> (e.balance IS NOT NULL)
    """,
)
register(
    "a transaction that closes another names an earlier one of the same source",
    """
    SELECT t.id, t.key, t.kind, t.closes FROM transactions t
    JOIN transactions c ON c.id = t.closes WHERE c.id >= t.id OR c.source <> t.source
    """,
)
register(
    "what a person's held purses contain is what their open holds put there",
    """
    SELECT a.owner, a.asset, a.expires_on, a.balance, coalesce(sum(e.amount), 0) AS open_holds
    FROM accounts a
    LEFT JOIN (entries e
        JOIN transactions h ON h.id = e.transaction_id AND h.kind = 'hold'
            AND NOT EXISTS (SELECT FROM transactions c WHERE c.closes = h.id)
    ) ON e.account_id = a.id
    WHERE a.purpose = 'held'
    GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0)
    """,
    Figure(
        "points in held purses",
        """
        SELECT owner AS key, sum(balance) AS amount FROM accounts
        WHERE purpose = 'held' AND asset = 'points' GROUP BY owner
        """,
        "text",
    ),
    Figure(
        "points of open holds",
        """
        SELECT h.id AS key, h.source, sum(e.amount) AS amount
        FROM transactions h
        JOIN entries e ON e.transaction_id = h.id
        JOIN accounts a ON a.id = e.account_id AND a.purpose = 'held' AND a.asset = 'points'
        WHERE h.kind = 'hold' AND NOT EXISTS (SELECT FROM transactions c WHERE c.closes = h.id)
        GROUP BY h.id
        """,
        "bigint",
    ),
)
register(
    "what closes a hold takes out of the held purses just what it put there",
    """
    SELECT c.id, c.key, c.kind, e.account_id, sum(e.amount) AS left_over
    FROM transactions c
    JOIN transactions h ON h.id = c.closes AND h.kind = 'hold'
    JOIN entries e ON e.transaction_id IN (c.id, h.id)
    JOIN accounts a ON a.id = e.account_id AND a.purpose = 'held'
    GROUP BY c.id, e.account_id HAVING sum(e.amount) <> 0
    """,
)
register(
    "nothing expired before its day was over",
    """
    SELECT t.id, t.key, a.owner, a.expires_on, t.posted_at
    FROM transactions t
    JOIN entries e ON e.transaction_id = t.id
    JOIN accounts a ON a.id = e.account_id AND a.purpose = 'available'
    WHERE t.kind = 'expiry'
      AND (t.effective_on <= a.expires_on OR t.posted_at < a.expires_on)
    """,
)
