"""What the kept balances must agree on with the entries: no reader looks further back than they go."""

from incentive.ledger.checks import Figure, register

_READ = """
    SELECT a.id AS key, a.owner, a.purpose, coalesce(s.balance, 0) + coalesce(e.moved, 0) AS amount
    FROM accounts a
    LEFT JOIN LATERAL (SELECT * FROM account_snapshots s WHERE s.account_id = a.id
                       ORDER BY s.position DESC LIMIT 1) s ON true
    LEFT JOIN LATERAL (SELECT sum(e.amount) AS moved FROM entries e WHERE e.account_id = a.id
                       AND e.transaction_id > coalesce(s.position, 0)) e ON true
    WHERE NOT a.limited AND a.asset = 'points'
"""
_SUMMED = """
    SELECT a.id AS key, a.owner, a.purpose, sum(e.amount) AS amount
    FROM accounts a JOIN entries e ON e.account_id = a.id
    WHERE NOT a.limited AND a.asset = 'points' GROUP BY a.id
"""

register(
    "every kept balance is the sum of the account's entries up to its position",
    """
    SELECT s.account_id, a.owner, a.purpose, s.position, s.balance, e.balance AS sum,
           s.entries, e.entries AS counted, s.credited, e.credited AS summed_credits,
           s.booked_until, e.booked_until AS last_booked, e.next_from
    FROM account_snapshots s
    JOIN snapshot_marks m ON true
    LEFT JOIN accounts a ON a.id = s.account_id AND NOT a.limited
    LEFT JOIN (
        SELECT e.account_id, e.transaction_id,
               sum(count(*)) OVER upward AS entries,
               sum(sum(e.amount)) OVER upward AS balance,
               sum(sum(greatest(e.amount, 0))) OVER upward AS credited,
               max(max(t.posted_at)) OVER upward AS booked_until,
               min(min(t.posted_at)) OVER (PARTITION BY e.account_id ORDER BY e.transaction_id DESC
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS next_from
        FROM entries e JOIN transactions t ON t.id = e.transaction_id
        WHERE e.account_id IN (SELECT account_id FROM account_snapshots)
        GROUP BY e.account_id, e.transaction_id
        WINDOW upward AS (PARTITION BY e.account_id ORDER BY e.transaction_id)
    ) e ON e.account_id = s.account_id AND e.transaction_id = s.position
    WHERE a.id IS NULL OR s.position > m.reached OR s.booked_until > e.next_from
       OR (s.entries, s.balance, s.credited, s.booked_until)
          IS DISTINCT FROM (e.entries, e.balance, e.credited, e.booked_until)
    """,
    Figure("points of regions, stations and others as they are read", _READ, "bigint"),
    Figure("points of all their entries", _SUMMED, "bigint"),
)
register(
    "every kept balance of a day is the sum of what belongs to it and to the days before",
    """
    SELECT account_id, day, k.balance, e.balance AS sum, k.entries, e.entries AS counted,
           k.credited, e.credited AS summed_credits
    FROM (
        SELECT DISTINCT ON (d.account_id, d.day) d.* FROM account_days d
        ORDER BY d.account_id, d.day, d.position DESC
    ) k
    FULL JOIN (
        SELECT e.account_id, t.effective_on AS day,
               sum(count(*)) OVER upward AS entries,
               sum(sum(e.amount)) OVER upward AS balance,
               sum(sum(greatest(e.amount, 0))) OVER upward AS credited
        FROM (SELECT account_id, max(position) AS upto FROM account_snapshots GROUP BY account_id) s
        JOIN entries e ON e.account_id = s.account_id AND e.transaction_id <= s.upto
        JOIN transactions t ON t.id = e.transaction_id
        GROUP BY e.account_id, t.effective_on
        WINDOW upward AS (PARTITION BY e.account_id ORDER BY t.effective_on)
    ) e USING (account_id, day)
    WHERE (k.entries, k.balance, k.credited) IS DISTINCT FROM (e.entries, e.balance, e.credited)
    """,
)
