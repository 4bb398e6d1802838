-- The double-entry ledger. {schema} is the jurisdiction's; functions name it, and pg_temp
-- last, so that nobody can slip a temporary table in front of the books.

CREATE TABLE accounts (
    id         bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_accounts PRIMARY KEY,
    owner      text   NOT NULL CONSTRAINT ck_accounts_owner CHECK (owner <> ''),
    asset      text   NOT NULL CONSTRAINT ck_accounts_asset CHECK (asset IN ('points', 'minutes', 'fen')),
    purpose    text   NOT NULL CONSTRAINT ck_accounts_purpose CHECK (purpose IN
                   ('available', 'held', 'issuance', 'breakage', 'clearing', 'income')),
    -- 9999-12-31: never
    expires_on date   NOT NULL DEFAULT '9999-12-31',
    -- A person's account: locked by every posting, never below zero, balance kept here.
    -- Any other's balance is the sum of its entries, so that nobody waits for it.
    limited    boolean NOT NULL GENERATED ALWAYS AS (purpose IN ('available', 'held')) STORED,
    balance    bigint NOT NULL DEFAULT 0 CONSTRAINT ck_accounts_not_below_zero CHECK (balance >= 0),
    version    bigint NOT NULL DEFAULT 0,
    -- Whoever is a person keeps points in purses that cannot go below zero, and nobody else does.
    CONSTRAINT ck_accounts_persons_are_limited CHECK (limited = (owner LIKE 'person:%')),
    CONSTRAINT uq_accounts_owner_asset_purpose_expires_on UNIQUE (owner, asset, purpose, expires_on)
);
CREATE INDEX ix_accounts_due ON accounts (expires_on, id) WHERE purpose = 'available' AND balance > 0;

