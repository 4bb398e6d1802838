"""What erasures must agree with in the ledger, and what may not be left of the erased."""

from incentive.ledger.checks import register

register(
    "an erasure took just the points that were given up, and nobody else's went so",
    """
    SELECT r.id AS erasure_id, t.id AS transaction_id, r.points
    FROM (SELECT * FROM erasures WHERE points > 0) r
    FULL JOIN (SELECT * FROM transactions WHERE key LIKE 'erasure:%') t ON t.key = 'erasure:' || r.id
    WHERE r.id IS NULL OR t.id IS NULL OR r.points IS DISTINCT FROM (
            SELECT -sum(e.amount) FROM entries e JOIN accounts a ON a.id = e.account_id
            WHERE e.transaction_id = t.id AND a.owner = 'person:' || r.person_id)
    """,
)
register(
    "whose erasure is done has nothing sealed, nothing to be found by, and no way to sign in",
    """
    SELECT p.id AS person_id, p.status
    FROM erasures r JOIN persons p ON p.id = r.person_id
    WHERE r.status = 'done'
      AND (p.status <> 'erased'
        OR num_nonnulls(p.name_sealed, p.phone_sealed, p.id_number_sealed, p.birth_month_sealed,
                        p.address_sealed, p.name_blind, p.phone_blind, p.id_number_blind) > 0
        OR EXISTS (SELECT FROM passwords w WHERE w.person_id = p.id)
        OR EXISTS (SELECT FROM linked_identities l WHERE l.person_id = p.id)
        OR EXISTS (SELECT FROM sign_ins s WHERE s.person_id = p.id AND s.revoked_at IS NULL))
    """,
)
