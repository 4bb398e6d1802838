-- What is the same for all awards, or says nothing about them, is not asked of each.
-- docs/decisions/0006 says why. {schema} is the jurisdiction's.

-- As before; awards, which come by thousands, need not ask the function.
ALTER TABLE transactions DROP CONSTRAINT ck_transactions_kind;
ALTER TABLE transactions ADD CONSTRAINT ck_transactions_kind CHECK (kind = 'award' OR is_kind(kind));

-- What a foreign key held. Its trigger was run for each transaction, and most close nothing; those
-- that are closed can be neither changed nor deleted, so nothing has to be locked or watched.
CREATE FUNCTION refuse_unknown_closed() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM transactions WHERE id = NEW.closes) THEN
        RAISE EXCEPTION 'the transaction % closes %, which does not exist', NEW.id, NEW.closes
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
ALTER TABLE transactions DROP CONSTRAINT fk_transactions_closes;
CREATE TRIGGER fk_transactions_closes AFTER INSERT ON transactions FOR EACH ROW
    WHEN (NEW.closes IS NOT NULL) EXECUTE FUNCTION refuse_unknown_closed();

-- As before. Only functions with a search path of their own insert accounts; to set it anew for each
-- row cost more than the row.
CREATE OR REPLACE FUNCTION commit_to_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.limited := NEW.purpose IN ('available', 'held');
    NEW.salt := uuid_send(gen_random_uuid());
    NEW.commitment := sha256(NEW.salt || convert_to(NEW.owner, 'UTF8'));
    RETURN NEW;
END $$;

-- As before. Arrays are taken apart in the SELECT list: in FROM, all rows would be stored first.
CREATE OR REPLACE FUNCTION ledger_issue(
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
    actor CONSTANT bytea := ledger_field(p_actor);
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
    IF array_position(p_amount, NULL) IS NOT NULL OR 1 > ANY (p_amount) THEN
        RAISE EXCEPTION 'an award is of 1 or more' USING ERRCODE = 'LG003';
    END IF;
    LOOP
        BEGIN
            SELECT array_agg(a.id ORDER BY p.t) INTO issuer
            FROM (SELECT unnest(p_issuer) AS owner, generate_series(1, request) AS t) p
            JOIN accounts a ON (a.owner, a.asset, a.purpose, a.expires_on)
                             = (p.owner, 'points', 'issuance', never);
            -- One order for everybody, so that two postings never wait for each other.
            SELECT array_agg(l.id ORDER BY l.t), array_agg(l.balance ORDER BY l.t),
                   array_agg(l.version ORDER BY l.t)
            INTO account, balance, version
            FROM (SELECT o.id, o.t, (o.balance + sum(o.amount) OVER w)::bigint AS balance,
                         o.version + row_number() OVER w AS version
                  FROM (SELECT a.id, a.balance, a.version, p.amount, p.t
                        FROM (SELECT unnest(p_owner) AS owner, unnest(p_expires_on) AS expires_on,
                                     unnest(p_amount) AS amount, generate_series(1, request) AS t) p
                        JOIN accounts a ON (a.owner, a.asset, a.purpose, a.expires_on)
                                         = (p.owner, 'points', 'available', p.expires_on)
                        ORDER BY a.id, p.t FOR NO KEY UPDATE OF a) o
                  WINDOW w AS (PARTITION BY o.id ORDER BY o.t)) l;
            IF (cardinality(issuer) = request AND cardinality(account) = request) IS NOT TRUE THEN
                RAISE no_data_found;
            END IF;
            hash := ARRAY(
                SELECT sha256(head || ledger_field(p.source) || actor
                    || ledger_field(p.effective_on::text) || tail
                    || ledger_field(p.issuer) || issuance || ledger_field((-p.amount)::text)
                    || ledger_field(p.owner) || available || ledger_field(p.expires_on::text)
                    || ledger_field(p.amount::text))
                FROM (SELECT unnest(p_source) AS source, unnest(p_effective_on) AS effective_on,
                             unnest(p_issuer) AS issuer, unnest(p_owner) AS owner,
                             unnest(p_expires_on) AS expires_on, unnest(p_amount) AS amount) p);
            ids := ARRAY(SELECT nextval('transactions_id_seq') FROM generate_series(1, request));
            INSERT INTO transactions (id, key, request_hash, kind, source, actor, effective_on, salt)
            OVERRIDING SYSTEM VALUE
            SELECT p.id, p.key, p.hash, 'award', p.source, p_actor, p.effective_on,
                   substr(sha256(secret || int8send(p.id)), 1, 16)
            FROM (SELECT unnest(ids) AS id, unnest(p_key) AS key, unnest(hash) AS hash,
                         unnest(p_source) AS source, unnest(p_effective_on) AS effective_on) p;
            INSERT INTO entries (transaction_id, line, account_id, amount, balance, version)
            SELECT l.id, l.line, CASE l.line WHEN 1 THEN l.issuer ELSE l.account END,
                   CASE l.line WHEN 1 THEN -l.amount ELSE l.amount END,
                   CASE l.line WHEN 2 THEN l.balance END, CASE l.line WHEN 2 THEN l.version END
            FROM (SELECT p.*, generate_series(1, 2) AS line
                  FROM (SELECT unnest(ids) AS id, unnest(issuer) AS issuer,
                               unnest(account) AS account, unnest(p_amount) AS amount,
                               unnest(balance) AS balance, unnest(version) AS version) p) l;
            UPDATE accounts a SET balance = m.balance, version = m.version, funded = true
            FROM (SELECT p.account, max(p.balance) AS balance, max(p.version) AS version
                  FROM (SELECT unnest(account) AS account, unnest(balance) AS balance,
                               unnest(version) AS version) p
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

GRANT CREATE ON SCHEMA {schema} TO incentive_ledger;
ALTER FUNCTION refuse_unknown_closed OWNER TO incentive_ledger;
REVOKE CREATE ON SCHEMA {schema} FROM incentive_ledger;
