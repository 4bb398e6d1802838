-- A connection keeps a function's plans while it lives. Planned while a table was still
-- empty, they would read all of it for every scan until it is next analysed; so both
-- functions do without sequential scans.

-- All that decides a scan, in one round trip. No row: the token opens no session.
--
-- p_number is the volunteer number on the card; NULL: the person scans for themselves.
-- p_shift_number is what a shift's code carries, else p_shift names the shift.
-- p_roles are the roles that may run a shift; p_shown_since is when a rotating code must
-- have been shown last to count as shown at the scan; p_at is when the scan was made.
CREATE FUNCTION scan_facts(
    p_token bytea, p_received timestamptz, p_nonce uuid, p_number text,
    p_shift_number bigint, p_shift uuid, p_roles text[], p_shown_since timestamptz,
    p_at timestamptz
) RETURNS TABLE (
    actor_id uuid,
    person_id uuid, volunteer_number text, person_status text, card_serial int,
    shift_id uuid, shift_title text, shift_status text, starts_at timestamptz, ends_at timestamptz,
    walk_ins boolean, latitude double precision, longitude double precision, radius_m int,
    print_serial int,
    runs_shift boolean, shown_by_another boolean, shown_by_self boolean,
    sign_up_status text,
    here_id uuid, here_in timestamptz, here_out timestamptz, here_closed_by text,
    here_in_proved boolean, here_record_id uuid, here_record_status text, is_elsewhere boolean,
    elsewhere_id uuid, elsewhere_in timestamptz, elsewhere_starts_at timestamptz,
    elsewhere_ends_at timestamptz,
    earlier_actor_id uuid, earlier_hash bytea, earlier_answer text
)
LANGUAGE plpgsql VOLATILE SET enable_seqscan = off AS $$
#variable_conflict use_variable
DECLARE
    region uuid;
    served_from timestamptz;
    served_to timestamptz;
BEGIN
    SELECT s.person_id INTO actor_id FROM sign_ins s
    WHERE s.token_hash = p_token AND s.revoked_at IS NULL AND s.expires_at > p_received;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    -- One scan of a person at a time. Each statement below takes its own snapshot, and so
    -- sees what the scan that it waited for has written.
    IF p_number IS NULL THEN
        SELECT p.id, p.volunteer_number, p.status, p.card_serial
        INTO person_id, volunteer_number, person_status, card_serial
        FROM persons p WHERE p.id = actor_id FOR NO KEY UPDATE;
    ELSE
        SELECT p.id, p.volunteer_number, p.status, p.card_serial
        INTO person_id, volunteer_number, person_status, card_serial
        FROM persons p WHERE p.volunteer_number = p_number FOR NO KEY UPDATE;
    END IF;

    SELECT s.actor_id, s.request_hash, s.answer
    INTO earlier_actor_id, earlier_hash, earlier_answer
    FROM scans s WHERE s.nonce = p_nonce;

    IF p_shift_number IS NOT NULL THEN
        SELECT h.id, h.title, h.status, h.starts_at, h.ends_at, h.walk_ins,
               h.latitude, h.longitude, h.radius_m, h.print_serial, c.region_id
        INTO shift_id, shift_title, shift_status, starts_at, ends_at, walk_ins,
             latitude, longitude, radius_m, print_serial, region
        FROM shifts h JOIN activities c ON c.id = h.activity_id WHERE h.number = p_shift_number;
    ELSE
        SELECT h.id, h.title, h.status, h.starts_at, h.ends_at, h.walk_ins,
               h.latitude, h.longitude, h.radius_m, h.print_serial, c.region_id
        INTO shift_id, shift_title, shift_status, starts_at, ends_at, walk_ins,
             latitude, longitude, radius_m, print_serial, region
        FROM shifts h JOIN activities c ON c.id = h.activity_id WHERE h.id = p_shift;
    END IF;

    -- The grants come first, for nearly everybody who scans has none.
    runs_shift := EXISTS (
        SELECT FROM role_grants g
        WHERE g.person_id = actor_id AND g.role = ANY (p_roles)
          AND g.valid_from <= p_received
          AND (g.valid_until IS NULL OR g.valid_until > p_received)
          AND (SELECT p.status = 'active' FROM persons p WHERE p.id = actor_id)
          AND (SELECT r.path @> t.path FROM regions r, regions t
               WHERE r.id = g.region_id AND t.id = region));
    SELECT bool_or(u.person_id <> person_id AND u.seen_at >= p_shown_since),
           bool_or(u.person_id = person_id)
    INTO shown_by_another, shown_by_self
    FROM code_runs u WHERE u.shift_id = shift_id;

    SELECT g.status INTO sign_up_status FROM sign_ups g
    WHERE g.shift_id = shift_id AND g.person_id = person_id;

    SELECT a.id, a.check_in_at, a.check_out_at, a.closed_by, a.check_in_proved
    INTO here_id, here_in, here_out, here_closed_by, here_in_proved
    FROM attendances a WHERE a.shift_id = shift_id AND a.person_id = person_id;
    IF here_id IS NULL THEN
        SELECT a.id, a.check_in_at, h.starts_at, h.ends_at
        INTO elsewhere_id, elsewhere_in, elsewhere_starts_at, elsewhere_ends_at
        FROM attendances a JOIN shifts h ON h.id = a.shift_id
        WHERE a.person_id = person_id AND a.check_out_at IS NULL;
    ELSIF here_out IS NOT NULL THEN
        SELECT v.id, v.status INTO here_record_id, here_record_status
        FROM service_records v WHERE v.attendance_id = here_id;
    END IF;

    -- Only what counts as service can overlap. No shift is longer than a day, and its doors
    -- open half an hour before; so the index need not go further back.
    served_from := greatest(coalesce(here_in, p_at), starts_at);
    served_to := greatest(least(p_at, ends_at), served_from);
    is_elsewhere := EXISTS (
        SELECT FROM attendances a JOIN shifts h ON h.id = a.shift_id
        WHERE a.person_id = person_id AND a.shift_id <> shift_id
          AND a.check_in_at > served_from - interval '25 hours' AND a.check_in_at < served_to
          AND h.starts_at < served_to AND least(a.check_out_at, h.ends_at) > served_from
          AND a.check_out_at IS NOT NULL);
    RETURN NEXT;
