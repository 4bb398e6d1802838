-- The sealed books: a Merkle tree (RFC 9162) over everything that was posted, and signed
-- checkpoints of it. {schema} is the jurisdiction's.

-- One leaf for each row that is sealed, densely numbered from 0 in the order of sealing.
-- kind: T a transaction, L a line of the audit log; ref: the row's id. memo is the commitment to its texts as they were
-- when it was sealed, so that these and their salt may be erased and the leaf still be computed.
CREATE TABLE leaves (
    seq  bigint NOT NULL CONSTRAINT pk_leaves PRIMARY KEY,
    kind "char" NOT NULL,
    ref  bigint NOT NULL,
    memo bytea  NOT NULL,
    hash bytea  NOT NULL,
    CONSTRAINT uq_leaves_kind_ref UNIQUE (kind, ref)
);

-- Hashes of full subtrees of 256, 65,536, … leaves (level 8, 16, …), so that a proof reads few rows.
CREATE TABLE tree_nodes (
    level    smallint NOT NULL,
    position bigint   NOT NULL,
    hash     bytea    NOT NULL,
    CONSTRAINT pk_tree_nodes PRIMARY KEY (level, position)
);

-- A key signs from created_at until retires_at; its public half is kept for ever.
CREATE TABLE seal_keys (
    id          text  NOT NULL CONSTRAINT pk_seal_keys PRIMARY KEY,
    name        text  NOT NULL,
    public_key  bytea NOT NULL CONSTRAINT uq_seal_keys_public_key UNIQUE,
    private_key bytea,
    created_at  timestamptz NOT NULL,
    retires_at  timestamptz
);
-- Exactly one key has no end.
CREATE UNIQUE INDEX ix_seal_keys_current ON seal_keys ((retires_at IS NULL)) WHERE retires_at IS NULL;

CREATE TABLE checkpoints (
    tree_size bigint      NOT NULL CONSTRAINT pk_checkpoints PRIMARY KEY,
    root      bytea       NOT NULL,
    at        timestamptz NOT NULL,
    key_id    text        NOT NULL CONSTRAINT fk_checkpoints_key_id REFERENCES seal_keys (id),
    note      text        NOT NULL CONSTRAINT uq_checkpoints_note UNIQUE
);

-- How far each kind is sealed. Everything up to (xid, ref) has a leaf, in the counting of the
-- cluster that gave out those transaction ids; resume_xid is set while the rows of another
-- cluster, those up to restored_ref, are looked through for what has none.
CREATE TABLE seal_marks (
    kind         "char" NOT NULL CONSTRAINT pk_seal_marks PRIMARY KEY,
    cluster      bigint,
    xid          xid8   NOT NULL DEFAULT '0',
    ref          bigint NOT NULL DEFAULT 0,
    resume_xid   xid8,
    restored_ref bigint NOT NULL DEFAULT 0
);
INSERT INTO seal_marks (kind) VALUES ('T'), ('L');

-- Rows that have got their numbers, from first_seq on in this order, and not yet their leaves.
CREATE TABLE seal_runs (
    first_seq bigint   NOT NULL CONSTRAINT pk_seal_runs PRIMARY KEY,
    kind      "char"   NOT NULL,
    ids       bigint[] NOT NULL
);

-- Costs those who post next to nothing, and is enough for the sealer: transaction ids only grow.
-- Their own type cannot be indexed so.
CREATE INDEX ix_transactions_xid ON transactions USING brin ((xid::text::bigint))
    WITH (pages_per_range = 32, autosummarize = on);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON leaves
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tree_nodes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON seal_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_rewrite_of_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.name, NEW.public_key, NEW.created_at)
       IS DISTINCT FROM (OLD.id, OLD.name, OLD.public_key, OLD.created_at)
       OR NEW.private_key <> OLD.private_key
       OR OLD.private_key IS NULL AND NEW.private_key IS NOT NULL
       OR OLD.retires_at IS NOT NULL AND NEW.retires_at IS DISTINCT FROM OLD.retires_at THEN
        RAISE EXCEPTION 'a key is retired, never changed' USING ERRCODE = 'LG009';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER retired BEFORE UPDATE ON seal_keys
    FOR EACH ROW EXECUTE FUNCTION refuse_rewrite_of_key();

