"""What the awards must agree with: the records below them and the ledger beside them."""

from incentive.ledger.checks import Figure, register

register(
    "every settled record has exactly one award, and no other record has one",
    """
    SELECT coalesce(r.id, u.record_id) AS record_id, r.status, u.lane, u.retry_at, a.awarded_at
    FROM service_records r
    FULL JOIN unsettled_records u ON u.record_id = r.id
    FULL JOIN awards a ON a.service_record_id = r.id
    WHERE r.id IS NULL
       OR (r.status = 'verified' AND u.record_id IS NULL) <> (a.service_record_id IS NOT NULL)
       OR u.record_id IS NOT NULL AND r.status <> 'verified'
    """,
    Figure(
        "records settled",
        """
        SELECT r.id AS key, r.day, r.minutes, r.decided_at, 1 AS amount FROM service_records r
        WHERE r.status = 'verified'
          AND NOT EXISTS (SELECT FROM unsettled_records u WHERE u.record_id = r.id)
        """,
    ),
    Figure(
        "awards",
        "SELECT service_record_id AS key, day, points, awarded_at, 1 AS amount FROM awards",
    ),
)
register(
    "all records of a person are in one lane of the settlement",
    """
    SELECT u.record_id, u.lane FROM unsettled_records u
    JOIN service_records r ON r.id = u.record_id WHERE u.lane <> settlement_lane(r.person_id)
    """,
    Figure(
        "records to be settled",
        "SELECT record_id AS key, lane, retry_at, 1 AS amount FROM unsettled_records",
    ),
    Figure(
        "of those, in their persons' lanes",
        """
        SELECT u.record_id AS key, u.lane, u.retry_at, 1 AS amount FROM unsettled_records u
        JOIN service_records r ON r.id = u.record_id AND u.lane = settlement_lane(r.person_id)
        """,
    ),
)
register(
    "every verified record was paid, is set aside by name, or was verified less than a day ago",
    """
    SELECT r.id AS record_id, r.day, r.minutes, r.decided_at
    FROM unsettled_records u JOIN service_records r ON r.id = u.record_id
    WHERE r.decided_at < now() - interval '1 day'
      AND NOT EXISTS (SELECT FROM settlement_failures f WHERE f.service_record_id = r.id)
    """,
    Figure(
        "records verified",
        """
        SELECT id AS key, day, minutes, decided_at, 1 AS amount FROM service_records
        WHERE status = 'verified'
        """,
    ),
    Figure(
        "records paid, set aside or waiting",
        """
        SELECT r.id AS key, r.day,
               CASE WHEN u.record_id IS NULL THEN 'paid'
                    WHEN f.code IS NOT NULL THEN 'set aside: ' || f.code
                    ELSE 'waiting' END AS state, 1 AS amount
        FROM service_records r
        LEFT JOIN unsettled_records u ON u.record_id = r.id
        LEFT JOIN settlement_failures f ON f.service_record_id = r.id
        WHERE r.status = 'verified' AND (u.record_id IS NULL OR f.code IS NOT NULL
                                         OR r.decided_at >= now() - interval '1 day')
        """,
    ),
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
    Figure(
        "points awarded",
        """
        SELECT service_record_id AS key, day, transaction_id, points AS amount FROM awards
        WHERE points > 0
        """,
    ),
    Figure(
        "points that persons got by awards",
        """
        SELECT t.id AS key, t.source, t.effective_on, sum(e.amount) AS amount
        FROM transactions t JOIN entries e ON e.transaction_id = t.id
        JOIN accounts a ON a.id = e.account_id AND a.purpose = 'available'
        WHERE t.kind = 'award' GROUP BY t.id
        """,
        "bigint",
    ),
)
register(
    "what the awards of a region's activities come to is what its issuance account gave for them",
    """
    SELECT owner, awarded, issued
    FROM (SELECT 'region:' || v.region_id AS owner, sum(w.points) AS awarded
          FROM awards w JOIN activities v ON v.id = w.activity_id
          WHERE w.points > 0 GROUP BY v.region_id) earned
    FULL JOIN (SELECT a.owner, -sum(e.amount) AS issued
          FROM transactions t JOIN entries e ON e.transaction_id = t.id
          JOIN accounts a ON a.id = e.account_id AND a.purpose = 'issuance'
          WHERE t.kind = 'award' GROUP BY a.owner) given USING (owner)
    WHERE awarded IS DISTINCT FROM issued
    """,
    Figure(
        "points awarded, by region",
        """
        SELECT v.region_id AS key, count(*) AS awards, sum(w.points) AS amount
        FROM awards w JOIN activities v ON v.id = w.activity_id
        WHERE w.points > 0 GROUP BY v.region_id
        """,
    ),
    Figure(
        "points issued for awards, by region",
        """
        SELECT a.owner AS key, count(*) AS transactions, -sum(e.amount) AS amount
        FROM transactions t JOIN entries e ON e.transaction_id = t.id
        JOIN accounts a ON a.id = e.account_id AND a.purpose = 'issuance'
        WHERE t.kind = 'award' GROUP BY a.owner
        """,
        "text",
    ),
)
register(
    "every award in the ledger is of a settled record",
    """
    SELECT t.id, t.key FROM transactions t LEFT JOIN awards a ON a.transaction_id = t.id
    WHERE t.kind = 'award' AND a.transaction_id IS NULL
    """,
    Figure(
        "award transactions in the ledger",
        "SELECT id AS key, source, effective_on, 1 AS amount FROM transactions WHERE kind = 'award'",
        "bigint",
    ),
    Figure(
        "awards of one point or more",
        "SELECT service_record_id AS key, day, points, 1 AS amount FROM awards WHERE points > 0",
    ),
)
