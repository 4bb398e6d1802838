-- Sealing a backlog with both sessions busy to its end. {schema} is the jurisdiction's.

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
