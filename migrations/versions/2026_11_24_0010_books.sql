-- What the sealed books need of the ledger's rows: more kinds and purposes, and a commitment in
-- the place of every text that may lead to a person. {schema} is the jurisdiction's.

ALTER TABLE accounts DROP CONSTRAINT ck_accounts_purpose;
ALTER TABLE accounts ADD CONSTRAINT ck_accounts_purpose CHECK (purpose IN
    ('available', 'held', 'issuance', 'breakage', 'clearing', 'income', 'payable', 'budget', 'paid'));
ALTER TABLE transactions DROP CONSTRAINT ck_transactions_kind;
ALTER TABLE transactions ADD CONSTRAINT ck_transactions_kind CHECK (kind IN
    ('award', 'hold', 'redemption', 'release', 'refund', 'expiry', 'adjustment', 'reversal',
     'transfer', 'donation', 'charge', 'payment'));

-- A leaf of the sealed books names an account's owner only by this commitment: SHA-256 of the
-- salt and the owner. Without the salt nobody can tell whose it is, and every proof still holds.
ALTER TABLE accounts ADD COLUMN salt bytea, ADD COLUMN commitment bytea;
ALTER TABLE accounts DISABLE TRIGGER moved_by_posting;
UPDATE accounts SET salt = uuid_send(gen_random_uuid());
UPDATE accounts SET commitment = sha256(salt || convert_to(owner, 'UTF8'));
ALTER TABLE accounts ENABLE TRIGGER moved_by_posting;
ALTER TABLE accounts ALTER COLUMN commitment SET NOT NULL;

CREATE FUNCTION commit_to_owner() RETURNS trigger LANGUAGE plpgsql
SET search_path = {schema}, public, pg_temp AS $$
BEGIN
    NEW.salt := uuid_send(gen_random_uuid());
    NEW.commitment := sha256(NEW.salt || convert_to(NEW.owner, 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER committed BEFORE INSERT ON accounts
    FOR EACH ROW EXECUTE FUNCTION commit_to_owner();

-- The salt of the commitment to a transaction's actor and reason.
ALTER TABLE transactions ADD COLUMN salt bytea DEFAULT uuid_send(gen_random_uuid());