CREATE TABLE transactions (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_transactions PRIMARY KEY,
    key          text  NOT NULL CONSTRAINT uq_transactions_key UNIQUE,
    request_hash bytea NOT NULL,
    kind         text  NOT NULL CONSTRAINT ck_transactions_kind CHECK (kind IN
                     ('award', 'hold', 'redemption', 'release', 'refund', 'expiry', 'adjustment', 'reversal')),
    source       text  NOT NULL,
    reason       text  NOT NULL DEFAULT '',
    actor        text  NOT NULL,
    effective_on date  NOT NULL,
    -- A hold is closed once, a transaction reversed once: by redemption, release, refund or reversal.
    closes       bigint CONSTRAINT uq_transactions_closes UNIQUE
                        CONSTRAINT fk_transactions_closes REFERENCES transactions (id),
    posted_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- For the sealer: it takes what no running transaction can still change.
    xid          xid8  NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX ix_transactions_source ON transactions (source);

CREATE TABLE entries (
    transaction_id bigint   NOT NULL CONSTRAINT fk_entries_transaction_id REFERENCES transactions (id),
    line           smallint NOT NULL,
    account_id     bigint   NOT NULL CONSTRAINT fk_entries_account_id REFERENCES accounts (id),
    amount         bigint   NOT NULL CONSTRAINT ck_entries_amount CHECK (amount <> 0),
    balance        bigint   CONSTRAINT ck_entries_not_below_zero CHECK (balance >= 0),
    version        bigint,
    CONSTRAINT pk_entries PRIMARY KEY (transaction_id, line),
    CONSTRAINT ck_entries_running CHECK ((balance IS NULL) = (version IS NULL)),
    CONSTRAINT uq_entries_account_id_version UNIQUE (account_id, version)
);
CREATE INDEX ix_entries_account_id_transaction_id ON entries (account_id, transaction_id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'LG009', HINT = 'Post a reversal instead.';
END $$;

CREATE FUNCTION refuse_rewrite_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.owner, NEW.asset, NEW.purpose, NEW.expires_on)
       IS DISTINCT FROM (OLD.id, OLD.owner, OLD.asset, OLD.purpose, OLD.expires_on)
       OR NEW.version <= OLD.version OR NOT OLD.limited THEN
        RAISE EXCEPTION 'an account moves only by a posting' USING ERRCODE = 'LG009';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transactions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON accounts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER moved_by_posting BEFORE UPDATE ON accounts
    FOR EACH ROW EXECUTE FUNCTION refuse_rewrite_of_account();

-- Post a set of transactions at once: one ordered lock pass, one update per account, running
-- balances by window. p_* hold one element per transaction, e_* one per entry, and
-- e_transaction says (from 1) to which it belongs. A key posted before is answered
-- 'replayed' if its request is the same, else LG002. LG003: malformed or unbalanced.
-- ck_entries_not_below_zero: a person's account would go below zero.
CREATE FUNCTION ledger_post(
    p_key text[], p_hash bytea[], p_kind text[], p_source text[], p_reason text[], p_actor text[],
    p_effective_on date[], p_closes bigint[],
    e_transaction int[], e_owner text[], e_asset text[], e_purpose text[], e_expires_on date[],
    e_amount bigint[]
) RETURNS TABLE (key text, transaction_id bigint, outcome text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    bad text;
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

    INSERT INTO accounts (owner, asset, purpose, expires_on)
    SELECT DISTINCT e.owner, e.asset, e.purpose, e.expires_on
    FROM unnest(e_owner, e_asset, e_purpose, e_expires_on) AS e (owner, asset, purpose, expires_on)
    WHERE NOT EXISTS (
        SELECT FROM accounts a
        WHERE (a.owner, a.asset, a.purpose, a.expires_on) = (e.owner, e.asset, e.purpose, e.expires_on))
    ORDER BY e.owner, e.asset, e.purpose, e.expires_on
    ON CONFLICT DO NOTHING;

    -- One order for everybody, so that two postings never wait for each other.
    PERFORM FROM accounts a
    WHERE a.limited AND (a.owner, a.asset, a.purpose, a.expires_on) IN (
        SELECT e.owner, e.asset, e.purpose, e.expires_on
        FROM unnest(e_owner, e_asset, e_purpose, e_expires_on) AS e (owner, asset, purpose, expires_on))
    ORDER BY a.id FOR NO KEY UPDATE;

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
        FROM unnest(e_transaction, e_owner, e_asset, e_purpose, e_expires_on, e_amount)
            WITH ORDINALITY AS e (t, owner, asset, purpose, expires_on, amount, n)
        JOIN request r ON r.t = e.t
        JOIN fresh f ON f.key = r.key
        JOIN accounts a ON (a.owner, a.asset, a.purpose, a.expires_on)
                         = (e.owner, e.asset, e.purpose, e.expires_on)
    ), posted AS (
        INSERT INTO entries (transaction_id, line, account_id, amount, balance, version)
        SELECT l.transaction_id, row_number() OVER (PARTITION BY l.transaction_id ORDER BY l.n), l.account_id, l.amount,
               CASE WHEN l.limited THEN l.balance + sum(l.amount) OVER w END,
               CASE WHEN l.limited THEN l.version + row_number() OVER w END
        FROM lines l
        WINDOW w AS (PARTITION BY l.account_id ORDER BY l.t, l.n ROWS UNBOUNDED PRECEDING)
        RETURNING account_id, balance, version
    ), moved AS (
        UPDATE accounts a SET balance = last.balance, version = last.version
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
CREATE FUNCTION ledger_hold(
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
          AND a.balance > 0 AND a.expires_on >= p_effective_on
        WINDOW w AS (ORDER BY a.expires_on, a.id)
    ) part
    WHERE part.amount > 0;
    IF taken < p_amount THEN
        RAISE EXCEPTION 'not enough' USING ERRCODE = 'LG001', DETAIL = taken::text;
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
CREATE FUNCTION ledger_expire(p_today date, p_actor text, p_limit int) RETURNS bigint
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
        WHERE a.purpose = 'available' AND a.balance > 0 AND a.expires_on < p_today
        ORDER BY a.expires_on, a.id LIMIT p_limit) d;
    PERFORM FROM accounts a WHERE a.id = ANY (due) ORDER BY a.id FOR NO KEY UPDATE;
    WITH lapsed AS (
        SELECT a.*, row_number() OVER (ORDER BY a.id)::int AS t
        FROM accounts a WHERE a.id = ANY (due) AND a.balance > 0
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

REVOKE ALL ON accounts, transactions, entries FROM PUBLIC, incentive_app;
GRANT SELECT ON accounts, transactions, entries TO incentive_app;
REVOKE ALL ON FUNCTION ledger_post, ledger_hold, ledger_expire FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_post, ledger_hold, ledger_expire TO incentive_app;

-- The owner is a role that nobody can log in as: no login of the application's may grant itself more.
GRANT CREATE ON SCHEMA {schema} TO incentive_ledger;
ALTER TABLE accounts OWNER TO incentive_ledger;
ALTER TABLE transactions OWNER TO incentive_ledger;
ALTER TABLE entries OWNER TO incentive_ledger;
ALTER FUNCTION ledger_post OWNER TO incentive_ledger;
ALTER FUNCTION ledger_hold OWNER TO incentive_ledger;
ALTER FUNCTION ledger_expire OWNER TO incentive_ledger;
REVOKE CREATE ON SCHEMA {schema} FROM incentive_ledger;
