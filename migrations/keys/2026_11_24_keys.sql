-- What the application may do with keys is a list of functions. It names whose keys it wants, a
-- page of persons at a time; it cannot select from the table, and so not carry it away in one query.

CREATE TABLE master_keys (
    id text NOT NULL,
    check_value bytea NOT NULL,
    is_current boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    CONSTRAINT pk_master_keys PRIMARY KEY (id),
    CONSTRAINT ck_master_keys_id CHECK (id <> ''),
    CONSTRAINT ck_master_keys_current CHECK (NOT (is_current AND retired_at IS NOT NULL))
);
CREATE UNIQUE INDEX uq_master_keys_current ON master_keys (is_current) WHERE is_current;

-- A destroyed key keeps its row, so that nobody is given a new one by mistake.
CREATE TABLE person_keys (
    jurisdiction text NOT NULL,
    person_id uuid NOT NULL,
    master_id text,
    wrapped bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CONSTRAINT pk_person_keys PRIMARY KEY (jurisdiction, person_id),
    CONSTRAINT fk_person_keys_master_id FOREIGN KEY (master_id) REFERENCES master_keys (id),
    CONSTRAINT ck_person_keys_destroyed CHECK (
        num_nulls(master_id, wrapped) = CASE WHEN destroyed_at IS NULL THEN 0 ELSE 2 END
    )
);
CREATE INDEX ix_person_keys_master_id ON person_keys (master_id);

CREATE TABLE blind_keys (
    jurisdiction text NOT NULL,
    version smallint NOT NULL,
    master_id text,
    wrapped bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CONSTRAINT pk_blind_keys PRIMARY KEY (jurisdiction, version),
    CONSTRAINT fk_blind_keys_master_id FOREIGN KEY (master_id) REFERENCES master_keys (id),
    CONSTRAINT ck_blind_keys_version CHECK (version > 0),
    CONSTRAINT ck_blind_keys_destroyed CHECK (
        num_nulls(master_id, wrapped) = CASE WHEN destroyed_at IS NULL THEN 0 ELSE 2 END
    )
);

CREATE FUNCTION person_keys_of(code text, ids uuid[])
RETURNS TABLE (person_id uuid, master_id text, wrapped bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF cardinality(ids) > 200 THEN
        RAISE 'At most 200 keys at a time.' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    RETURN QUERY SELECT k.person_id, k.master_id, k.wrapped FROM public.person_keys k
    WHERE k.jurisdiction = code AND k.person_id = ANY (ids);
END
$$;

-- False: the master key is not the current one any more, and nothing was added.
CREATE FUNCTION add_person_keys(code text, master text, ids uuid[], keys bytea[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.master_keys m WHERE m.id = master AND m.is_current FOR SHARE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO public.person_keys (jurisdiction, person_id, master_id, wrapped)
    SELECT code, fresh.id, master, fresh.key FROM unnest(ids, keys) AS fresh (id, key)
    ORDER BY fresh.id
    ON CONFLICT DO NOTHING;
    RETURN true;
END
$$;

-- A person who never had a key gets none any more either.
CREATE FUNCTION destroy_person_key(code text, id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.person_keys (jurisdiction, person_id, destroyed_at) VALUES (code, id, now())
    ON CONFLICT (jurisdiction, person_id) DO UPDATE
    SET master_id = NULL, wrapped = NULL, destroyed_at = now()
    WHERE public.person_keys.destroyed_at IS NULL
$$;

CREATE FUNCTION key_holders(code text, after uuid, made_before timestamptz)
RETURNS TABLE (person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT k.person_id FROM public.person_keys k
    WHERE k.jurisdiction = code AND (after IS NULL OR k.person_id > after)
        AND k.created_at < made_before AND k.destroyed_at IS NULL
    ORDER BY k.person_id LIMIT 1000
$$;

CREATE FUNCTION drop_unused_keys(code text, ids uuid[], made_before timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH dropped AS (
        DELETE FROM public.person_keys k
        WHERE k.jurisdiction = code AND k.person_id = ANY (ids)
            AND k.created_at < made_before AND k.destroyed_at IS NULL
        RETURNING 1
    )
    SELECT count(*) FROM dropped
$$;

CREATE FUNCTION blind_key_of(code text, number smallint)
RETURNS TABLE (master_id text, wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT k.master_id, k.wrapped FROM public.blind_keys k
    WHERE k.jurisdiction = code AND k.version = number
$$;

CREATE FUNCTION add_blind_key(code text, number smallint, master text, key bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.master_keys m WHERE m.id = master AND m.is_current FOR SHARE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO public.blind_keys (jurisdiction, version, master_id, wrapped)
    VALUES (code, number, master, key) ON CONFLICT DO NOTHING;
    RETURN true;
END
$$;

CREATE FUNCTION destroy_blind_key(code text, number smallint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE public.blind_keys SET master_id = NULL, wrapped = NULL, destroyed_at = now()
    WHERE jurisdiction = code AND version = number AND destroyed_at IS NULL
$$;

ALTER TABLE master_keys OWNER TO incentive_keeper;
ALTER TABLE person_keys OWNER TO incentive_keeper;
ALTER TABLE blind_keys OWNER TO incentive_keeper;
GRANT SELECT ON master_keys TO incentive_app;

DO $$
DECLARE
    made regprocedure;
BEGIN
    FOR made IN
        SELECT p.oid::regprocedure FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public'
            AND p.proname IN ('person_keys_of', 'add_person_keys', 'destroy_person_key',
                'key_holders', 'drop_unused_keys', 'blind_key_of', 'add_blind_key',
                'destroy_blind_key')
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO incentive_keeper', made);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', made);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO incentive_app', made);
    END LOOP;
END
$$;
