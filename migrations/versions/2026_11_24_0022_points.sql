-- Move p_amount of one owner's points to another purse, earliest expiry first; nothing that
-- lapsed before p_today is taken. Into a person's `available` they keep their expiry, into any
-- other purse they have none. LG001 (detail: what is available) when there is not enough.
-- {schema} is the jurisdiction's.
CREATE FUNCTION ledger_move(
    p_key text, p_hash bytea, p_kind text, p_source text, p_reason text, p_actor text,
    p_effective_on date, p_today date, p_from text, p_asset text, p_amount bigint,
    p_to text, p_purpose text
) RETURNS TABLE (key text, transaction_id bigint, outcome text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    taken bigint;
    parts int;
    expiries date[];
    amounts bigint[];
    never CONSTANT date := '9999-12-31';
BEGIN
    IF p_amount <= 0 OR p_from = p_to THEN
        RAISE EXCEPTION 'a move is of 1 or more, to somebody else' USING ERRCODE = 'LG003';
    END IF;
    -- As a posting does: purses that are missing first, then one lock in one order for everybody,
    -- so that two people who give to each other never wait for each other.
    IF p_purpose = 'available' THEN
        INSERT INTO accounts (owner, asset, purpose, expires_on)
        SELECT p_to, p_asset, p_purpose, a.expires_on FROM accounts a
        WHERE a.owner = p_from AND a.asset = p_asset AND a.purpose = 'available'
          AND a.balance > 0 AND a.expires_on >= p_today
          AND NOT EXISTS (
            SELECT FROM accounts b WHERE (b.owner, b.asset, b.purpose, b.expires_on)
                                       = (p_to, p_asset, p_purpose, a.expires_on))
        ORDER BY a.expires_on ON CONFLICT DO NOTHING;
    END IF;
    PERFORM FROM accounts a WHERE a.owner IN (p_from, p_to) AND a.asset = p_asset AND a.limited
    ORDER BY a.id FOR NO KEY UPDATE;
    -- A retry finds its points gone already: answer it before counting them again.
    IF EXISTS (SELECT FROM transactions k WHERE k.key = p_key) THEN
        IF NOT EXISTS (SELECT FROM transactions k WHERE k.key = p_key AND k.request_hash = p_hash) THEN
            RAISE EXCEPTION 'an idempotency key was used for another request' USING ERRCODE = 'LG002';
        END IF;
        RETURN QUERY SELECT k.key, k.id, 'known' FROM transactions k WHERE k.key = p_key;
        RETURN;
    END IF;
    SELECT coalesce(sum(part.amount), 0), array_agg(part.expires_on), array_agg(part.amount), count(*)
    INTO taken, expiries, amounts, parts
    FROM (
        SELECT a.expires_on,
               least(a.balance, p_amount - sum(a.balance) OVER w + a.balance) AS amount
        FROM accounts a
        WHERE a.owner = p_from AND a.asset = p_asset AND a.purpose = 'available'
          AND a.balance > 0 AND a.expires_on >= p_today
        WINDOW w AS (ORDER BY a.expires_on, a.id)
    ) part
    WHERE part.amount > 0;
    IF taken < p_amount THEN
        RAISE EXCEPTION 'not enough' USING ERRCODE = 'LG001', DETAIL = taken::text;
    END IF;
    RETURN QUERY SELECT * FROM ledger_post(
        ARRAY[p_key], ARRAY[p_hash], ARRAY[p_kind], ARRAY[p_source], ARRAY[p_reason], ARRAY[p_actor],
        ARRAY[p_effective_on], ARRAY[NULL::bigint],
        array_fill(1, ARRAY[parts + CASE p_purpose WHEN 'available' THEN parts ELSE 1 END]),
        array_fill(p_from, ARRAY[parts])
            || array_fill(p_to, ARRAY[CASE p_purpose WHEN 'available' THEN parts ELSE 1 END]),
        array_fill(p_asset, ARRAY[parts + CASE p_purpose WHEN 'available' THEN parts ELSE 1 END]),
        array_fill('available'::text, ARRAY[parts])
            || array_fill(p_purpose, ARRAY[CASE p_purpose WHEN 'available' THEN parts ELSE 1 END]),
        expiries || CASE p_purpose WHEN 'available' THEN expiries ELSE ARRAY[never] END,
        (SELECT array_agg(-x ORDER BY n) FROM unnest(amounts) WITH ORDINALITY u (x, n))
            || CASE p_purpose WHEN 'available' THEN amounts ELSE ARRAY[p_amount] END);
END $$;

REVOKE ALL ON FUNCTION ledger_move FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_move TO incentive_app;
GRANT CREATE ON SCHEMA {schema} TO incentive_ledger;
ALTER FUNCTION ledger_move OWNER TO incentive_ledger;
REVOKE CREATE ON SCHEMA {schema} FROM incentive_ledger;