-- The ids if they have to be listed, or null if they are all those from the least to the greatest.
CREATE FUNCTION ledger_listed(p_ids bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN max(i) - min(i) + 1 = count(*) THEN NULL ELSE p_ids END FROM unnest(p_ids) i
$$;

-- The bytes of transactions' leaves, as their rows are now: head || memo || tail (docs/ledger.md).
-- memo is null once the salt is erased. p_low and p_high bound p_ids, for the planner.
-- What stands for an account is made once for each, by Memoize: hence the OFFSET.
CREATE FUNCTION ledger_transaction_bytes(p_ids bigint[], p_low bigint, p_high bigint)
RETURNS TABLE (id bigint, memo bytea, head bytea, tail bytea)
LANGUAGE sql STABLE AS $$
    SELECT t.id,
           sha256(t.salt || int4send(octet_length(t.actor)) || convert_to(t.actor, 'UTF8')
                  || int4send(octet_length(t.reason)) || convert_to(t.reason, 'UTF8')),
           '\x5401'::bytea || int8send(t.id) || int8send(coalesce(t.closes, 0))
               || int8send((date_part('epoch', t.posted_at) * 1000000)::bigint)
               || xid8send(t.xid) || int4send(t.effective_on - '1970-01-01'::date),
           int2send((coalesce(octet_length(e.lines), 0) / 72)::smallint)
               || int4send(octet_length(t.key)) || int4send(octet_length(t.kind))
               || int4send(octet_length(t.source)) || int4send(octet_length(t.request_hash))
               || coalesce(e.lines, ''::bytea)
               || convert_to(t.key || t.kind || t.source, 'UTF8') || t.request_hash
    FROM {schema}.transactions t
    LEFT JOIN (
        SELECT l.transaction_id, string_agg(
            int2send(l.line) || a.named || int8send(l.amount)
                || int8send(coalesce(l.balance, -1)) || int8send(coalesce(l.version, -1)),
            ''::bytea ORDER BY l.line) AS lines
        FROM {schema}.entries l
        CROSS JOIN LATERAL (
            SELECT int8send(a.id) || a.commitment
                || CASE a.asset WHEN 'points' THEN '\x01'::bytea WHEN 'minutes' THEN '\x02'
                       WHEN 'fen' THEN '\x03' END
                || CASE a.purpose WHEN 'available' THEN '\x01'::bytea WHEN 'held' THEN '\x02'
                       WHEN 'issuance' THEN '\x03' WHEN 'breakage' THEN '\x04'
                       WHEN 'clearing' THEN '\x05' WHEN 'income' THEN '\x06'
                       WHEN 'payable' THEN '\x07' WHEN 'budget' THEN '\x08'
                       WHEN 'paid' THEN '\x09' END
                || int4send(a.expires_on - '1970-01-01'::date) AS named
            FROM {schema}.accounts a WHERE a.id = l.account_id OFFSET 0) a
        WHERE l.transaction_id BETWEEN p_low AND p_high
          AND (p_ids IS NULL OR l.transaction_id = ANY (p_ids))
        GROUP BY l.transaction_id
    ) e ON e.transaction_id = t.id
    WHERE t.id BETWEEN p_low AND p_high AND (p_ids IS NULL OR t.id = ANY (p_ids))
$$;

-- The same for lines of the audit log.
CREATE FUNCTION ledger_audit_bytes(p_ids bigint[], p_low bigint, p_high bigint)
RETURNS TABLE (id bigint, memo bytea, head bytea, tail bytea)
LANGUAGE sql STABLE AS $$
    SELECT r.id,
           (SELECT sha256(r.salt || string_agg(
                int4send(octet_length(coalesce(f.t, ''))) || convert_to(coalesce(f.t, ''), 'UTF8'),
                ''::bytea ORDER BY f.n))
            FROM unnest(ARRAY[r.actor, r.role, r.scope, r.origin, r.subject, r.before::text,
                              r.after::text, r.reason]) WITH ORDINALITY AS f (t, n)),
           '\x4c01'::bytea || int8send(r.id)
               || int8send((date_part('epoch', r.at) * 1000000)::bigint) || xid8send(r.xid),
           int4send(octet_length(r.action)) || convert_to(r.action, 'UTF8')
    FROM {schema}.audit_entries r
    WHERE r.id BETWEEN p_low AND p_high AND (p_ids IS NULL OR r.id = ANY (p_ids))
$$;

-- The bytes of the leaves [p_from, p_to) from the rows as they are now; null where a row is gone.
-- A memo whose salt was erased is taken from the leaf.
CREATE FUNCTION ledger_leaves(p_from bigint, p_to bigint) RETURNS TABLE (seq bigint, leaf bytea)
LANGUAGE plpgsql STABLE SET search_path = {schema}, public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    t_ids bigint[];
    l_ids bigint[];
BEGIN
    SELECT array_agg(l.ref ORDER BY l.ref) FILTER (WHERE l.kind = 'T'),
           array_agg(l.ref ORDER BY l.ref) FILTER (WHERE l.kind = 'L')
    INTO t_ids, l_ids
    FROM leaves l WHERE l.seq >= p_from AND l.seq < p_to;
    RETURN QUERY
    SELECT l.seq, b.head || coalesce(b.memo, l.memo) || b.tail
    FROM leaves l
    LEFT JOIN (
        SELECT 'T'::"char" AS kind, t.* FROM ledger_transaction_bytes(
            ledger_listed(t_ids), t_ids[1], t_ids[cardinality(t_ids)]) t
        UNION ALL
        SELECT 'L'::"char", r.* FROM ledger_audit_bytes(
            ledger_listed(l_ids), l_ids[1], l_ids[cardinality(l_ids)]) r
    ) b ON b.kind = l.kind AND b.id = l.ref
    WHERE l.seq >= p_from AND l.seq < p_to
    ORDER BY l.seq;
END $$;

-- Which cluster gives out the transaction ids of this database.
CREATE FUNCTION ledger_cluster() RETURNS bigint
LANGUAGE sql STABLE AS $$ SELECT system_identifier FROM pg_control_system() $$;

-- How many leaves there are without a gap.
CREATE FUNCTION ledger_tree_size() RETURNS bigint
LANGUAGE sql STABLE SET search_path = {schema}, public, pg_temp AS $$
    SELECT coalesce((SELECT min(first_seq) FROM seal_runs), (SELECT max(seq) + 1 FROM leaves), 0)
$$;

-- Number up to p_limit rows of each kind that have no leaf yet; return how many. It takes only
-- what no running transaction can still add to, in the order of transaction ids, so that whatever
-- commits late comes later and nothing is passed over. Nobody waits for it but another sealer.
CREATE FUNCTION ledger_number(p_limit int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp AS $$
DECLARE
    -- What one session makes the leaves of at a time, while others do the same for the next.
    at_once CONSTANT int := 10000;
    horizon xid8;
    mark seal_marks;
    source text;
    ids bigint[];
    last_xid xid8;
    batch bigint;
    size bigint;
    before bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('seal ' || current_schema(), 0));
    -- Before any look at the rows: what is older than this has ended, and is seen below.
    horizon := pg_snapshot_xmin(pg_current_snapshot());
    SELECT greatest((SELECT max(l.seq) + 1 FROM leaves l),
                    (SELECT max(r.first_seq + cardinality(r.ids)) FROM seal_runs r), 0) INTO size;
    before := size;

    FOR mark IN SELECT * FROM seal_marks m ORDER BY m.kind DESC FOR UPDATE LOOP
        source := CASE mark.kind WHEN 'T' THEN 'transactions' WHEN 'L' THEN 'audit_entries' END;
        IF mark.cluster IS DISTINCT FROM ledger_cluster() THEN
            -- Runs that were left over in a dump are made first: what is below looks at leaves.
            CONTINUE WHEN EXISTS (SELECT FROM seal_runs r WHERE r.first_seq < before);
            -- A first run, or a restored database, with rows whose transaction ids are not this
            -- cluster's. Look through all that is here once; what is of this cluster and at or
            -- past the horizon of now comes after.
            mark.cluster := ledger_cluster();
            mark.xid := '0';
            mark.ref := 0;
            mark.resume_xid := horizon;
            EXECUTE format('SELECT coalesce(max(id), 0) FROM %I', source) INTO mark.restored_ref;
        END IF;

        IF mark.resume_xid IS NOT NULL THEN
            EXECUTE format($q$
                SELECT array_agg(c.id ORDER BY c.xid, c.id), max(c.xid) FROM (
                    SELECT r.id, r.xid FROM %I r
                    WHERE (r.xid, r.id) > ($1, $2) AND r.id <= $3
                      -- Past this cluster's counting: nobody here can still be at it.
                      AND (r.xid < $5 OR r.xid >= pg_snapshot_xmax(pg_current_snapshot()))
                      AND r.xid IS DISTINCT FROM pg_current_xact_id_if_assigned()
                      AND NOT EXISTS (SELECT FROM leaves l WHERE l.kind = %L AND l.ref = r.id)
                    ORDER BY r.xid, r.id LIMIT $4) c $q$, source, mark.kind)
            INTO ids, last_xid USING mark.xid, mark.ref, mark.restored_ref, p_limit, mark.resume_xid;
        ELSE
            -- Another cluster's ids may come round again, on rows that have been sealed.
            EXECUTE format($q$
                SELECT array_agg(c.id ORDER BY c.xid, c.id), max(c.xid) FROM (
                    SELECT r.id, r.xid FROM %I r
                    WHERE r.xid >= $1 AND r.xid < $5 AND (r.xid > $1 OR r.id > $2)
                      AND r.xid::text::bigint >= $1::text::bigint
                      AND (r.id > $3 OR NOT ledger_is_numbered(%L, r.id))
                    ORDER BY r.xid, r.id LIMIT $4) c $q$, source, mark.kind)
            INTO ids, last_xid USING mark.xid, mark.ref, mark.restored_ref, p_limit, horizon;
        END IF;

        batch := coalesce(cardinality(ids), 0);
        IF batch = p_limit THEN
            mark.xid := last_xid;
            mark.ref := ids[batch];
        ELSIF mark.resume_xid IS NOT NULL OR horizon > mark.xid THEN
            -- All that is older is numbered, and nothing of this id.
            mark.xid := coalesce(mark.resume_xid, horizon);
            mark.ref := 0;
            mark.resume_xid := NULL;
        END IF;
        UPDATE seal_marks m SET (cluster, xid, ref, resume_xid, restored_ref)
            = (mark.cluster, mark.xid, mark.ref, mark.resume_xid, mark.restored_ref)
        WHERE m.kind = mark.kind;

        INSERT INTO seal_runs (first_seq, kind, ids)
        SELECT size + at, mark.kind, ids[at + 1:least(at + at_once, batch)]
        FROM generate_series(0, batch - 1, at_once) AS at;
        size := size + batch;
    END LOOP;
    RETURN size - before;
END $$;

CREATE FUNCTION ledger_is_numbered(p_kind "char", p_id bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM {schema}.leaves l WHERE l.kind = p_kind AND l.ref = p_id)
        OR EXISTS (SELECT FROM {schema}.seal_runs r WHERE r.kind = p_kind AND p_id = ANY (r.ids))
$$;

-- Make the leaves of one run that nobody else is at; return how many, 0 if there is no such run.
-- Two sessions may do so side by side. LG004: a row that had got its number is gone.
CREATE FUNCTION ledger_seal() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp AS $$
DECLARE
    run seal_runs;
    source text;
    low bigint;
    high bigint;
    made bigint;
    every bigint;
    ascending boolean;
BEGIN
    SELECT * INTO run FROM seal_runs r ORDER BY r.first_seq LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    -- A crash of the machine may take leaves back, the checkpoint above them and their numbers
    -- not: that one waits for the disk.
    PERFORM set_config('synchronous_commit', 'off', true);
    source := CASE run.kind WHEN 'T' THEN 'transactions' ELSE 'audit_entries' END;
    SELECT min(i), max(i), bool_and(i > previous) INTO low, high, ascending
    FROM (SELECT i, lag(i, 1, 0::bigint) OVER (ORDER BY n) AS previous
          FROM unnest(run.ids) WITH ORDINALITY AS u (i, n)) seen;
    IF high - low < 4 * cardinality(run.ids) THEN
        EXECUTE format('SELECT count(*) FROM %I WHERE id BETWEEN $1 AND $2', source)
        INTO every USING low, high;
    END IF;
    -- Mostly the rows stand together, and in the order of their ids: then they are read as they
    -- lie. A row whose salt is gone before it was sealed commits to nothing.
    EXECUTE format($q$
        INSERT INTO leaves (seq, kind, ref, memo, hash)
        SELECT $1 + b.at - 1, %L, b.id, b.memo, sha256('\x00'::bytea || b.head || b.memo || b.tail)
        FROM (SELECT %s AS at, s.id, s.head, s.tail, coalesce(s.memo, sha256(''::bytea)) AS memo
              FROM %I($2, $3, $4) s %s OFFSET 0) b $q$,
        run.kind,
        CASE WHEN ascending THEN 'row_number() OVER (ORDER BY s.id)' ELSE 'n.ord' END,
        CASE run.kind WHEN 'T' THEN 'ledger_transaction_bytes' ELSE 'ledger_audit_bytes' END,
        CASE WHEN ascending THEN ''
             ELSE 'JOIN unnest($5) WITH ORDINALITY AS n (id, ord) ON n.id = s.id ORDER BY n.ord' END)
    USING run.first_seq, CASE WHEN every IS DISTINCT FROM cardinality(run.ids) THEN run.ids END,
          low, high, run.ids;
    GET DIAGNOSTICS made = ROW_COUNT;
    IF made <> cardinality(run.ids) THEN
        RAISE EXCEPTION 'of % rows numbered from % on, % are there', cardinality(run.ids),
            run.first_seq, made USING ERRCODE = 'LG004';
    END IF;
    DELETE FROM seal_runs r WHERE r.first_seq = run.first_seq;
    RETURN made;
END $$;

-- Keep the hashes of full subtrees; one that is there already is an error.
CREATE FUNCTION ledger_keep_nodes(p_level smallint[], p_position bigint[], p_hash bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = {schema}, public, pg_temp AS $$
    INSERT INTO tree_nodes (level, position, hash)
    SELECT * FROM unnest(p_level, p_position, p_hash)
$$;

-- Keep a signed checkpoint; it covers leaves that are there, and more of them than the last, later.
-- LG004 otherwise.
CREATE FUNCTION ledger_checkpoint(p_size bigint, p_root bytea, p_at timestamptz, p_key text, p_note text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('seal ' || current_schema(), 0));
    IF p_size <= 0 OR p_size > ledger_tree_size()
       OR EXISTS (SELECT FROM checkpoints c WHERE c.tree_size >= p_size OR c.at > p_at) THEN
        RAISE EXCEPTION 'no checkpoint of % leaves can follow', p_size USING ERRCODE = 'LG004';
    END IF;
    INSERT INTO checkpoints (tree_size, root, at, key_id, note) VALUES (p_size, p_root, p_at, p_key, p_note);
END $$;

-- Let a new key sign from p_at, the present one until p_until as well; whoever retired before
-- p_at loses the private half. All keys have one name.
CREATE FUNCTION ledger_add_key(p_id text, p_name text, p_public bytea, p_private bytea,
                               p_at timestamptz, p_until timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('seal ' || current_schema(), 0));
    IF EXISTS (SELECT FROM seal_keys k WHERE k.name <> p_name OR k.created_at > p_at) OR p_until < p_at THEN
        RAISE EXCEPTION 'key % cannot follow', p_id USING ERRCODE = 'LG004';
    END IF;
    UPDATE seal_keys k SET private_key = NULL WHERE k.retires_at <= p_at AND k.private_key IS NOT NULL;
    UPDATE seal_keys k SET retires_at = p_until WHERE k.retires_at IS NULL;
    INSERT INTO seal_keys (id, name, public_key, private_key, created_at)
    VALUES (p_id, p_name, p_public, p_private, p_at);
END $$;

REVOKE ALL ON leaves, tree_nodes, checkpoints, seal_keys, seal_marks, seal_runs FROM PUBLIC, incentive_app;
GRANT SELECT ON leaves, tree_nodes, checkpoints, seal_keys, seal_marks, seal_runs TO incentive_app;
REVOKE ALL ON FUNCTION ledger_number, ledger_seal, ledger_keep_nodes, ledger_checkpoint, ledger_add_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_number, ledger_seal, ledger_keep_nodes, ledger_checkpoint, ledger_add_key TO incentive_app;

GRANT CREATE ON SCHEMA {schema} TO incentive_ledger;
ALTER TABLE leaves OWNER TO incentive_ledger;
ALTER TABLE tree_nodes OWNER TO incentive_ledger;
ALTER TABLE checkpoints OWNER TO incentive_ledger;
ALTER TABLE seal_keys OWNER TO incentive_ledger;
ALTER TABLE seal_runs OWNER TO incentive_ledger;
ALTER TABLE seal_marks OWNER TO incentive_ledger;
ALTER FUNCTION ledger_number OWNER TO incentive_ledger;
ALTER FUNCTION ledger_seal OWNER TO incentive_ledger;
ALTER FUNCTION ledger_keep_nodes OWNER TO incentive_ledger;
ALTER FUNCTION ledger_checkpoint OWNER TO incentive_ledger;
ALTER FUNCTION ledger_add_key OWNER TO incentive_ledger;
REVOKE CREATE ON SCHEMA {schema} FROM incentive_ledger;
