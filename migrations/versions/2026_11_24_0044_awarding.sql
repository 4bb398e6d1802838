-- What a settled record costs besides its entries. docs/decisions/0006 says why.
-- {schema} is the jurisdiction's.

-- Whose an award is, for which activity and day, is not handed over: it is read from the record, so
-- no award can differ from its record when it is made. Each record is probed for, and each shift
-- (hence OFFSET): joined with thousands, both tables would be read from end to end.
CREATE FUNCTION settlement_award(
    p_record uuid[], p_points int[], p_transaction bigint[], p_expires_on date[], p_explained int[],
    p_explanations jsonb, p_rule_version uuid, p_at timestamptz
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO awards (service_record_id, person_id, activity_id, day, points, transaction_id,
                        expires_on, explanation, rule_version_id, awarded_at)
    SELECT a.record, r.person_id, s.activity_id, r.day, a.points, a.transaction, a.expires_on,
           e.explanation, p_rule_version, p_at
    FROM unnest(p_record, p_points, p_transaction, p_expires_on, p_explained)
        AS a (record, points, transaction, expires_on, explained)
    CROSS JOIN LATERAL (SELECT r.person_id, r.day, r.shift_id FROM service_records r
                        WHERE r.id = a.record OFFSET 0) r
    CROSS JOIN LATERAL (SELECT s.activity_id FROM shifts s WHERE s.id = r.shift_id OFFSET 0) s
    JOIN jsonb_array_elements(p_explanations) WITH ORDINALITY AS e (explanation, n)
        ON e.n = a.explained;
    GET DIAGNOSTICS made = ROW_COUNT;
    IF made <> cardinality(p_record) OR NOT EXISTS (SELECT FROM rule_versions WHERE id = p_rule_version) THEN
        RAISE EXCEPTION 'an award names no record or no rule version'
            USING ERRCODE = 'foreign_key_violation', TABLE = 'awards', CONSTRAINT = 'fk_awards_record';
    END IF;
END $$;
DROP TRIGGER fk_awards_record ON awards;
DROP FUNCTION refuse_stray_awards;

REVOKE INSERT ON awards FROM incentive_app;
GRANT INSERT ON awards TO incentive_ledger;
GRANT SELECT ON service_records, shifts, rule_versions TO incentive_ledger;
REVOKE ALL ON FUNCTION settlement_award FROM PUBLIC;
GRANT EXECUTE ON FUNCTION settlement_award TO incentive_app;
GRANT CREATE ON SCHEMA {schema} TO incentive_ledger;
ALTER FUNCTION settlement_award OWNER TO incentive_ledger;
REVOKE CREATE ON SCHEMA {schema} FROM incentive_ledger;

-- A purse is written again by every posting. With room on its page no index learns of it.
ALTER TABLE accounts SET (fillfactor = 50);
