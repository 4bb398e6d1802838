-- Leaves in packs. docs/decisions/0012 says why. {schema} is the jurisdiction's.

-- The ids of a pack as a set: p_ids, or where there is but one, p_size from that one on.
CREATE FUNCTION ledger_refs(p_ids bigint[], p_size int) RETURNS int8multirange
LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE cardinality(p_ids)
        WHEN 1 THEN int8multirange(int8range(p_ids[1], p_ids[1] + p_size))
        ELSE (SELECT range_agg(int8range(i, i + 1)) FROM unnest(p_ids) AS i) END
$$;

-- How many ids there are in such a set.
CREATE FUNCTION ledger_refs_count(p_refs int8multirange) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT sum(upper(r) - lower(r))::bigint FROM unnest(p_refs) AS r
$$;

-- The ids of a pack in its order, or the first alone if each is one more than the one before.
CREATE FUNCTION ledger_short(p_ids bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE WHEN p_ids = ARRAY(SELECT generate_series(p_ids[1], p_ids[1] + cardinality(p_ids) - 1))
        THEN p_ids[1:1] ELSE p_ids END
$$;

-- The leaves [first_seq, first_seq + size), all of one kind: T transactions, L lines of the audit
-- log. ids says of which rows (see ledger_short); memos and hashes hold 32 bytes for each, one
-- after the other. A memo is the commitment to a row's texts as they were when it was sealed, so
-- that these and their salt may be erased and the leaf still be computed.
-- No two packs have a number or a row in common, and none has a row twice.
CREATE TABLE leaf_packs (
    first_seq bigint   NOT NULL CONSTRAINT pk_leaf_packs PRIMARY KEY,
    kind      "char"   NOT NULL CONSTRAINT ck_leaf_packs_kind CHECK (kind IN ('T', 'L')),
    size      int      NOT NULL CONSTRAINT ck_leaf_packs_size CHECK (size BETWEEN 1 AND 256),
    ids       bigint[] NOT NULL CONSTRAINT ck_leaf_packs_ids CHECK (cardinality(ids) IN (1, size)),
    refs      int8multirange NOT NULL GENERATED ALWAYS AS (ledger_refs(ids, size)) STORED,
    memos     bytea    NOT NULL,
    hashes    bytea    NOT NULL,
    CONSTRAINT ck_leaf_packs_memos CHECK (octet_length(memos) = 32 * size),
    CONSTRAINT ck_leaf_packs_hashes CHECK (octet_length(hashes) = 32 * size),
    CONSTRAINT ck_leaf_packs_refs CHECK (ledger_refs_count(refs) = size),
    CONSTRAINT ex_leaf_packs_seq EXCLUDE USING gist (int8range(first_seq, first_seq + size) WITH &&),
    CONSTRAINT ex_leaf_packs_transactions EXCLUDE USING gist (refs WITH &&) WHERE (kind = 'T'),
    CONSTRAINT ex_leaf_packs_audit_entries EXCLUDE USING gist (refs WITH &&) WHERE (kind = 'L')
);
-- Hashes do not compress, and a piece of what is stored as it is can be read alone.
ALTER TABLE leaf_packs ALTER COLUMN memos SET STORAGE EXTERNAL, ALTER COLUMN hashes SET STORAGE EXTERNAL;

INSERT INTO leaf_packs (first_seq, kind, size, ids, memos, hashes)
SELECT min(seq), kind, count(*), ledger_short(array_agg(ref ORDER BY seq)),
       string_agg(memo, ''::bytea ORDER BY seq), string_agg(hash, ''::bytea ORDER BY seq)
FROM (SELECT *, seq - row_number() OVER (PARTITION BY kind ORDER BY seq) AS stretch FROM leaves) l
GROUP BY kind, stretch, seq / 256;

DROP TABLE leaves;

-- The leaves [p_from, p_to), each with its row's id. Of what is not asked for nothing is read.
CREATE FUNCTION ledger_sealed(p_from bigint, p_to bigint)
RETURNS TABLE (seq bigint, kind "char", ref bigint, memo bytea, hash bytea)
LANGUAGE sql STABLE AS $$
    SELECT p.first_seq + n, p.kind,
           CASE cardinality(p.ids) WHEN 1 THEN p.ids[1] + n ELSE p.ids[n + 1] END,
           substr(p.memos, 32 * n + 1, 32), substr(p.hashes, 32 * n + 1, 32)
    FROM (
        -- Once for all leaves of a pack.
        SELECT k.first_seq, k.kind, k.size, k.ids || '{}' AS ids,
               k.memos || ''::bytea AS memos, k.hashes || ''::bytea AS hashes
        FROM {schema}.leaf_packs k
        WHERE k.first_seq > p_from - 256 AND k.first_seq < p_to OFFSET 0) p
    CROSS JOIN LATERAL generate_series(
        greatest(p_from - p.first_seq, 0)::int, least(p_to - p.first_seq, p.size)::int - 1) AS n
    -- Before anything is sorted or joined: a pack is not to be carried along for each leaf.
    OFFSET 0
$$;

CREATE VIEW leaves AS SELECT * FROM {schema}.ledger_sealed(0, 9223372036854775807);

-- The number of a transaction's leaf, if it has one.
CREATE FUNCTION ledger_seq_of(p_transaction_id bigint) RETURNS TABLE (seq bigint)
LANGUAGE sql STABLE AS $$
    SELECT p.first_seq + CASE cardinality(p.ids)
        WHEN 1 THEN p_transaction_id - p.ids[1]
        ELSE array_position(p.ids, p_transaction_id) - 1 END
    FROM {schema}.leaf_packs p WHERE p.kind = 'T' AND p.refs @> p_transaction_id
$$;

CREATE OR REPLACE FUNCTION ledger_is_numbered(p_kind "char", p_id bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT CASE p_kind
            WHEN 'T' THEN EXISTS (SELECT FROM {schema}.leaf_packs p WHERE p.kind = 'T' AND p.refs @> p_id)
            ELSE EXISTS (SELECT FROM {schema}.leaf_packs p WHERE p.kind = 'L' AND p.refs @> p_id) END
        OR EXISTS (SELECT FROM {schema}.seal_runs r WHERE r.kind = p_kind AND p_id = ANY (r.ids))
$$;

-- How many leaves there are without a gap.
CREATE OR REPLACE FUNCTION ledger_tree_size() RETURNS bigint
LANGUAGE sql STABLE SET search_path = {schema}, public, pg_temp AS $$
    SELECT coalesce((SELECT min(first_seq) FROM seal_runs),
                    (SELECT first_seq + size FROM leaf_packs ORDER BY first_seq DESC LIMIT 1), 0)
$$;

-- The bytes of the leaves [p_from, p_to) from the rows as they are now; null where a row is gone.
-- A memo whose salt was erased is taken from the leaf.
CREATE OR REPLACE FUNCTION ledger_leaves(p_from bigint, p_to bigint) RETURNS TABLE (seq bigint, leaf bytea)
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
    FROM ledger_sealed(p_from, p_to) l;
    RETURN QUERY
    SELECT l.seq, b.head || coalesce(b.memo, l.memo) || b.tail
    FROM ledger_sealed(p_from, p_to) l
    LEFT JOIN (
        SELECT 'T'::"char" AS kind, t.* FROM ledger_transaction_bytes(
            ledger_listed(t_ids), t_ids[1], t_ids[cardinality(t_ids)]) t
        UNION ALL
        SELECT 'L'::"char", r.* FROM ledger_audit_bytes(
            ledger_listed(l_ids), l_ids[1], l_ids[cardinality(l_ids)]) r
    ) b ON b.kind = l.kind AND b.id = l.ref
    ORDER BY l.seq;
END $$;

-- Number up to p_limit rows of each kind that have no leaf yet; return how many. It takes only
-- what no running transaction can still add to, in the order of transaction ids, so that whatever
-- commits late comes later and nothing is passed over. Nobody waits for it but another sealer.
CREATE OR REPLACE FUNCTION ledger_number(p_limit int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp
SET work_mem = '16MB' AS $$
DECLARE
    -- What one session makes the leaves of at a time, while others do the same for the next.
    at_once CONSTANT int := 8000;
    part int;
    done int;
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
    SELECT greatest((SELECT p.first_seq + p.size FROM leaf_packs p ORDER BY p.first_seq DESC LIMIT 1),
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
                      AND NOT EXISTS (SELECT FROM leaf_packs p WHERE p.kind = %L AND p.refs @> r.id)
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

        -- Few, for each costs some time of its own, and ever shorter ones towards the end, so that
        -- no session is alone for long.
        done := 0;
        WHILE done < batch LOOP
            part := CASE WHEN batch = p_limit THEN at_once
                         ELSE least(at_once, greatest(at_once / 4, (batch - done) / 2)) END;
            INSERT INTO seal_runs (first_seq, kind, ids)
            VALUES (size + done, mark.kind, ids[done + 1:least(done + part, batch)]);
            done := done + part;
        END LOOP;
        size := size + batch;
    END LOOP;
    RETURN size - before;
END $$;

-- Make the leaves of one run that nobody else is at; return how many, 0 if there is no such run.
-- Two sessions may do so side by side. LG004: a row that had got its number is gone.
CREATE OR REPLACE FUNCTION ledger_seal() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp
SET enable_bitmapscan = off AS $$
DECLARE
    per_pack CONSTANT int := 256;
    first bigint;
    of_kind "char";
    numbered bigint[];
    source text;
    low bigint;
    high bigint;
    made int;
    every bigint;
    ascending boolean;
    without_gap boolean;
    all_memos bytea;
    all_hashes bytea;
BEGIN
    SELECT r.first_seq, r.kind, r.ids INTO first, of_kind, numbered
    FROM seal_runs r ORDER BY r.first_seq LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    -- A crash of the machine may take leaves back, the checkpoint above them and their numbers
    -- not: that one waits for the disk.
    PERFORM set_config('synchronous_commit', 'off', true);
    source := CASE of_kind WHEN 'T' THEN 'transactions' ELSE 'audit_entries' END;
    low := numbered[1];
    high := low + cardinality(numbered) - 1;
    without_gap := numbered = ARRAY(SELECT generate_series(low, high));
    IF NOT without_gap THEN
        SELECT min(i), max(i), bool_and(i > previous) INTO low, high, ascending
        FROM (SELECT i, lag(i, 1, 0::bigint) OVER (ORDER BY n) AS previous
              FROM unnest(numbered) WITH ORDINALITY AS u (i, n)) seen;
        IF high - low < 4 * cardinality(numbered) THEN
            EXECUTE format('SELECT count(*) FROM %I WHERE id BETWEEN $1 AND $2', source)
            INTO every USING low, high;
        END IF;
    END IF;
    -- Mostly the rows stand together, and in the order of their ids: then they are read as they
    -- lie. A row whose salt is gone before it was sealed commits to nothing.
    EXECUTE format($q$
        SELECT count(*), string_agg(b.memo, ''::bytea ORDER BY b.at),
               string_agg(sha256('\x00'::bytea || b.head || b.memo || b.tail), ''::bytea ORDER BY b.at)
        FROM (SELECT %s AS at, s.head, s.tail, coalesce(s.memo, sha256(''::bytea)) AS memo
              FROM %I($1, $2, $3) s %s OFFSET 0) b $q$,
        CASE WHEN without_gap OR ascending THEN 's.id' ELSE 'n.ord' END,
        CASE of_kind WHEN 'T' THEN 'ledger_transaction_bytes' ELSE 'ledger_audit_bytes' END,
        CASE WHEN without_gap OR ascending THEN ''
             ELSE 'JOIN unnest($4) WITH ORDINALITY AS n (id, ord) ON n.id = s.id' END)
    INTO made, all_memos, all_hashes
    USING CASE WHEN NOT without_gap AND every IS DISTINCT FROM cardinality(numbered) THEN numbered END,
          low, high, numbered;
    IF made <> cardinality(numbered) THEN
        RAISE EXCEPTION 'of % rows numbered from % on, % are there', cardinality(numbered),
            first, made USING ERRCODE = 'LG004';
    END IF;
    INSERT INTO leaf_packs (first_seq, kind, size, ids, memos, hashes)
    SELECT first + at, of_kind, least(per_pack, made - at),
           CASE WHEN without_gap THEN ARRAY[low + at]
                ELSE ledger_short(numbered[at + 1:least(at + per_pack, made)]) END,
           substr(all_memos, 32 * at + 1, 32 * per_pack), substr(all_hashes, 32 * at + 1, 32 * per_pack)
    FROM generate_series(0, made - 1, per_pack) AS at;
    DELETE FROM seal_runs r WHERE r.first_seq = first;
    RETURN made;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON leaf_packs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

REVOKE ALL ON leaf_packs, leaves FROM PUBLIC, incentive_app;
GRANT SELECT ON leaf_packs, leaves TO incentive_app;

GRANT CREATE ON SCHEMA {schema} TO incentive_ledger;
ALTER TABLE leaf_packs OWNER TO incentive_ledger;
ALTER VIEW leaves OWNER TO incentive_ledger;
REVOKE CREATE ON SCHEMA {schema} FROM incentive_ledger;
