-- A posting that moves one amount between two purses, in five short statements whose plans are
-- kept, and tables that cost it little. docs/decisions/0005 says why. {schema} is the jurisdiction's.

-- What an update need not look at. PostgreSQL reads every CHECK and every generated column's
-- expression anew for each statement, and a posting changes nothing of an account that these
-- are about: so what an account is, is decided once, when it is opened.
CREATE FUNCTION refuse_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'no such account can be opened: % % of %', NEW.asset, NEW.purpose, NEW.owner
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END $$;
ALTER TABLE accounts
    DROP CONSTRAINT ck_accounts_owner,
    DROP CONSTRAINT ck_accounts_asset,
    DROP CONSTRAINT ck_accounts_purpose,
    DROP CONSTRAINT ck_accounts_persons_are_limited,
    ALTER COLUMN limited DROP EXPRESSION;
CREATE TRIGGER ck_accounts_owner BEFORE INSERT ON accounts
    FOR EACH ROW WHEN (NEW.owner = '') EXECUTE FUNCTION refuse_account();
CREATE TRIGGER ck_accounts_asset BEFORE INSERT ON accounts
    FOR EACH ROW WHEN (NEW.asset NOT IN ('points', 'minutes', 'fen')) EXECUTE FUNCTION refuse_account();
CREATE TRIGGER ck_accounts_purpose BEFORE INSERT ON accounts
    FOR EACH ROW WHEN (NEW.purpose NOT IN
        ('available', 'held', 'issuance', 'breakage', 'clearing', 'income', 'payable', 'budget', 'paid'))
    EXECUTE FUNCTION refuse_account();
-- Whoever is a person keeps points in purses that cannot go below zero, and nobody else does.
CREATE TRIGGER ck_accounts_persons_are_limited BEFORE INSERT ON accounts
    FOR EACH ROW WHEN ((NEW.purpose IN ('available', 'held')) <> (NEW.owner LIKE 'person:%'))
    EXECUTE FUNCTION refuse_account();
CREATE OR REPLACE FUNCTION commit_to_owner() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, public, pg_temp AS $$
BEGIN
    NEW.limited := NEW.purpose IN ('available', 'held');
    NEW.salt := uuid_send(gen_random_uuid());
    NEW.commitment := sha256(NEW.salt || convert_to(NEW.owner, 'UTF8'));
    RETURN NEW;
END $$;

-- Whether there is something to expire. A column, for an index on the balance itself would
-- be written to by every posting.
ALTER TABLE accounts ADD COLUMN funded boolean NOT NULL DEFAULT false, SET (fillfactor = 70);
ALTER TABLE accounts DISABLE TRIGGER moved_by_posting;
UPDATE accounts SET funded = true WHERE balance > 0;
DROP TRIGGER moved_by_posting ON accounts;
DROP FUNCTION refuse_rewrite_of_account;
DROP INDEX ix_accounts_due;
CREATE INDEX ix_accounts_due ON accounts (expires_on, id) WHERE purpose = 'available' AND funded;

CREATE FUNCTION refuse_rewrite_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an account moves only by a posting' USING ERRCODE = 'LG009';
END $$;
CREATE TRIGGER named_once
    BEFORE UPDATE OF id, owner, asset, purpose, expires_on, limited, salt, commitment ON accounts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite_of_account();
-- After: a trigger before it would have every row locked and read once more.
CREATE TRIGGER moved_by_posting AFTER UPDATE ON accounts FOR EACH ROW
    WHEN (NEW.version <= OLD.version OR NOT OLD.limited OR NEW.funded <> (NEW.balance > 0))
    EXECUTE FUNCTION refuse_rewrite_of_account();

