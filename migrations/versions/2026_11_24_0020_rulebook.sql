-- What a rule version must be is held here, whoever writes it: the very document that was
-- simulated, submitted, and approved by a second person, from a day of which nothing is settled.
-- {schema} is the jurisdiction's.

CREATE FUNCTION hash_rule_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.document_hash := sha256(convert_to(NEW.document::text, 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER hashed BEFORE INSERT ON rule_drafts
    FOR EACH ROW EXECUTE FUNCTION hash_rule_draft();

CREATE FUNCTION check_rule_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, public, pg_temp AS $$
DECLARE
    draft rule_drafts%ROWTYPE;
BEGIN
    -- The settlement's own lock: no day is settled under the old rules while it gets new ones.
    PERFORM pg_advisory_xact_lock(hashtextextended('settlement ' || TG_TABLE_SCHEMA, 0));
    SELECT * INTO draft FROM rule_drafts WHERE id = NEW.draft_id FOR UPDATE;
    IF NOT FOUND OR draft.state <> 'submitted' THEN
        RAISE EXCEPTION 'a rule version needs a submitted draft' USING ERRCODE = 'RL001';
    END IF;
    IF (NEW.document, NEW.effective_from, NEW.created_by)
       IS DISTINCT FROM (draft.document, draft.effective_from, draft.proposed_by) THEN
        RAISE EXCEPTION 'a rule version is what its draft says' USING ERRCODE = 'RL002';
    END IF;
    IF NOT EXISTS (SELECT FROM simulations s WHERE s.draft_id = draft.id AND s.error = ''
                   AND s.finished_at IS NOT NULL AND s.document_hash = draft.document_hash
                   AND s.document_hash = sha256(convert_to(NEW.document::text, 'UTF8'))) THEN
        RAISE EXCEPTION 'a rule version was simulated as it stands' USING ERRCODE = 'RL003';
    END IF;
    IF EXISTS (SELECT FROM awards WHERE day >= NEW.effective_from) THEN
        RAISE EXCEPTION 'no settled day is ruled again' USING ERRCODE = 'RL004';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approved BEFORE INSERT ON rule_versions
    FOR EACH ROW EXECUTE FUNCTION check_rule_version();

-- A draft's words, and what a simulation is of, are never changed; what becomes of them is noted.
REVOKE UPDATE, DELETE ON rule_drafts, simulations, simulation_persons FROM incentive_app;
REVOKE DELETE ON simulation_sums FROM incentive_app;
GRANT UPDATE (state, decided_by, decided_at, decision) ON rule_drafts TO incentive_app;
GRANT UPDATE (records_total, records_done, last_person, finished_at, error) ON simulations
    TO incentive_app;
