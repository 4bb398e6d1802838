-- Awards in sets of thousands, handed over column by column. docs/decisions/0006 says why.
-- {schema} is the jurisdiction's.

-- One field of a request's hash, as Posting.request_hash has it.
CREATE FUNCTION ledger_field(p_text text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT int4send(octet_length(p_text)) || convert_to(p_text, 'UTF8')
$$;

-- What ledger_post does of postings that are all alike: p_amount points (1 or more) from an
-- issuer's issuance to an owner's available ones, kind award. Same locks, refusals and rows. The ids
-- of the transactions come in the order of the request, those of known ones too.
CREATE FUNCTION ledger_issue(
    p_actor text, p_key text[], p_source text[], p_effective_on date[], p_issuer text[],
    p_owner text[], p_expires_on date[], p_amount bigint[]
) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp SET datestyle = 'ISO' AS $$
#variable_conflict use_column
DECLARE
    never CONSTANT date := '9999-12-31';
    request CONSTANT int := cardinality(p_key);
    -- Salts that nobody can guess from one another cost less to derive than to draw.
    secret CONSTANT bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    head CONSTANT bytea := ledger_field('award');
    issuance CONSTANT bytea := ledger_field('points') || ledger_field('issuance') || ledger_field(never::text);
    available CONSTANT bytea := ledger_field('points') || ledger_field('available');
    -- No reason, and closes None.
    tail CONSTANT bytea := ledger_field('') || ledger_field('None');
    hash bytea[];
    issuer bigint[];
    account bigint[];
    balance bigint[];
    version bigint[];
    ids bigint[];
BEGIN
    IF EXISTS (SELECT FROM unnest(p_amount) AS p (amount) WHERE (p.amount >= 1) IS NOT TRUE) THEN
        RAISE EXCEPTION 'an award is of 1 or more' USING ERRCODE = 'LG003';
    END IF;
    LOOP
        BEGIN
            SELECT array_agg(a.id ORDER BY p.t) INTO issuer
            FROM unnest(p_issuer) WITH ORDINALITY AS p (owner, t)
            JOIN accounts a ON (a.owner, a.asset, a.purpose, a.expires_on)
                             = (p.owner, 'points', 'issuance', never);
            -- One order for everybody, so that two postings never wait for each other.
            SELECT array_agg(l.id ORDER BY l.t), array_agg(l.balance ORDER BY l.t),
                   array_agg(l.version ORDER BY l.t)
            INTO account, balance, version
            FROM (SELECT o.id, o.t, (o.balance + sum(o.amount) OVER w)::bigint AS balance,
                         o.version + row_number() OVER w AS version
                  FROM (SELECT a.id, a.balance, a.version, p.amount, p.t
                        FROM unnest(p_owner, p_expires_on, p_amount) WITH ORDINALITY
                            AS p (owner, expires_on, amount, t)
                        JOIN accounts a ON (a.owner, a.asset, a.purpose, a.expires_on)
                                         = (p.owner, 'points', 'available', p.expires_on)
                        ORDER BY a.id FOR NO KEY UPDATE OF a) o
                  WINDOW w AS (PARTITION BY o.id ORDER BY o.t)) l;
            IF (cardinality(issuer) = request AND cardinality(account) = request) IS NOT TRUE THEN
                RAISE no_data_found;
            END IF;
            hash := ARRAY(
                SELECT sha256(head || ledger_field(p.source) || ledger_field(p_actor)
                    || ledger_field(p.effective_on::text) || tail
                    || ledger_field(p.issuer) || issuance || ledger_field((-p.amount)::text)
                    || ledger_field(p.owner) || available || ledger_field(p.expires_on::text)
                    || ledger_field(p.amount::text))
                FROM unnest(p_source, p_effective_on, p_issuer, p_owner, p_expires_on, p_amount)
                    AS p (source, effective_on, issuer, owner, expires_on, amount));
            ids := ARRAY(SELECT nextval('transactions_id_seq') FROM generate_series(1, request));
            INSERT INTO transactions (id, key, request_hash, kind, source, actor, effective_on, salt)
            OVERRIDING SYSTEM VALUE
            SELECT p.id, p.key, p.hash, 'award', p.source, p_actor, p.effective_on,
                   substr(sha256(secret || int8send(p.id)), 1, 16)
            FROM unnest(ids, p_key, hash, p_source, p_effective_on)
                AS p (id, key, hash, source, effective_on);
            INSERT INTO entries (transaction_id, line, account_id, amount, balance, version)
            SELECT p.id, l.*
            FROM unnest(ids, issuer, account, p_amount, balance, version)
                AS p (id, issuer, account, amount, balance, version),
                LATERAL (VALUES (1, p.issuer, -p.amount, NULL, NULL),
                                (2, p.account, p.amount, p.balance, p.version)) l;
            UPDATE accounts a SET balance = m.balance, version = m.version, funded = true
            FROM (SELECT p.account, max(p.balance) AS balance, max(p.version) AS version
                  FROM unnest(account, balance, version) AS p (account, balance, version)
                  GROUP BY p.account) m
            WHERE a.id = m.account;
            RETURN ids;
        EXCEPTION
        WHEN no_data_found THEN
            -- Purses are opened before any is locked, as every posting does it.
            INSERT INTO accounts (owner, asset, purpose, expires_on)
            SELECT p.owner, 'points', p.purpose, p.expires_on
            FROM (SELECT o.owner, 'available', o.expires_on
                  FROM unnest(p_owner, p_expires_on) AS o (owner, expires_on)
                  UNION SELECT i, 'issuance', never FROM unnest(p_issuer) AS i)
                AS p (owner, purpose, expires_on)
            WHERE NOT EXISTS (
                SELECT FROM accounts a WHERE (a.owner, a.asset, a.purpose, a.expires_on)
                                           = (p.owner, 'points', p.purpose, p.expires_on))
            ORDER BY p.owner, p.purpose, p.expires_on
            ON CONFLICT DO NOTHING;
        WHEN unique_violation THEN
            -- A key is known, or comes twice: the long path knows what to say.
            RETURN ARRAY(
                SELECT p.transaction_id FROM ledger_post(
                    p_key, hash, array_fill('award'::text, ARRAY[request]), p_source,
                    array_fill(''::text, ARRAY[request]), array_fill(p_actor, ARRAY[request]),
                    p_effective_on, array_fill(NULL::bigint, ARRAY[request]),
                    (SELECT array_agg(t) || array_agg(t) FROM generate_series(1, request) t),
                    p_issuer || p_owner, array_fill('points'::text, ARRAY[2 * request]),
                    array_fill('issuance'::text, ARRAY[request])
                        || array_fill('available'::text, ARRAY[request]),
                    array_fill(never, ARRAY[request]) || p_expires_on,
                    (SELECT array_agg(-a ORDER BY t) FROM unnest(p_amount) WITH ORDINALITY u (a, t))
                        || p_amount
                ) WITH ORDINALITY AS p (key, transaction_id, outcome, t) ORDER BY p.t);
        END;
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION ledger_issue, ledger_field FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_issue TO incentive_app;
GRANT CREATE ON SCHEMA {schema} TO incentive_ledger;
ALTER FUNCTION ledger_issue OWNER TO incentive_ledger;
ALTER FUNCTION ledger_field OWNER TO incentive_ledger;
REVOKE CREATE ON SCHEMA {schema} FROM incentive_ledger;
