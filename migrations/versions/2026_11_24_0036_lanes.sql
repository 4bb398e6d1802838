-- What is still to be settled stands in a short table of its own, in two lanes that are settled side
-- by side. docs/decisions/0002 and 0006 say why. {schema} is the jurisdiction's.

-- A verified record is here until it is paid, and no other is; a row's going is all that settlement
-- notes of it. All records of a person are in one lane. retry_at: settling it was tried in vain,
-- and is to be tried again then. The triggers below are what puts rows in, so there is no foreign key.
CREATE TABLE unsettled_records (
    lane      smallint NOT NULL CONSTRAINT ck_unsettled_records_lane CHECK (lane IN (0, 1)),
    record_id uuid     NOT NULL,
    retry_at  timestamptz,
    CONSTRAINT pk_unsettled_records PRIMARY KEY (lane, record_id)
);
CREATE FUNCTION settlement_lane(p_person uuid) RETURNS smallint LANGUAGE sql IMMUTABLE AS $$
    SELECT (get_byte(uuid_send(p_person), 15) % 2)::smallint
$$;
INSERT INTO unsettled_records (lane, record_id, retry_at)
SELECT settlement_lane(person_id), id, settle_after FROM service_records
WHERE status = 'verified' AND settled_at IS NULL ORDER BY id;
-- With them goes the index of what is unsettled.
ALTER TABLE service_records DROP COLUMN settled_at, DROP COLUMN settle_after;

CREATE FUNCTION await_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {schema}.unsettled_records (lane, record_id)
    VALUES ({schema}.settlement_lane(NEW.person_id), NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER verified_at_once AFTER INSERT ON service_records FOR EACH ROW
    WHEN (NEW.status = 'verified') EXECUTE FUNCTION await_settlement();
CREATE TRIGGER verified AFTER UPDATE OF status ON service_records FOR EACH ROW
    WHEN (NEW.status = 'verified' AND OLD.status <> 'verified') EXECUTE FUNCTION await_settlement();

-- Who settles has taken the row out: whoever comes here meanwhile waits, and finds nothing then.
CREATE FUNCTION await_no_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM {schema}.unsettled_records
    WHERE lane = {schema}.settlement_lane(NEW.person_id) AND record_id = NEW.id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the record % was settled: only a reversal takes points back', NEW.id
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'ck_service_records_settled';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER no_longer_verified AFTER UPDATE OF status ON service_records FOR EACH ROW
    WHEN (OLD.status = 'verified' AND NEW.status <> 'verified') EXECUTE FUNCTION await_no_settlement();

-- What convert_to is; declared as more, it would not be inlined, which is most of what it costs.
ALTER FUNCTION ledger_field STABLE;
