"""What the awards must agree with: the records below them and the ledger beside them."""

from incentive.ledger.checks import register

register(
    "every settled record has exactly one award, and no other record has one",
    """
    SELECT r.id AS record_id, r.status, r.settled_at, a.awarded_at
    FROM service_records r FULL JOIN awards a ON a.service_record_id = r.id
    WHERE (r.settled_at IS NOT NULL) <> (a.service_record_id IS NOT NULL) OR r.id IS NULL
    """,
)
register(
    "every award's points are what its transaction gave the person",
    """
    SELECT a.service_record_id, a.points, a.transaction_id, t.kind, sum(e.amount) AS given
    FROM awards a
    LEFT JOIN transactions t ON t.id = a.transaction_id
    LEFT JOIN accounts c ON c.owner = 'person:' || a.person_id AND c.purpose = 'available'
    LEFT JOIN entries e ON e.transaction_id = t.id AND e.account_id = c.id
    WHERE a.points > 0
    GROUP BY a.service_record_id, t.id
    HAVING t.key IS DISTINCT FROM 'award:' || a.service_record_id
        OR coalesce(sum(e.amount), 0) <> a.points
    """,
)
register(
    "every award in the ledger is of a settled record",
    """
    SELECT t.id, t.key FROM transactions t LEFT JOIN awards a ON a.transaction_id = t.id
    WHERE t.kind = 'award' AND a.transaction_id IS NULL
    """,
)
