"""What budgets must agree with: their uses, and the ledger's transactions behind these."""

from incentive.ledger.checks import Figure, register

register(
    "what a budget counts as issued is what was issued before it and its uses since",
    """
    SELECT b.id AS budget_id, b.issued, b.before, coalesce(sum(u.points), 0) AS used
    FROM budgets b LEFT JOIN budget_uses u ON u.budget_id = b.id
    GROUP BY b.id HAVING b.issued <> b.before + coalesce(sum(u.points), 0)
    """,
    Figure(
        "points that budgets count as issued",
        "SELECT id AS key, first_day, issued - before AS amount FROM budgets",
    ),
    Figure(
        "points of their uses",
        "SELECT key, budget_id, points AS amount FROM budget_uses",
        "text",
    ),
)
register(
    "every use of a budget is what its transaction took from issuance",
    """
    SELECT u.key, u.budget_id, u.points, coalesce(-sum(e.amount), 0) AS issued
    FROM budget_uses u
    LEFT JOIN transactions t ON t.key = u.key
    LEFT JOIN accounts a ON a.purpose = 'issuance' AND a.asset = 'points'
    LEFT JOIN entries e ON e.transaction_id = t.id AND e.account_id = a.id
    GROUP BY u.key, u.budget_id HAVING u.points <> coalesce(-sum(e.amount), 0)
    """,
)
register(
    "what a budget promises is what was approved and still waits",
    """
    SELECT b.id AS budget_id, b.promised, coalesce(sum(w.points), 0) AS approved
    FROM budgets b LEFT JOIN budget_waits w
      ON w.budget_id = b.id AND w.approved_by IS NOT NULL
    GROUP BY b.id HAVING b.promised <> coalesce(sum(w.points), 0)
    """,
)