END $$;

-- Write an accepted scan. CI001: something that decided it has changed meanwhile, so
-- nothing is written and the caller decides anew. p_doubted: the scan changed nothing, but
-- the check-in on record may be wrong, so it no longer counts by itself.
CREATE FUNCTION record_scan(
    p_nonce uuid, p_hash bytea, p_actor uuid, p_rule text, p_scanned timestamptz,
    p_received timestamptz, p_answer json,
    p_outcome text, p_attendance uuid, p_shift uuid, p_person uuid, p_at timestamptz,
    p_proved boolean, p_doubted boolean, p_walk_in boolean,
    p_record uuid, p_day date, p_minutes int, p_verified boolean, p_recorder uuid,
    p_elsewhere uuid, p_elsewhere_out timestamptz, p_elsewhere_record uuid, p_elsewhere_day date,
    p_elsewhere_minutes int
) RETURNS void
LANGUAGE plpgsql VOLATILE SET enable_seqscan = off AS $$
BEGIN
    IF p_elsewhere IS NOT NULL THEN
        WITH closed AS (
            UPDATE attendances a
            SET check_out_at = p_elsewhere_out, closed_by = 'elsewhere', check_out_proved = false
            WHERE a.id = p_elsewhere AND a.check_out_at IS NULL
            RETURNING a.id, a.person_id, a.shift_id
        )
        INSERT INTO service_records (id, attendance_id, person_id, shift_id, day, minutes, status,
                                     recorder_id, reason, created_at)
        SELECT p_elsewhere_record, c.id, c.person_id, c.shift_id, p_elsewhere_day,
               p_elsewhere_minutes, 'pending', p_recorder, '', p_received
        FROM closed c;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the attendance elsewhere was closed meanwhile' USING ERRCODE = 'CI001';
        END IF;
    END IF;

    IF p_outcome = 'check_in' THEN
        INSERT INTO attendances (id, shift_id, person_id, check_in_at, walk_in, check_in_proved)
        VALUES (p_attendance, p_shift, p_person, p_at, p_walk_in, p_proved);
    ELSIF p_outcome = 'check_out' THEN
        UPDATE attendances a
        SET check_out_at = p_at, closed_by = 'scan', check_out_proved = p_proved
        WHERE a.id = p_attendance AND (a.check_out_at IS NULL OR a.closed_by = 'system');
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the attendance was closed meanwhile' USING ERRCODE = 'CI001';
        END IF;
        -- What the system assumed at the shift's end gives way, unless somebody decided on it.
        INSERT INTO service_records AS v (id, attendance_id, person_id, shift_id, day, minutes,
                                          status, recorder_id, decided_at, reason, created_at)
        VALUES (p_record, p_attendance, p_person, p_shift, p_day, p_minutes,
                CASE WHEN p_verified THEN 'verified' ELSE 'pending' END, p_recorder,
                CASE WHEN p_verified THEN p_received END, '', p_received)
        ON CONFLICT (attendance_id) DO UPDATE
        SET minutes = EXCLUDED.minutes, status = EXCLUDED.status,
            recorder_id = EXCLUDED.recorder_id, decided_at = EXCLUDED.decided_at
        WHERE v.status = 'pending' AND v.id = EXCLUDED.id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the record was made or decided meanwhile' USING ERRCODE = 'CI001';
        END IF;
    ELSIF p_doubted THEN
        UPDATE attendances a SET check_in_proved = false WHERE a.id = p_attendance;
    END IF;

    INSERT INTO scans (nonce, request_hash, actor_id, attendance_id, verdict, scanned_at,
                       received_at, answer)
    VALUES (p_nonce, p_hash, p_actor, p_attendance, p_rule, p_scanned, p_received, p_answer);
END $$;

-- A decision is added, and never changed or taken out.
REVOKE ALL ON record_decisions FROM PUBLIC, incentive_app;
GRANT SELECT, INSERT ON record_decisions TO incentive_app;
