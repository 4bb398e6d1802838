-- What stood on the accounts that keep no balance (every one but a person's), up to a position: so
-- that reading one costs what was booked since, not all that ever was. {schema} is the jurisdiction's.

-- All entries of the account in transactions up to `position`: how many, their sum, and the sum of
-- those that went in. They were booked by `booked_until` at the latest, and none of the account's
-- later ones before: so the latest one of an instant is followed by the first that is too late for it.
CREATE TABLE account_snapshots (
    account_id   bigint NOT NULL CONSTRAINT fk_account_snapshots_account_id REFERENCES accounts (id),
    position     bigint NOT NULL,
    entries      bigint NOT NULL,
    balance      bigint NOT NULL,
    credited     bigint NOT NULL,
    booked_until timestamptz NOT NULL,
    CONSTRAINT pk_account_snapshots PRIMARY KEY (account_id, position)
);
CREATE INDEX ix_account_snapshots_account_id_booked_until_position
    ON account_snapshots (account_id, booked_until, position);

-- The same by the day that entries belong to: of those in transactions up to `position`, all that
-- belong to `day` or an earlier one. What is entered late changes the days after it: they get new
-- rows, and of a day's rows that of the highest position counts, as far as the account's
-- latest snapshot.
CREATE TABLE account_days (
    account_id bigint NOT NULL CONSTRAINT fk_account_days_account_id REFERENCES accounts (id),
    day        date   NOT NULL,
    position   bigint NOT NULL,
    entries    bigint NOT NULL,
    balance    bigint NOT NULL,
    credited   bigint NOT NULL,
    CONSTRAINT pk_account_days PRIMARY KEY (account_id, day, position)
);

-- Up to `reached` the entries were looked at. `position` is next: the last id that was given out when
-- it was `proposed_at`. It is reached once those who were booking then, `waits_for`, have ended.
CREATE TABLE snapshot_marks (
    id          smallint    NOT NULL DEFAULT 1 CONSTRAINT pk_snapshot_marks PRIMARY KEY
                            CONSTRAINT ck_snapshot_marks_only CHECK (id = 1),
    reached     bigint      NOT NULL DEFAULT 0,
    position    bigint      NOT NULL DEFAULT 0,
    proposed_at timestamptz NOT NULL DEFAULT '-infinity',
    waits_for   text[]      NOT NULL DEFAULT '{}'
);
INSERT INTO snapshot_marks DEFAULT VALUES;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_snapshots
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_days
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON snapshot_marks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who may be booking at this moment: whoever draws a transaction's id takes this lock on its source
-- before, and holds it to the end. (By xid a transaction would not be known: it may draw the id
-- first.) One that was prepared has no name that lasts: all of them are called the same.
CREATE FUNCTION ledger_bookers() RETURNS SETOF text LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN l.pid IS NULL THEN 'prepared' ELSE l.virtualtransaction END
    FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock'
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.relation = '{schema}.transactions_id_seq'::regclass
$$;

-- Add a snapshot of an account for about every p_every further entries on it, as far as nobody can
-- still book before; return how many. Nobody waits for it but another one. What it costs is what was
-- booked since, and up to p_every entries of each account that something was booked on.
-- The planner does not know how few that is: an account with half of all entries looks like a
-- reason to read the whole table, hence the settings.
CREATE FUNCTION ledger_snapshot(p_every int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    mark snapshot_marks;
    fresh bigint;
    total bigint := 0;
BEGIN
    -- Each statement has to see what had been committed when it began.
    IF current_setting('transaction_isolation') <> 'read committed' OR p_every < 1 THEN
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

        WITH touched AS (
            SELECT DISTINCT e.account_id FROM entries e
            WHERE e.transaction_id > mark.reached AND e.transaction_id <= mark.position
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
                AND e.transaction_id > l.position AND e.transaction_id <= mark.position
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
                   AND r.booked_until <= least(r.next_from, mark.proposed_at) AS clean
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
            SELECT c.account_id, c.upto, c.day, sum(c.entries) AS entries,
                   sum(c.balance) AS balance, sum(c.credited) AS credited
            FROM (SELECT c.*, max(c.position) FILTER (WHERE c.here)
                              OVER (PARTITION BY c.account_id) AS upto FROM cut c) c
            WHERE c.position <= c.upto
            GROUP BY c.account_id, c.upto, c.day
        ), changed AS (
            SELECT c.account_id, c.upto, c.day, c.entries, c.balance, c.credited FROM change c
            UNION ALL
            SELECT f.account_id, f.upto, d.day, 0, 0, 0
            FROM (SELECT c.account_id, c.upto, min(c.day) AS day FROM change c
                  GROUP BY c.account_id, c.upto) f
            JOIN account_days d ON d.account_id = f.account_id AND d.day > f.day
        ), summed AS (
            SELECT c.account_id, c.upto, c.day,
                   sum(sum(c.entries)) OVER upward AS entries,
                   sum(sum(c.balance)) OVER upward AS balance,
                   sum(sum(c.credited)) OVER upward AS credited
            FROM changed c GROUP BY c.account_id, c.upto, c.day
            WINDOW upward AS (PARTITION BY c.account_id ORDER BY c.day)
        ), dated AS (
            INSERT INTO account_days (account_id, day, position, entries, balance, credited)
            SELECT s.account_id, s.day, s.upto, coalesce(b.entries, 0) + s.entries,
                   coalesce(b.balance, 0) + s.balance, coalesce(b.credited, 0) + s.credited
            FROM summed s
            LEFT JOIN LATERAL (SELECT * FROM account_days b
                               WHERE b.account_id = s.account_id AND b.day <= s.day
                               ORDER BY b.day DESC, b.position DESC LIMIT 1) b ON true
        )
        SELECT count(*) INTO fresh FROM made;
        total := total + fresh;
        mark.reached := mark.position;
    END LOOP;

    UPDATE snapshot_marks SET (reached, position, proposed_at, waits_for)
        = (mark.reached, mark.position, mark.proposed_at, mark.waits_for);
    RETURN total;
END $$;

REVOKE ALL ON account_snapshots, account_days, snapshot_marks FROM PUBLIC, incentive_app;
GRANT SELECT ON account_snapshots, account_days, snapshot_marks TO incentive_app;
REVOKE ALL ON FUNCTION ledger_bookers, ledger_snapshot FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_snapshot TO incentive_app;

GRANT CREATE ON SCHEMA {schema} TO incentive_ledger;
ALTER TABLE account_snapshots OWNER TO incentive_ledger;
ALTER TABLE account_days OWNER TO incentive_ledger;
ALTER TABLE snapshot_marks OWNER TO incentive_ledger;
ALTER FUNCTION ledger_bookers OWNER TO incentive_ledger;
ALTER FUNCTION ledger_snapshot OWNER TO incentive_ledger;
REVOKE CREATE ON SCHEMA {schema} FROM incentive_ledger;
