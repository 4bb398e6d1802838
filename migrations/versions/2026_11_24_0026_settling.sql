-- Settling thousands of records at once. docs/decisions/0006 says why. {schema} is the jurisdiction's.

-- As before, in one statement for each table, so that none of them joins what another has just
-- written: how many rows that is, the planner cannot know. One answer for each key.
CREATE OR REPLACE FUNCTION ledger_post(
    p_key text[], p_hash bytea[], p_kind text[], p_source text[], p_reason text[], p_actor text[],
    p_effective_on date[], p_closes bigint[],
    e_transaction int[], e_owner text[], e_asset text[], e_purpose text[], e_expires_on date[],
    e_amount bigint[]
) RETURNS TABLE (key text, transaction_id bigint, outcome text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    bad text;
    account bigint[];
    fresh bigint[];
    known bigint[];
BEGIN
    SELECT p_key[coalesce(e.t, 0)] INTO bad
    FROM unnest(e_transaction, e_asset, e_amount) AS e (t, asset, amount)
    GROUP BY e.t, e.asset
    HAVING sum(e.amount) IS DISTINCT FROM 0 OR bool_or(e.amount = 0)
        OR e.t IS NULL OR e.t NOT BETWEEN 1 AND cardinality(p_key)
    LIMIT 1;
    IF FOUND OR cardinality(e_transaction) = 0
       OR (SELECT count(DISTINCT t) FROM unnest(e_transaction) t) <> cardinality(p_key)
       OR (SELECT count(DISTINCT k) FROM unnest(p_key) k) <> cardinality(p_key) THEN
        RAISE EXCEPTION 'transaction % does not balance, or comes twice', bad USING ERRCODE = 'LG003';
    END IF;

    account := ledger_accounts(e_owner, e_asset, e_purpose, e_expires_on);
    IF array_position(account, NULL) IS NOT NULL THEN
        INSERT INTO accounts (owner, asset, purpose, expires_on)
        SELECT DISTINCT e.owner, e.asset, e.purpose, e.expires_on
        FROM unnest(account, e_owner, e_asset, e_purpose, e_expires_on)
            AS e (account, owner, asset, purpose, expires_on)
        WHERE e.account IS NULL
        ORDER BY e.owner, e.asset, e.purpose, e.expires_on
        ON CONFLICT DO NOTHING;
        account := ledger_accounts(e_owner, e_asset, e_purpose, e_expires_on);
    END IF;

    -- One order for everybody, so that two postings never wait for each other.
    PERFORM FROM accounts a WHERE a.id = ANY (account) AND a.limited ORDER BY a.id FOR NO KEY UPDATE;

    WITH posted AS (
        INSERT INTO transactions (key, request_hash, kind, source, reason, actor, effective_on, closes)
        SELECT r.key, r.hash, r.kind, r.source, r.reason, r.actor, r.effective_on, r.closes
        FROM unnest(p_key, p_hash, p_kind, p_source, p_reason, p_actor, p_effective_on, p_closes)
            WITH ORDINALITY AS r (key, hash, kind, source, reason, actor, effective_on, closes, t)
        ORDER BY r.t
        ON CONFLICT ON CONSTRAINT uq_transactions_key DO NOTHING
        RETURNING id
    )
    SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO fresh FROM posted;
    -- From here on `fresh` has one place for each transaction, empty if it was known.
    IF cardinality(fresh) < cardinality(p_key) THEN
        SELECT array_agg(k.id ORDER BY r.t),
               array_agg(CASE WHEN k.id = ANY (fresh) THEN k.id END ORDER BY r.t)
        INTO known, fresh
        FROM unnest(p_key, p_hash) WITH ORDINALITY AS r (key, hash, t)
        JOIN transactions k ON k.key = r.key AND k.request_hash = r.hash;
        IF cardinality(known) IS DISTINCT FROM cardinality(p_key) THEN
            RAISE EXCEPTION 'an idempotency key was used for another request' USING ERRCODE = 'LG002';
        END IF;
    END IF;

    INSERT INTO entries (transaction_id, line, account_id, amount, balance, version)
    SELECT fresh[e.t], row_number() OVER (PARTITION BY e.t ORDER BY e.n), a.id, e.amount,
           CASE WHEN a.limited THEN a.balance + sum(e.amount) OVER w END,
           CASE WHEN a.limited THEN a.version + row_number() OVER w END
    FROM unnest(e_transaction, account, e_amount) WITH ORDINALITY AS e (t, account, amount, n)
    JOIN accounts a ON a.id = e.account
    WHERE fresh[e.t] IS NOT NULL
    WINDOW w AS (PARTITION BY a.id ORDER BY e.t, e.n ROWS UNBOUNDED PRECEDING)
    ORDER BY e.n;
    UPDATE accounts a SET balance = a.balance + m.amount, version = a.version + m.entries,
                          funded = a.balance + m.amount > 0
    FROM (SELECT e.account, sum(e.amount)::bigint AS amount, count(*) AS entries
          FROM unnest(e_transaction, account, e_amount) AS e (t, account, amount)
          WHERE fresh[e.t] IS NOT NULL GROUP BY e.account) m
    WHERE a.id = m.account AND a.limited;

    RETURN QUERY
    SELECT r.key, coalesce(r.fresh, r.known), CASE WHEN r.fresh IS NULL THEN 'known' ELSE 'posted' END
    FROM unnest(p_key, fresh, known) AS r (key, fresh, known);
END $$;

-- What an award names is looked up for the whole set at once, and more closely: it repeats its
-- record's person, activity and day. Records and rule versions are never deleted.
ALTER TABLE awards
    DROP CONSTRAINT fk_awards_service_record_id,
    DROP CONSTRAINT fk_awards_person_id,
    DROP CONSTRAINT fk_awards_activity_id,
    DROP CONSTRAINT fk_awards_rule_version_id;
REVOKE DELETE ON service_records FROM incentive_app;

CREATE FUNCTION refuse_stray_awards() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, public, pg_temp AS $$
DECLARE
    stray uuid;
BEGIN
    SELECT a.service_record_id INTO stray
    FROM added a
    LEFT JOIN (service_records r JOIN shifts s ON s.id = r.shift_id) ON r.id = a.service_record_id
        AND (r.person_id, r.day, s.activity_id) = (a.person_id, a.day, a.activity_id)
    LEFT JOIN rule_versions v ON v.id = a.rule_version_id
    WHERE r.id IS NULL OR v.id IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the award of % does not fit its record or names no rule version', stray
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER fk_awards_record AFTER INSERT ON awards REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_stray_awards();
