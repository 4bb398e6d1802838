-- Sealing at less cost. docs/decisions/0007 says what it is made of. {schema} is the jurisdiction's.

-- The ids of a run live for a second: to compress them cost more than all else in numbering.
ALTER TABLE seal_runs ALTER COLUMN ids SET STORAGE EXTERNAL;
-- What a batch sorts fits in there.
ALTER FUNCTION ledger_number SET work_mem = '16MB';

-- As before, but mostly a run's ids follow each other without a gap, and then nothing is to be
-- sorted: not the leaves, and not the entries either, which a bitmap would bring out of their order.
CREATE OR REPLACE FUNCTION ledger_seal() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp
SET enable_bitmapscan = off AS $$
DECLARE
    run seal_runs;
    source text;
    low bigint;
    high bigint;
    made bigint;
    every bigint;
    ascending boolean;
    without_gap boolean;
BEGIN
    SELECT * INTO run FROM seal_runs r ORDER BY r.first_seq LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    -- A crash of the machine may take leaves back, the checkpoint above them and their numbers
    -- not: that one waits for the disk.
    PERFORM set_config('synchronous_commit', 'off', true);
    source := CASE run.kind WHEN 'T' THEN 'transactions' ELSE 'audit_entries' END;
    low := run.ids[1];
    high := low + cardinality(run.ids) - 1;
    without_gap := run.ids = ARRAY(SELECT generate_series(low, high));
    IF NOT without_gap THEN
        SELECT min(i), max(i), bool_and(i > previous) INTO low, high, ascending
        FROM (SELECT i, lag(i, 1, 0::bigint) OVER (ORDER BY n) AS previous
              FROM unnest(run.ids) WITH ORDINALITY AS u (i, n)) seen;
        IF high - low < 4 * cardinality(run.ids) THEN
            EXECUTE format('SELECT count(*) FROM %I WHERE id BETWEEN $1 AND $2', source)
            INTO every USING low, high;
        END IF;
    END IF;
    -- Mostly the rows stand together, and in the order of their ids: then they are read as they
    -- lie. A row whose salt is gone before it was sealed commits to nothing.
    EXECUTE format($q$
        INSERT INTO leaves (seq, kind, ref, memo, hash)
        SELECT $1 + b.at - 1, %L, b.id, b.memo, sha256('\x00'::bytea || b.head || b.memo || b.tail)
        FROM (SELECT %s AS at, s.id, s.head, s.tail, coalesce(s.memo, sha256(''::bytea)) AS memo
              FROM %I($2, $3, $4) s %s OFFSET 0) b $q$,
        run.kind,
        CASE WHEN without_gap THEN 's.id - $3 + 1'
             WHEN ascending THEN 'row_number() OVER (ORDER BY s.id)'
             ELSE 'n.ord' END,
        CASE run.kind WHEN 'T' THEN 'ledger_transaction_bytes' ELSE 'ledger_audit_bytes' END,
        CASE WHEN without_gap OR ascending THEN ''
             ELSE 'JOIN unnest($5) WITH ORDINALITY AS n (id, ord) ON n.id = s.id ORDER BY n.ord' END)
    USING run.first_seq,
          CASE WHEN NOT without_gap AND every IS DISTINCT FROM cardinality(run.ids) THEN run.ids END,
          low, high, run.ids;
    GET DIAGNOSTICS made = ROW_COUNT;
    IF made <> cardinality(run.ids) THEN
        RAISE EXCEPTION 'of % rows numbered from % on, % are there', cardinality(run.ids),
            run.first_seq, made USING ERRCODE = 'LG004';
    END IF;
    DELETE FROM seal_runs r WHERE r.first_seq = run.first_seq;
    RETURN made;
END $$;
