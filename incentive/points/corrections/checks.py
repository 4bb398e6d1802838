"""What corrections must agree with: the ledger, and each other."""

from incentive.ledger.checks import register

register(
    "every booked adjustment moved its points, and every adjustment in the ledger was proposed",
    """
    SELECT a.id AS adjustment_id, t.id AS transaction_id, t.key, a.points, sum(e.amount) AS moved
    FROM adjustments a
    FULL JOIN (SELECT * FROM transactions WHERE key LIKE 'adjustment:%') t
      ON t.key = 'adjustment:' || a.id
    LEFT JOIN accounts c ON c.owner = 'person:' || a.person_id AND c.asset = 'points'
    LEFT JOIN entries e ON e.transaction_id = t.id AND e.account_id = c.id
    GROUP BY a.id, t.id, t.key
    HAVING a.transaction_id IS DISTINCT FROM t.id
        OR (a.transaction_id IS NOT NULL AND coalesce(sum(e.amount), 0) <> a.points)
    """,
)
register(
    "what counts as undone of a transaction is what corrections and disputes took back or hold",
    """
    SELECT transaction_id, c.undone, x.undone AS taken_back
    FROM corrected c
    FULL JOIN (
        SELECT transaction_id, sum(points) AS undone
        FROM (SELECT corrects AS transaction_id, abs(points) AS points FROM adjustments
              WHERE status = 'booked' AND corrects IS NOT NULL
              UNION ALL
              SELECT transaction_id, held FROM disputes
              WHERE status IN ('open', CASE side WHEN 'given' THEN 'against_person'
                                                 ELSE 'for_person' END)) each_one
        GROUP BY transaction_id) x USING (transaction_id)
    WHERE coalesce(c.undone, 0) <> coalesce(x.undone, 0)
    """,
)
