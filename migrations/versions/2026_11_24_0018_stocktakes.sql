-- Who counts does not confirm: held by the books, not only by the application. Counting and
-- explaining take the stocktake's row in share, so that no count slips in while it is closed.

CREATE FUNCTION stocktake_closed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'open' OR (OLD.id, OLD.station_id, OLD.opened_by, OLD.opened_at, OLD.note)
       IS DISTINCT FROM (NEW.id, NEW.station_id, NEW.opened_by, NEW.opened_at, NEW.note) THEN
        RAISE EXCEPTION 'a stocktake is closed once and otherwise never changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stocktakes_closed_once';
    END IF;
    IF NEW.status = 'booked' AND (
        EXISTS (SELECT FROM stocktake_counts c
                WHERE c.stocktake_id = NEW.id AND c.counted_by = NEW.closed_by)
        OR EXISTS (SELECT FROM stocktake_explanations e
                   JOIN stocktake_counts c ON c.id = e.count_id
                   WHERE c.stocktake_id = NEW.id AND e.explained_by = NEW.closed_by)) THEN
        RAISE EXCEPTION 'who counted or explained does not book'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stocktakes_second_person';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closed_once BEFORE UPDATE ON stocktakes
    FOR EACH ROW EXECUTE FUNCTION stocktake_closed_once();

CREATE FUNCTION stocktake_still_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    counted uuid;
BEGIN
    IF TG_TABLE_NAME = 'stocktake_explanations' THEN
        SELECT c.stocktake_id INTO counted FROM stocktake_counts c WHERE c.id = NEW.count_id;
    ELSE
        counted := NEW.stocktake_id;
    END IF;
    PERFORM FROM stocktakes s WHERE s.id = counted AND s.status = 'open' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this stocktake is closed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stocktakes_still_open';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER still_open BEFORE INSERT ON stocktake_counts
    FOR EACH ROW EXECUTE FUNCTION stocktake_still_open();
CREATE TRIGGER still_open BEFORE INSERT ON stocktake_explanations
    FOR EACH ROW EXECUTE FUNCTION stocktake_still_open();
