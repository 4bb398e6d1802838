"""What gifts must agree with in the ledger."""

from incentive.ledger.checks import Figure, register

register(
    "every gift moved its points from who gave it to who got it, and no others were moved so",
    """
    SELECT g.id AS gift_id, t.id AS transaction_id, t.kind, g.points
    FROM gifts g
    FULL JOIN (SELECT * FROM transactions WHERE kind IN ('transfer', 'donation')) t
      ON t.id = g.transaction_id
    WHERE g.id IS NULL OR t.id IS NULL OR t.kind <> g.kind OR t.key <> 'gift:' || g.id
       OR g.points IS DISTINCT FROM (
            SELECT -sum(e.amount) FROM entries e JOIN accounts a ON a.id = e.account_id
            WHERE e.transaction_id = t.id AND a.owner = 'person:' || g.giver_id)
       OR g.points IS DISTINCT FROM (
            SELECT sum(e.amount) FROM entries e JOIN accounts a ON a.id = e.account_id
            WHERE e.transaction_id = t.id AND a.owner = g.recipient)
    """,
    Figure("points given away", "SELECT id AS key, kind, points AS amount FROM gifts"),
    Figure(
        "points that transfers and donations moved",
        """
        SELECT t.id AS key, t.kind, sum(e.amount) AS amount
        FROM transactions t JOIN entries e ON e.transaction_id = t.id AND e.amount > 0
        WHERE t.kind IN ('transfer', 'donation') GROUP BY t.id
        """,
        "bigint",
    ),
)
register(
    "a transfer leaves every point its expiry",
    """
    SELECT t.id, t.key, a.expires_on, sum(e.amount) AS moved
    FROM transactions t
    JOIN entries e ON e.transaction_id = t.id
    JOIN accounts a ON a.id = e.account_id
    WHERE t.kind = 'transfer'
    GROUP BY t.id, a.expires_on HAVING sum(e.amount) <> 0
    """,
)
