-- The audit log. {schema} is the jurisdiction's.

CREATE TABLE audit_entries (
    id      bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_audit_entries PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor   text  NOT NULL,
    role    text  NOT NULL DEFAULT '',
    scope   text  NOT NULL DEFAULT '',
    origin  text  NOT NULL DEFAULT '',
    action  text  NOT NULL,
    subject text  NOT NULL,
    before  jsonb,
    after   jsonb,
    reason  text  NOT NULL DEFAULT '',
    -- The salt of the commitment that stands in the sealed books for what may lead to a person.
    salt    bytea DEFAULT uuid_send(gen_random_uuid()),
    -- For the sealer: it takes what no running transaction can still come before.
    xid     xid8  NOT NULL DEFAULT pg_current_xact_id(),
    -- Where it was done: what follows " at ", else the role's scope. Readers are let in by this.
    place   text  NOT NULL GENERATED ALWAYS AS (regexp_replace(scope, '^.* at ', '')) STORED
);
CREATE INDEX ix_audit_entries_at ON audit_entries (at);
CREATE INDEX ix_audit_entries_actor_id ON audit_entries (actor, id);
CREATE INDEX ix_audit_entries_action_id ON audit_entries (action, id);
CREATE INDEX ix_audit_entries_subject_id ON audit_entries (subject, id);
-- Compared letter by letter, so that a region's path finds all below it.
CREATE INDEX ix_audit_entries_place ON audit_entries (place text_pattern_ops);
CREATE INDEX ix_audit_entries_xid_id ON audit_entries (xid, id);

CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'LG009', HINT = 'Record what was done to put it right.';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();

-- Of a new row the application says what was done; when, in which transaction and under which
-- number, the database says alone.
REVOKE ALL ON audit_entries FROM PUBLIC, incentive_app;
GRANT SELECT ON audit_entries TO incentive_app;
GRANT INSERT (actor, role, scope, origin, action, subject, before, after, reason)
    ON audit_entries TO incentive_app;

-- The owner is a role that nobody can log in as: no login of the application's may grant itself more.
GRANT CREATE ON SCHEMA {schema} TO incentive_ledger;
ALTER TABLE audit_entries OWNER TO incentive_ledger;
ALTER FUNCTION refuse_change_of_audit OWNER TO incentive_ledger;
REVOKE CREATE ON SCHEMA {schema} FROM incentive_ledger;
