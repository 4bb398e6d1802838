"""What rules in force must be: what was simulated, and approved by a second person."""

from incentive.ledger.checks import Figure, register

register(
    "all rules in force but the first are the draft that was simulated and a second person approved",
    """
    SELECT v.id AS version_id, v.effective_from, v.draft_id, d.state
    FROM rule_versions v LEFT JOIN rule_drafts d ON d.id = v.draft_id
    WHERE v.id <> '00000000-0000-7000-8000-000000000001' AND (
        d.id IS NULL OR d.state <> 'approved' OR v.approved_by IS NULL
        OR (v.document, v.effective_from, v.created_by, v.approved_by)
           IS DISTINCT FROM (d.document, d.effective_from, d.proposed_by, d.decided_by)
        OR v.approved_by = v.created_by
        OR d.document_hash <> sha256(convert_to(v.document::text, 'UTF8'))
        OR NOT EXISTS (SELECT FROM simulations s WHERE s.draft_id = d.id AND s.error = ''
                       AND s.finished_at IS NOT NULL AND s.document_hash = d.document_hash))
    """,
    Figure(
        "rules approved",
        "SELECT id AS key, effective_from, 1 AS amount FROM rule_drafts WHERE state = 'approved'",
    ),
    Figure(
        "rules in force but the first",
        """
        SELECT id AS key, effective_from, 1 AS amount FROM rule_versions
        WHERE id <> '00000000-0000-7000-8000-000000000001'
        """,
    ),
)
register(
    "every award was paid by the rules in force on its day",
    """
    SELECT a.service_record_id, a.day, v.effective_from AS paid_by, n.effective_from AS next_rules
    FROM awards a JOIN rule_versions v ON v.id = a.rule_version_id
    LEFT JOIN LATERAL (SELECT min(l.effective_from) AS effective_from FROM rule_versions l
                       WHERE l.effective_from > v.effective_from) n ON true
    WHERE a.day < v.effective_from OR a.day >= n.effective_from
    """,
)
