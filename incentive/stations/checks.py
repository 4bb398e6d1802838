"""What stations must agree with: stock with its movements, orders with the ledger beside them."""

from incentive.ledger.checks import Figure, register

register(
    "every item's stock is the sum of its movements",
    """
    SELECT i.id AS item_id, i.stock, coalesce(sum(m.delta), 0) AS moved
    FROM items i LEFT JOIN stock_movements m ON m.item_id = i.id
    GROUP BY i.id HAVING i.stock <> coalesce(sum(m.delta), 0)
    """,
    Figure("pieces in stock", "SELECT id AS key, name, stock AS amount FROM items"),
    Figure(
        "pieces received and given back, less those taken off",
        "SELECT id AS key, item_id, kind, at, delta AS amount FROM stock_movements",
        "bigint",
    ),
)
register(
    "what lies on the shelf is the sum of what came and went",
    """
    SELECT i.id AS item_id, i.on_shelf, coalesce(sum(m.shelf), 0) AS moved
    FROM items i LEFT JOIN stock_movements m ON m.item_id = i.id
    GROUP BY i.id HAVING i.on_shelf <> coalesce(sum(m.shelf), 0)
    """,
    Figure("pieces on the shelf", "SELECT id AS key, name, on_shelf AS amount FROM items"),
    Figure(
        "pieces that came, less those that went",
        "SELECT id AS key, item_id, kind, at, shelf AS amount FROM stock_movements",
        "bigint",
    ),
)
register(
    "what lies on the shelf and is not free is what open orders hold",
    """
    SELECT i.id AS item_id, i.stock, i.on_shelf, coalesce(sum(r.quantity), 0) AS held
    FROM items i LEFT JOIN redemptions r ON r.item_id = i.id AND r.status = 'held'
    GROUP BY i.id HAVING i.on_shelf - i.stock <> coalesce(sum(r.quantity), 0)
    """,
    Figure(
        "pieces on the shelf that are not free",
        "SELECT id AS key, name, on_shelf - stock AS amount FROM items",
    ),
    Figure(
        "pieces that open orders hold",
        """
        SELECT id AS key, item_id, held_at, quantity AS amount FROM redemptions
        WHERE status = 'held'
        """,
    ),
)
register(
    "every order took its goods off once, left the shelf if it was handed over, and those given"
    " back are back",
    """
    SELECT r.id AS redemption_id, r.status, r.quantity, coalesce(sum(m.delta), 0) AS moved,
           coalesce(sum(m.shelf), 0) AS moved_on_shelf
    FROM redemptions r LEFT JOIN stock_movements m
      ON m.redemption_id = r.id AND m.item_id = r.item_id
    GROUP BY r.id
    HAVING count(*) FILTER (WHERE m.kind = 'held') <> 1
        OR count(*) FILTER (WHERE m.kind = 'given')
           <> (r.status IN ('collected', 'refunded'))::int
        OR NOT CASE r.status
        WHEN 'held' THEN (coalesce(sum(m.delta), 0), coalesce(sum(m.shelf), 0)) = (-r.quantity, 0)
        WHEN 'collected' THEN
            (coalesce(sum(m.delta), 0), coalesce(sum(m.shelf), 0)) = (-r.quantity, -r.quantity)
        WHEN 'refunded' THEN coalesce(sum(m.delta), 0) IN (0, -r.quantity)
            AND coalesce(sum(m.delta), 0) = coalesce(sum(m.shelf), 0)
        ELSE (coalesce(sum(m.delta), 0), coalesce(sum(m.shelf), 0)) = (0, 0) END
    """,
    Figure(
        "pieces ordered",
        "SELECT id AS key, status, held_at, quantity AS amount FROM redemptions",
    ),
    Figure(
        "pieces held for orders",
        """
        SELECT id AS key, item_id, redemption_id, at, -delta AS amount FROM stock_movements
        WHERE kind = 'held'
        """,
        "bigint",
    ),
)
register(
    "a correction takes back just what it names, which came before it",
    """
    SELECT c.id, c.corrects_id, c.delta, w.kind, w.delta AS wrong
    FROM stock_movements c JOIN stock_movements w ON w.id = c.corrects_id
    WHERE c.delta <> -w.delta OR c.id <= w.id
       OR w.kind NOT IN ('received', 'spoiled', 'sent_back')
    """,
)
register(
    "every order holds its points, and the hold ended the way the order did",
    """
    SELECT r.id AS redemption_id, r.status, r.points, h.id AS hold_id, c.kind AS closed_by,
           f.kind AS then_closed_by,
           (SELECT sum(e.amount) FROM entries e JOIN accounts a ON a.id = e.account_id
            WHERE e.transaction_id = h.id AND a.purpose = 'held'
              AND a.owner = 'person:' || r.person_id) AS held
    FROM redemptions r
    LEFT JOIN transactions h ON h.source = 'redemption:' || r.id AND h.kind = 'hold'
    LEFT JOIN transactions c ON c.closes = h.id
    LEFT JOIN transactions f ON f.closes = c.id
    WHERE h.id IS NULL
       OR (c.kind, f.kind) IS DISTINCT FROM
          (CASE WHEN r.status IN ('collected', 'refunded') THEN 'redemption'
                WHEN r.status IN ('cancelled', 'lapsed') THEN 'release' END,
           CASE WHEN r.status = 'refunded' THEN 'refund' END)
       OR r.points IS DISTINCT FROM (
            SELECT sum(e.amount) FROM entries e JOIN accounts a ON a.id = e.account_id
            WHERE e.transaction_id = h.id AND a.purpose = 'held'
              AND a.owner = 'person:' || r.person_id)
    """,
    Figure(
        "points of orders still to be collected",
        """
        SELECT id AS key, station_id, held_at, points AS amount FROM redemptions
        WHERE status = 'held'
        """,
    ),
    Figure(
        "points on hold for orders",
        """
        SELECT h.id AS key, h.source, sum(e.amount) AS amount
        FROM transactions h
        JOIN entries e ON e.transaction_id = h.id
        JOIN accounts a ON a.id = e.account_id AND a.purpose = 'held'
        WHERE h.kind = 'hold' AND h.source LIKE 'redemption:%'
          AND NOT EXISTS (SELECT FROM transactions c WHERE c.closes = h.id)
        GROUP BY h.id
        """,
        "bigint",
    ),
)
register(
    "what came to a station for orders is what those handed over and not refunded cost",
    """
    SELECT owner, orders, income
    FROM (SELECT 'station:' || station_id AS owner, sum(points) AS orders FROM redemptions
          WHERE status = 'collected' GROUP BY station_id) given
    FULL JOIN (SELECT a.owner, sum(e.amount) AS income
          FROM accounts a JOIN entries e ON e.account_id = a.id
          JOIN transactions t ON t.id = e.transaction_id AND t.kind IN ('redemption', 'refund')
          WHERE a.purpose = 'income' AND a.asset = 'points' GROUP BY a.owner) got USING (owner)
    WHERE coalesce(orders, 0) <> coalesce(income, 0)
    """,
    Figure(
        "points of orders handed over and not refunded",
        """
        SELECT id AS key, station_id, collected_at, points AS amount FROM redemptions
        WHERE status = 'collected'
        """,
    ),
    Figure(
        "points that came to stations for orders, less those that went back",
        """
        SELECT t.id AS key, t.kind, t.source, sum(e.amount) AS amount
        FROM accounts a JOIN entries e ON e.account_id = a.id
        JOIN transactions t ON t.id = e.transaction_id AND t.kind IN ('redemption', 'refund')
        WHERE a.purpose = 'income' AND a.asset = 'points' GROUP BY t.id
        """,
        "bigint",
    ),
)
register(
    "every collected order is one redemption of its points, paid to its station",
    """
    SELECT r.id AS redemption_id, r.points, count(t.id) AS redemptions, sum(e.amount) AS paid
    FROM redemptions r
    LEFT JOIN transactions t ON t.source = 'redemption:' || r.id AND t.kind = 'redemption'
    LEFT JOIN accounts a ON a.owner = 'station:' || r.station_id AND a.purpose = 'income'
    LEFT JOIN entries e ON e.transaction_id = t.id AND e.account_id = a.id
    WHERE r.status IN ('collected', 'refunded')
    GROUP BY r.id
    HAVING count(t.id) <> 1 OR sum(e.amount) IS DISTINCT FROM r.points
    """,
)
register(
    "every refund took from the station what the redemption had paid it",
    """
    SELECT r.id AS redemption_id, r.points, count(t.id) AS refunds, sum(e.amount) AS paid
    FROM redemptions r
    LEFT JOIN transactions t ON t.source = 'redemption:' || r.id AND t.kind = 'refund'
    LEFT JOIN accounts a ON a.owner = 'station:' || r.station_id AND a.purpose = 'income'
    LEFT JOIN entries e ON e.transaction_id = t.id AND e.account_id = a.id
    GROUP BY r.id
    HAVING count(t.id) <> (r.status = 'refunded')::int
        OR (r.status = 'refunded' AND sum(e.amount) IS DISTINCT FROM -r.points)
    """,
)
register(
    "every transaction of an order in the ledger is of an order in the books",
    """
    SELECT t.id, t.key, t.kind, t.source FROM transactions t
    WHERE t.source LIKE 'redemption:%' AND NOT EXISTS (
        SELECT FROM redemptions r WHERE 'redemption:' || r.id = t.source)
    """,
)
register(
    "every booked stocktake moved just what its last counts found, and was booked by a second person",
    """
    SELECT s.id AS stocktake_id, s.status, l.item_id, c.difference, m.shelf AS booked, s.closed_by
    FROM stocktakes s
    JOIN stocktake_lines l ON l.stocktake_id = s.id
    LEFT JOIN LATERAL (
        SELECT k.difference FROM stocktake_counts k
        WHERE k.stocktake_id = s.id AND k.item_id = l.item_id ORDER BY k.id DESC LIMIT 1) c ON true
    LEFT JOIN stock_movements m ON m.stocktake_id = s.id AND m.item_id = l.item_id
    WHERE (s.status = 'booked' AND (c.difference IS NULL
            OR coalesce(m.shelf, 0) <> c.difference
            OR EXISTS (SELECT FROM stocktake_counts k
                       WHERE k.stocktake_id = s.id AND k.counted_by = s.closed_by)))
       OR (s.status <> 'booked' AND m.id IS NOT NULL)
    """,
)
register(
    "every signed day follows the one before it, and names movements that were there",
    """
    SELECT d.station_id, d.day, d.version, d.last_movement_id FROM day_closes d
    WHERE (d.version > 1 AND NOT EXISTS (
            SELECT FROM day_closes b WHERE b.station_id = d.station_id AND b.day = d.day
              AND b.version = d.version - 1 AND b.last_movement_id <= d.last_movement_id
              AND b.last_transaction_id <= d.last_transaction_id))
       OR (d.last_movement_id > 0 AND NOT EXISTS (
            SELECT FROM stock_movements m
            WHERE m.id = d.last_movement_id AND m.station_id = d.station_id))
    """,
)
register(
    "nobody cleared a finding about themselves",
    """
    SELECT d.id, d.kind, d.station_id, c.cleared_by FROM discrepancies d
    JOIN discrepancy_clearings c ON c.discrepancy_id = d.id WHERE c.cleared_by = d.person_id
    """,
)