-- A list in a CHECK would be read for each posting; a function keeps its plan.
CREATE FUNCTION is_kind(p_kind text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN p_kind IN ('award', 'hold', 'redemption', 'release', 'refund', 'expiry', 'adjustment',
                      'reversal', 'transfer', 'donation', 'charge', 'payment');
END $$;
ALTER TABLE transactions DROP CONSTRAINT ck_transactions_kind;
ALTER TABLE transactions ADD CONSTRAINT ck_transactions_kind CHECK (is_kind(kind));

-- Most transactions close nothing, and a system account's entries have no version.
ALTER TABLE transactions DROP CONSTRAINT uq_transactions_closes;
CREATE UNIQUE INDEX uq_transactions_closes ON transactions (closes) WHERE closes IS NOT NULL;
ALTER TABLE entries DROP CONSTRAINT uq_entries_account_id_version;
CREATE UNIQUE INDEX uq_entries_account_id_version ON entries (account_id, version)
    WHERE version IS NOT NULL;
-- A foreign key locks the row that it names: the issuing account's, for every award. The
-- functions below are all that writes entries, they take both ids from the rows themselves, and
-- no row of the two tables is ever deleted. `ledger check` looks.
ALTER TABLE entries
    DROP CONSTRAINT fk_entries_transaction_id,
    DROP CONSTRAINT fk_entries_account_id;

-- Move p_amount (not 0; negative: the other way) from the first purse to the second. Same locks,
-- refusals and outcomes as ledger_post, which it leaves what is rare: purses that are yet to
-- be opened, and what it would refuse.
-- ck_accounts_not_below_zero: a person's account would go below zero.
CREATE FUNCTION ledger_transfer(
    p_key text, p_hash bytea, p_kind text, p_source text, p_reason text, p_actor text,
    p_effective_on date, p_closes bigint, p_asset text, p_amount bigint,
    p_owner_1 text, p_purpose_1 text, p_expires_on_1 date,
    p_owner_2 text, p_purpose_2 text, p_expires_on_2 date,
    OUT transaction_id bigint, OUT outcome text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    account_1 bigint;
    account_2 bigint;
    limited_1 boolean;
    limited_2 boolean;
    balance_1 bigint;
    balance_2 bigint;
    version_1 bigint;
    version_2 bigint;
BEGIN
    SELECT a.id, a.limited, b.id, b.limited INTO account_1, limited_1, account_2, limited_2
    FROM accounts a, accounts b
    WHERE a.owner = p_owner_1 AND a.asset = p_asset AND a.purpose = p_purpose_1
      AND a.expires_on = p_expires_on_1
      AND b.owner = p_owner_2 AND b.asset = p_asset AND b.purpose = p_purpose_2
      AND b.expires_on = p_expires_on_2;
    IF account_1 IS NULL OR account_1 = account_2 OR coalesce(p_amount, 0) = 0 THEN
        SELECT p.transaction_id, p.outcome INTO transaction_id, outcome FROM ledger_post(
            ARRAY[p_key], ARRAY[p_hash], ARRAY[p_kind], ARRAY[p_source], ARRAY[p_reason],
            ARRAY[p_actor], ARRAY[p_effective_on], ARRAY[p_closes], ARRAY[1, 1],
            ARRAY[p_owner_1, p_owner_2], ARRAY[p_asset, p_asset], ARRAY[p_purpose_1, p_purpose_2],
            ARRAY[p_expires_on_1, p_expires_on_2], ARRAY[-p_amount, p_amount]) p;
        RETURN;
    END IF;

    -- One order for everybody, so that two postings never wait for each other; and before the
    -- transaction gets its number and its time, so that an account's entries run by these too.
    IF limited_1 AND account_1 < account_2 THEN
        PERFORM FROM accounts a WHERE a.id = account_1 FOR NO KEY UPDATE;
    END IF;
    IF limited_2 THEN
        PERFORM FROM accounts a WHERE a.id = account_2 FOR NO KEY UPDATE;
    END IF;
    IF limited_1 AND account_1 > account_2 THEN
        PERFORM FROM accounts a WHERE a.id = account_1 FOR NO KEY UPDATE;
    END IF;

    INSERT INTO transactions (key, request_hash, kind, source, reason, actor, effective_on, closes)
    VALUES (p_key, p_hash, p_kind, p_source, p_reason, p_actor, p_effective_on, p_closes)
    ON CONFLICT ON CONSTRAINT uq_transactions_key DO NOTHING
    RETURNING id INTO transaction_id;
    IF transaction_id IS NULL THEN
        SELECT k.id, 'known' INTO transaction_id, outcome FROM transactions k
        WHERE k.key = p_key AND k.request_hash = p_hash;
        IF transaction_id IS NULL THEN
            RAISE EXCEPTION 'an idempotency key was used for another request' USING ERRCODE = 'LG002';
        END IF;
        RETURN;
    END IF;

    IF limited_1 THEN
        UPDATE accounts a SET balance = a.balance - p_amount, version = a.version + 1,
                              funded = a.balance > p_amount
        WHERE a.id = account_1 RETURNING a.balance, a.version INTO balance_1, version_1;
    END IF;
    IF limited_2 THEN
        UPDATE accounts a SET balance = a.balance + p_amount, version = a.version + 1,
                              funded = a.balance > -p_amount
        WHERE a.id = account_2 RETURNING a.balance, a.version INTO balance_2, version_2;
    END IF;
    INSERT INTO entries (transaction_id, line, account_id, amount, balance, version)
    VALUES (transaction_id, 1, account_1, -p_amount, balance_1, version_1),
           (transaction_id, 2, account_2, p_amount, balance_2, version_2);
    outcome := 'posted';
END $$;

-- The account of each purse, in their order; NULL for one that is yet to be opened.
CREATE FUNCTION ledger_accounts(p_owner text[], p_asset text[], p_purpose text[], p_expires_on date[])
RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(a.id ORDER BY e.n)
    FROM unnest(p_owner, p_asset, p_purpose, p_expires_on) WITH ORDINALITY AS e (owner, asset, purpose, expires_on, n)
    LEFT JOIN accounts a ON (a.owner, a.asset, a.purpose, a.expires_on)
                          = (e.owner, e.asset, e.purpose, e.expires_on)
$$;

-- As before, with each account looked up once and by its id from then on.
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

    RETURN QUERY
    WITH request AS (
        SELECT * FROM unnest(p_key, p_hash, p_kind, p_source, p_reason, p_actor, p_effective_on, p_closes)
            WITH ORDINALITY AS r (key, hash, kind, source, reason, actor, effective_on, closes, t)
    ), fresh AS (
        INSERT INTO transactions (key, request_hash, kind, source, reason, actor, effective_on, closes)
        SELECT r.key, r.hash, r.kind, r.source, r.reason, r.actor, r.effective_on, r.closes
        FROM request r ORDER BY r.t
        ON CONFLICT ON CONSTRAINT uq_transactions_key DO NOTHING
        RETURNING id, transactions.key
    ), lines AS (
        SELECT f.id AS transaction_id, r.t, e.n, e.amount, a.id AS account_id, a.limited, a.balance, a.version
        FROM unnest(e_transaction, account, e_amount) WITH ORDINALITY AS e (t, account, amount, n)
        JOIN request r ON r.t = e.t
        JOIN fresh f ON f.key = r.key
        JOIN accounts a ON a.id = e.account
    ), posted AS (
        INSERT INTO entries (transaction_id, line, account_id, amount, balance, version)
        SELECT l.transaction_id, row_number() OVER (PARTITION BY l.transaction_id ORDER BY l.n), l.account_id, l.amount,
               CASE WHEN l.limited THEN l.balance + sum(l.amount) OVER w END,
               CASE WHEN l.limited THEN l.version + row_number() OVER w END
        FROM lines l
        WINDOW w AS (PARTITION BY l.account_id ORDER BY l.t, l.n ROWS UNBOUNDED PRECEDING)
        RETURNING account_id, balance, version
    ), moved AS (
        UPDATE accounts a SET balance = last.balance, version = last.version, funded = last.balance > 0
        FROM (SELECT DISTINCT ON (p.account_id) p.account_id, p.balance, p.version
              FROM posted p WHERE p.version IS NOT NULL
              ORDER BY p.account_id, p.version DESC) last
        WHERE a.id = last.account_id
    )
    SELECT f.key, f.id, 'posted' FROM fresh f;

    IF (SELECT count(*) FROM transactions k JOIN unnest(p_key, p_hash) AS r (key, hash)
        ON k.key = r.key AND k.request_hash = r.hash) <> cardinality(p_key) THEN
        RAISE EXCEPTION 'an idempotency key was used for another request' USING ERRCODE = 'LG002';
    END IF;
    RETURN QUERY
    SELECT k.key, k.id, 'known' FROM transactions k WHERE k.key = ANY (p_key);
END $$;

-- Hold p_amount of the owner's points, earliest expiry first; nothing that expired before
-- p_today is taken. LG001 (detail: what is available) when there is not enough.
CREATE OR REPLACE FUNCTION ledger_hold(
    p_key text, p_hash bytea, p_source text, p_actor text, p_effective_on date,
    p_owner text, p_asset text, p_amount bigint
) RETURNS TABLE (key text, transaction_id bigint, outcome text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    taken bigint;
    expiries date[];
    amounts bigint[];
BEGIN
    IF p_amount <= 0 THEN
        RAISE EXCEPTION 'a hold is of 1 or more' USING ERRCODE = 'LG003';
    END IF;
    PERFORM FROM accounts a WHERE a.owner = p_owner AND a.asset = p_asset AND a.limited
    ORDER BY a.id FOR NO KEY UPDATE;
    -- A retry finds its points gone already: answer it before counting them again.
    IF EXISTS (SELECT FROM transactions k WHERE k.key = p_key) THEN
        IF NOT EXISTS (SELECT FROM transactions k WHERE k.key = p_key AND k.request_hash = p_hash) THEN
            RAISE EXCEPTION 'an idempotency key was used for another request' USING ERRCODE = 'LG002';
        END IF;
        RETURN QUERY SELECT k.key, k.id, 'known' FROM transactions k WHERE k.key = p_key;
        RETURN;
    END IF;
    SELECT coalesce(sum(part.amount), 0), array_agg(part.expires_on), array_agg(part.amount)
    INTO taken, expiries, amounts
    FROM (
        SELECT a.expires_on,
               least(a.balance, p_amount - sum(a.balance) OVER w + a.balance) AS amount
        FROM accounts a
        WHERE a.owner = p_owner AND a.asset = p_asset AND a.purpose = 'available'
          AND a.funded AND a.expires_on >= p_effective_on
        WINDOW w AS (ORDER BY a.expires_on, a.id)
    ) part
    WHERE part.amount > 0;
    IF taken < p_amount THEN
        RAISE EXCEPTION 'not enough' USING ERRCODE = 'LG001', DETAIL = taken::text;
    END IF;
    IF cardinality(amounts) = 1 THEN
        RETURN QUERY SELECT p_key, t.transaction_id, t.outcome FROM ledger_transfer(
            p_key, p_hash, 'hold', p_source, '', p_actor, p_effective_on, NULL, p_asset, p_amount,
            p_owner, 'available', expiries[1], p_owner, 'held', expiries[1]) t;
        RETURN;
    END IF;
    RETURN QUERY SELECT * FROM ledger_post(
        ARRAY[p_key], ARRAY[p_hash], ARRAY['hold'], ARRAY[p_source], ARRAY[''], ARRAY[p_actor],
        ARRAY[p_effective_on], ARRAY[NULL::bigint],
        array_fill(1, ARRAY[2 * cardinality(amounts)]),
        array_fill(p_owner, ARRAY[2 * cardinality(amounts)]),
        array_fill(p_asset, ARRAY[2 * cardinality(amounts)]),
        array_fill('available'::text, ARRAY[cardinality(amounts)])
            || array_fill('held'::text, ARRAY[cardinality(amounts)]),
        expiries || expiries,
        (SELECT array_agg(-x ORDER BY n) FROM unnest(amounts) WITH ORDINALITY u (x, n)) || amounts);
END $$;

-- Move up to p_limit lapsed balances to breakage; return how many moved. LG003: a day that is
-- still to come (by more than a zone's difference) cannot have lapsed anything.
CREATE OR REPLACE FUNCTION ledger_expire(p_today date, p_actor text, p_limit int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp AS $$
DECLARE
    due bigint[];
    moved bigint;
BEGIN
    IF p_today > current_date + 1 THEN
        RAISE EXCEPTION 'nothing has lapsed on a day to come' USING ERRCODE = 'LG003';
    END IF;
    SELECT array_agg(d.id) INTO due FROM (
        SELECT a.id FROM accounts a
        WHERE a.purpose = 'available' AND a.funded AND a.expires_on < p_today
        ORDER BY a.expires_on, a.id LIMIT p_limit) d;
    PERFORM FROM accounts a WHERE a.id = ANY (due) ORDER BY a.id FOR NO KEY UPDATE;
    WITH lapsed AS (
        SELECT a.*, row_number() OVER (ORDER BY a.id)::int AS t
        FROM accounts a WHERE a.id = ANY (due) AND a.funded
    ), request AS (
        SELECT array_agg('expiry:' || id || ':' || version ORDER BY t) AS keys,
               array_agg(sha256(convert_to(id || ':' || version || ':' || balance, 'UTF8')) ORDER BY t) AS hashes,
               array_agg('account:' || id ORDER BY t) AS sources,
               array_agg(p_today ORDER BY t) AS days,
               array_agg(t ORDER BY t) AS ts, array_agg(owner ORDER BY t) AS owners,
               array_agg(asset ORDER BY t) AS assets, array_agg(expires_on ORDER BY t) AS expiries,
               array_agg(balance ORDER BY t) AS amounts, array_agg(-balance ORDER BY t) AS debits,
               count(*)::int AS n
        FROM lapsed HAVING count(*) > 0
    )
    SELECT count(*) INTO moved FROM request r, ledger_post(
        r.keys, r.hashes, array_fill('expiry'::text, ARRAY[r.n]), r.sources,
        array_fill(''::text, ARRAY[r.n]), array_fill(p_actor, ARRAY[r.n]), r.days,
        array_fill(NULL::bigint, ARRAY[r.n]),
        r.ts || r.ts, r.owners || array_fill('system'::text, ARRAY[r.n]), r.assets || r.assets,
        array_fill('available'::text, ARRAY[r.n]) || array_fill('breakage'::text, ARRAY[r.n]),
        r.expiries || array_fill('9999-12-31'::date, ARRAY[r.n]), r.debits || r.amounts)
    WHERE outcome = 'posted';
    RETURN moved;
END $$;

REVOKE ALL ON FUNCTION ledger_transfer, ledger_accounts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_transfer TO incentive_app;
GRANT CREATE ON SCHEMA {schema} TO incentive_ledger;
ALTER FUNCTION ledger_transfer OWNER TO incentive_ledger;
ALTER FUNCTION ledger_accounts OWNER TO incentive_ledger;
REVOKE CREATE ON SCHEMA {schema} FROM incentive_ledger;
