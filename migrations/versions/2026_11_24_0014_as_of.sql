-- The last version that a limited account had at an instant, 0 if it had none. Versions are dense
-- and were booked in their order (the account is locked meanwhile), so some twenty probes of
-- two keys find it in a million: postings pay for no further index. {schema} is the jurisdiction's.
CREATE FUNCTION ledger_version_at(p_account bigint, p_last bigint, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = {schema}, public, pg_temp AS $$
DECLARE
    known bigint := 0;
    middle bigint;
    late bigint := p_last + 1;
BEGIN
    WHILE late - known > 1 LOOP
        middle := (known + late) / 2;
        IF (SELECT t.posted_at <= p_at FROM entries e JOIN transactions t ON t.id = e.transaction_id
            WHERE e.account_id = p_account AND e.version = middle) THEN
            known := middle;
        ELSE
            late := middle;
        END IF;
    END LOOP;
    RETURN known;
END $$;

REVOKE ALL ON FUNCTION ledger_version_at FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_version_at TO incentive_app;
