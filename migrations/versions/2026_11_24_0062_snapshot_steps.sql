-- Snapshots of old books go in steps, each a transaction of its own: what was proposed is done up to
-- `reached`, and whoever goes on begins there. {schema} is the jurisdiction's.

-- While the steps of one proposal are under way: how many transactions each has, and from each
-- further step on the earliest instant at which anything was booked.
ALTER TABLE snapshot_marks
    ADD COLUMN stride bigint NOT NULL DEFAULT 0,
    ADD COLUMN floors timestamptz[] NOT NULL DEFAULT '{}';

DROP FUNCTION ledger_snapshot(int);
-- Add a snapshot of an account for about every p_every further entries on it, as far as nobody can
-- still book before; return how many, and whether there is more to do at once. Nobody waits for it
-- but another one. What it costs is up to p_step transactions, and up to p_every entries of each
-- account that something was booked on.
-- The planner does not know how few that is: an account with half of all entries looks like a
-- reason to read the whole table, hence the settings.
CREATE FUNCTION ledger_snapshot(p_every int, p_step bigint, OUT taken bigint, OUT more boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    mark snapshot_marks;
    fresh bigint;
    upto bigint;
    floor_at timestamptz;
BEGIN
    -- Each statement has to see what had been committed when it began.
    taken := 0;
    more := false;
    IF current_setting('transaction_isolation') <> 'read committed' OR p_every < 1 OR p_step < 1 THEN
        RAISE EXCEPTION 'no snapshot can be taken so' USING ERRCODE = 'LG004';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('snapshot ' || current_schema(), 0));
    SELECT * INTO mark FROM snapshot_marks FOR UPDATE;

    -- Twice: what was proposed last time, and, while nobody is booking, what there is now.
    FOR turn IN 1..2 LOOP
        IF mark.reached = mark.position THEN
            -- In this order: what gets an id after this one is booked after this instant.
            mark.proposed_at := clock_timestamp();
            SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END INTO mark.position
            FROM transactions_id_seq s;
            mark.waits_for := ARRAY(SELECT ledger_bookers());
        END IF;
        EXIT WHEN mark.reached = mark.position OR EXISTS (
            SELECT FROM ledger_bookers() b WHERE b = 'prepared' OR b = ANY (mark.waits_for));

        -- Old books go in steps. What a step leaves for later may have been booked before what it has:
        -- so the earliest instant from each step on is looked up, once for all steps.
        IF mark.position - mark.reached > p_step AND mark.stride = 0 THEN
            mark.stride := p_step;
            PERFORM set_config('enable_seqscan', 'on', true);
            mark.floors := ARRAY(
                SELECT min(m.first) OVER (ORDER BY n.n DESC)
                FROM generate_series(1, (mark.position - mark.reached - 1) / p_step) n (n)
                LEFT JOIN (SELECT (t.id - mark.reached - 1) / p_step AS n, min(t.posted_at) AS first
                           FROM transactions t WHERE t.id > mark.reached AND t.id <= mark.position
                           GROUP BY 1) m ON m.n = n.n
                ORDER BY n.n);
            PERFORM set_config('enable_seqscan', 'off', true);
        END IF;
        upto := mark.position;
        floor_at := NULL;
        IF mark.stride > 0 AND mark.position - mark.reached > mark.stride THEN
            upto := mark.reached + mark.stride;
            floor_at := mark.floors[1];
            mark.floors := mark.floors[2:];
        ELSE
            mark.stride := 0;
            mark.floors := '{}';
        END IF;

        WITH touched AS (
            SELECT DISTINCT e.account_id FROM entries e
            WHERE e.transaction_id > mark.reached AND e.transaction_id <= upto
              AND e.version IS NULL
        ), last AS MATERIALIZED (
            SELECT t.account_id, coalesce(s.position, 0) AS position,
                   coalesce(s.entries, 0) AS entries, coalesce(s.balance, 0) AS balance,
                   coalesce(s.credited, 0) AS credited
            FROM touched t
            LEFT JOIN LATERAL (SELECT * FROM account_snapshots s WHERE s.account_id = t.account_id
                               ORDER BY s.position DESC LIMIT 1) s ON true
        ), moved AS (
            SELECT l.account_id, l.entries AS entries_before, l.balance AS balance_before,
                   l.credited AS credited_before, t.id AS position, t.posted_at,
                   t.effective_on AS day, count(*) AS entries, sum(e.amount) AS balance,
                   coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0) AS credited
            FROM last l
            JOIN entries e ON e.account_id = l.account_id
                AND e.transaction_id > l.position AND e.transaction_id <= upto
            JOIN transactions t ON t.id = e.transaction_id
            GROUP BY l.account_id, l.entries, l.balance, l.credited, t.id
        ), running AS (
            SELECT m.*,
                   sum(m.entries) OVER upward AS entries_so_far,
                   sum(m.balance) OVER upward AS balance_so_far,
                   sum(m.credited) OVER upward AS credited_so_far,
                   max(m.posted_at) OVER upward AS booked_until,
                   min(m.posted_at) OVER (PARTITION BY m.account_id ORDER BY m.position DESC
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS next_from
            FROM moved m WINDOW upward AS (PARTITION BY m.account_id ORDER BY m.position)
        ), possible AS (
            -- Only where time and ids cut alike.
            SELECT r.*, div(r.entries_so_far, p_every) AS stretch,
                   r.entries_so_far >= p_every
                   AND r.booked_until <= least(r.next_from, floor_at, mark.proposed_at) AS clean
            FROM running r
        ), cut AS MATERIALIZED (
            SELECT p.*, p.clean AND row_number() OVER (
                       PARTITION BY p.account_id, p.stretch, p.clean ORDER BY p.position) = 1 AS here
            FROM possible p
        ), made AS (
            INSERT INTO account_snapshots (account_id, position, entries, balance, credited, booked_until)
            SELECT c.account_id, c.position, c.entries_before + c.entries_so_far,
                   c.balance_before + c.balance_so_far, c.credited_before + c.credited_so_far,
                   c.booked_until
            FROM cut c WHERE c.here
            RETURNING 1
        ), change AS (
            SELECT c.account_id, c.kept_to, c.day, sum(c.entries) AS entries,
                   sum(c.balance) AS balance, sum(c.credited) AS credited
            FROM (SELECT c.*, max(c.position) FILTER (WHERE c.here)
                              OVER (PARTITION BY c.account_id) AS kept_to FROM cut c) c
            WHERE c.position <= c.kept_to
            GROUP BY c.account_id, c.kept_to, c.day
        ), changed AS (
            SELECT c.account_id, c.kept_to, c.day, c.entries, c.balance, c.credited FROM change c
            UNION ALL
            SELECT f.account_id, f.kept_to, d.day, 0, 0, 0
            FROM (SELECT c.account_id, c.kept_to, min(c.day) AS day FROM change c
                  GROUP BY c.account_id, c.kept_to) f
            JOIN account_days d ON d.account_id = f.account_id AND d.day > f.day
        ), summed AS (
            SELECT c.account_id, c.kept_to, c.day,
                   sum(sum(c.entries)) OVER upward AS entries,
                   sum(sum(c.balance)) OVER upward AS balance,
                   sum(sum(c.credited)) OVER upward AS credited
            FROM changed c GROUP BY c.account_id, c.kept_to, c.day
            WINDOW upward AS (PARTITION BY c.account_id ORDER BY c.day)
        ), dated AS (
            INSERT INTO account_days (account_id, day, position, entries, balance, credited)
            SELECT s.account_id, s.day, s.kept_to, coalesce(b.entries, 0) + s.entries,
                   coalesce(b.balance, 0) + s.balance, coalesce(b.credited, 0) + s.credited
            FROM summed s
            LEFT JOIN LATERAL (SELECT * FROM account_days b
                               WHERE b.account_id = s.account_id AND b.day <= s.day
                               ORDER BY b.day DESC, b.position DESC LIMIT 1) b ON true
        )
        SELECT count(*) INTO fresh FROM made;
        taken := taken + fresh;
        mark.reached := upto;
        more := mark.reached < mark.position;
        EXIT WHEN more;
    END LOOP;

    UPDATE snapshot_marks SET (reached, position, proposed_at, waits_for, stride, floors)
        = (mark.reached, mark.position, mark.proposed_at, mark.waits_for, mark.stride, mark.floors);
END $$;

REVOKE ALL ON FUNCTION ledger_snapshot FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_snapshot TO incentive_app;
GRANT CREATE ON SCHEMA {schema} TO incentive_ledger;
ALTER FUNCTION ledger_snapshot OWNER TO incentive_ledger;
REVOKE CREATE ON SCHEMA {schema} FROM incentive_ledger;
