-- Reading the ledger: by types and tags, by time, and what a decision depends on. See schema.sql.
--
--   query_item    one alternative of a query
--   event_id_of   the id of the event that a source calls by a key
--   matching      positions of the events that carry given types and tags
--   found         a page of those events
--   standing      the same for a decision: with the head, and whether each still counts
--   matched_since whether anything that matches has come since
--   position_at   the last position recorded at or before a time
--   position_of   the position of an event
--   head          how far the ledger has come

-- Events of any of the types (none given: any) with all of the tags, after a position. In JSON a query
-- is an array of these; `after` may be left out.
CREATE TYPE query_item AS (types text[], tags text[], after bigint);

-- The id of the event that this source calls by this key: 128 bits of SHA-256 over
-- source, a zero byte, key. ledger/envelope.py computes the same.
CREATE FUNCTION event_id_of(source text, key text) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT encode(substr(
        sha256(convert_to(source, 'UTF8') || '\x00'::bytea || convert_to(key, 'UTF8')), 1, 16
    ), 'hex')::uuid
$$;

-- All tags of an event, the two hot ones included.
CREATE FUNCTION all_tags(client text, performed_by text, tags text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT array_remove(ARRAY['client:' || client, 'performed_by:' || performed_by], NULL) || tags
$$;

-- Positions in (after_position, upto] of the events that have one of the types (none given: any) and
-- all of the tags: at least the first max_rows of them. One branch for each index that can drive it.
--
-- Every branch walks its own index in order of position and stops at max_rows, rather than collect
-- and sort, for each page, all that is still to come. Comparing and ordering by both columns of that
-- index leaves the planner no other, so a plan that a session has kept from when the table was small
-- stays right, and planning, which would take longer than a decision, is done once.
CREATE FUNCTION matching_item(
    of_types text[], with_tags text[], after_position bigint, upto bigint, max_rows bigint
) RETURNS SETOF bigint LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off AS $$
DECLARE
    driver text := with_tags[1];
    one text;
BEGIN
    IF upto - after_position <= 50 THEN
        -- So few are looked through at once, whatever is wanted.
        RETURN QUERY
        SELECT e.position FROM events e
        WHERE e.position > after_position AND e.position <= upto
          AND (cardinality(of_types) = 0 OR e.type = ANY (of_types))
          AND all_tags(e.client, e.performed_by, e.tags) @> with_tags
        ORDER BY e.position LIMIT max_rows;
        RETURN;
    ELSIF starts_with(driver, 'client:') THEN
        one := substr(driver, 8);
        RETURN QUERY
        SELECT e.position FROM events e
        WHERE e.client IS NOT NULL AND (e.client, e.position) > (one, after_position)
          AND (e.client, e.position) <= (one, upto)
          AND (cardinality(of_types) = 0 OR e.type = ANY (of_types))
          AND all_tags(e.client, e.performed_by, e.tags) @> with_tags
        ORDER BY e.client, e.position LIMIT max_rows;
    ELSIF starts_with(driver, 'performed_by:') THEN
        one := substr(driver, 14);
        RETURN QUERY
        SELECT e.position FROM events e
        WHERE e.performed_by IS NOT NULL AND (e.performed_by, e.position) > (one, after_position)
          AND (e.performed_by, e.position) <= (one, upto)
          AND (cardinality(of_types) = 0 OR e.type = ANY (of_types))
          AND all_tags(e.client, e.performed_by, e.tags) @> with_tags
        ORDER BY e.performed_by, e.position LIMIT max_rows;
    END IF;
    IF driver IS NOT NULL AND NOT rather_by_type(of_types, driver, after_position) THEN
        RETURN QUERY
        SELECT t.position FROM event_tags t, LATERAL (
            SELECT FROM events e WHERE e.position = t.position
              AND (cardinality(of_types) = 0 OR e.type = ANY (of_types))
              AND all_tags(e.client, e.performed_by, e.tags) @> with_tags
            LIMIT 1) AS fitting
        WHERE (t.tag, t.position) > (driver, after_position)
          AND (t.tag, t.position) <= (driver, upto)
        ORDER BY t.tag, t.position LIMIT max_rows;
    ELSIF cardinality(of_types) > 0 THEN
        FOREACH one IN ARRAY of_types LOOP
            RETURN QUERY
            SELECT e.position FROM events e
            WHERE (e.type, e.position) > (one, after_position)
              AND (e.type, e.position) <= (one, upto)
              AND (driver IS NULL OR all_tags(e.client, e.performed_by, e.tags) @> with_tags)
            ORDER BY e.type, e.position LIMIT max_rows;
        END LOOP;
    ELSE
        RETURN QUERY
        SELECT e.position FROM events e
        WHERE e.position > after_position AND e.position <= upto
        ORDER BY e.position LIMIT max_rows;
    END IF;
END $$;

-- Whether a tag has more than this many events after a position.
CREATE FUNCTION has_more(driver text, after_position bigint, than bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM event_tags t
        WHERE (t.tag, t.position) > (driver, after_position)
          AND (t.tag, t.position) <= (driver, 9223372036854775807)
        ORDER BY t.tag, t.position OFFSET than);
END $$;

-- Whether the types together have fewer events than a tag: an employee owns thousands of clients but
-- was hired once, as a few hundred others were.
CREATE FUNCTION rather_by_type(of_types text[], driver text, after_position bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    typed bigint := 0;
    one text;
BEGIN
    IF cardinality(of_types) = 0 OR NOT has_more(driver, after_position, 20) THEN
        RETURN false;
    END IF;
    FOREACH one IN ARRAY of_types LOOP
        typed := typed + (SELECT count(*) FROM (
            SELECT FROM events e
            WHERE (e.type, e.position) > (one, after_position)
              AND (e.type, e.position) <= (one, 9223372036854775807)
            ORDER BY e.type, e.position LIMIT 1000) AS of_type);
    END LOOP;
    RETURN has_more(driver, after_position, typed);
END $$;

-- The first max_rows such positions of a whole query, any item of which may match. No items at all:
-- every event.
CREATE FUNCTION matching(query jsonb, after_position bigint, upto bigint, max_rows bigint)
RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT DISTINCT found.position
    FROM jsonb_populate_recordset(
        NULL::query_item,
        CASE WHEN query = '[]'::jsonb THEN '[{"types": [], "tags": []}]'::jsonb ELSE query END
    ) AS item,
    LATERAL matching_item(item.types, item.tags, greatest(item.after, after_position), upto,
                          max_rows) AS found(position)
    WHERE coalesce(item.after, 0) < upto
    ORDER BY found.position LIMIT max_rows
$$;

-- A page of the events that match a query, in order of position. Planned once; see `matching_item`.
CREATE FUNCTION found(query jsonb, after_position bigint, upto bigint, max_rows bigint)
RETURNS SETOF events LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    RETURN QUERY SELECT e.* FROM matching(query, after_position, upto, max_rows) AS m(position)
    JOIN events e ON e.position = m.position ORDER BY m.position;
END $$;

-- What a decision depends on: the head, and the events up to it that match, each with whether it
-- stands or was annulled; an annulment reaches earlier events only. One row with the head alone if
-- there are none.
CREATE FUNCTION standing(query jsonb, max_rows bigint) RETURNS TABLE (
    at_head bigint, at_position bigint, id uuid, of_type text, of_version smallint,
    recorded timestamptz, occurred timestamptz, content bytea, who text, stands boolean
) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    at_head := coalesce((SELECT e.position FROM events e ORDER BY e.position DESC LIMIT 1), 0);
    RETURN QUERY SELECT at_head, e.position, e.event_id, e.type, e.version, e.recorded_at,
        e.occurred_at, e.body, e.login, NOT EXISTS (
            SELECT FROM event_tags t JOIN events a ON a.position = t.position
            WHERE t.tag = 'event:' || e.event_id::text AND a.type = 'event.annulled'
              AND a.position > e.position)
    FROM matching(query, 0, at_head, max_rows) AS m(position)
    JOIN events e ON e.position = m.position
    ORDER BY e.position;
    IF NOT FOUND THEN RETURN NEXT; END IF;
END $$;

-- Whether any event in (after_position, upto] matches a query; an item of it may have an `after` of
-- its own. Every decision asks this while others wait for their turn, so it runs as few statements as
-- it can: what came lately is looked through once for all items.
CREATE FUNCTION matched_since(query jsonb, after_position bigint, upto bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off AS $$
DECLARE
    item query_item;
    late query_item[] := '{}';
    one text;
BEGIN
    IF query = '[]'::jsonb THEN RETURN upto > after_position; END IF;
    FOR n IN 0 .. jsonb_array_length(query) - 1 LOOP
        item := jsonb_populate_record(NULL::query_item, query -> n);
        item.after := greatest(item.after, after_position);
        one := substr(item.tags[1], 8);
        IF item.after >= upto - 50 THEN
            IF item.after < upto THEN late := late || item; END IF;
        ELSIF starts_with(item.tags[1], 'client:') THEN  -- as in matching_item, in a third of its time
            IF EXISTS (
                SELECT FROM events e
                WHERE e.client IS NOT NULL AND (e.client, e.position) > (one, item.after)
                  AND (e.client, e.position) <= (one, upto)
                  AND (cardinality(item.types) = 0 OR e.type = ANY (item.types))
                  AND all_tags(e.client, e.performed_by, e.tags) @> item.tags
            ) OR EXISTS (
                SELECT FROM event_tags t, LATERAL (
                    SELECT FROM events e WHERE e.position = t.position
                      AND (cardinality(item.types) = 0 OR e.type = ANY (item.types))
                      AND all_tags(e.client, e.performed_by, e.tags) @> item.tags
                    LIMIT 1) AS fitting
                WHERE (t.tag, t.position) > (item.tags[1], item.after)
                  AND (t.tag, t.position) <= (item.tags[1], upto)
            ) THEN RETURN true; END IF;
        ELSIF EXISTS (SELECT FROM matching_item(item.types, item.tags, item.after, upto, 1)) THEN
            RETURN true;
        END IF;
    END LOOP;
    IF late = '{}' THEN RETURN false; END IF;
    -- The order, which matters to nobody, leaves the planner no index but that of the positions.
    RETURN EXISTS (
        SELECT FROM unnest(late) AS lately, LATERAL (
            SELECT FROM events e
            WHERE e.position > lately.after AND e.position <= upto
              AND (cardinality(lately.types) = 0 OR e.type = ANY (lately.types))
              AND all_tags(e.client, e.performed_by, e.tags) @> lately.tags
            ORDER BY e.position LIMIT 1) AS found);
END $$;

-- The last position recorded at or before a moment, 0 if none. `recorded_at` never goes back as
-- positions grow, so halving finds it without an index on the time.
CREATE FUNCTION position_at(moment timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    low bigint := 0;
    high bigint;
    middle bigint;
BEGIN
    PERFORM settle(moment);
    SELECT h.at_position INTO high FROM head() AS h;
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        IF (SELECT recorded_at FROM events WHERE position = middle) <= moment
        THEN low := middle; ELSE high := middle - 1; END IF;
    END LOOP;
    RETURN low;
END $$;

-- Wait until nothing more can be recorded at or before a moment: until something later is there, or
-- nobody has the turn, who might have drawn an earlier time. Looking takes the lock of the turn only
-- within a block that is taken back. A replica has what it has.
CREATE FUNCTION settle(moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' THEN RETURN; END IF;
    FOR try IN 1 .. 1000 LOOP
        IF (SELECT e.recorded_at FROM events e ORDER BY e.position DESC LIMIT 1) > moment THEN
            RETURN;
        END IF;
        BEGIN
            PERFORM FROM turn FOR SHARE NOWAIT;
            RAISE SQLSTATE 'IL001';
        EXCEPTION
            WHEN SQLSTATE 'IL001' THEN RETURN;
            WHEN lock_not_available THEN PERFORM pg_sleep(0.005);
        END;
    END LOOP;
    RAISE EXCEPTION 'what was recorded up to % is not settled yet: somebody is appending', moment
        USING ERRCODE = 'IL008', HINT = 'Ask again in a moment, or as of a position.';
END $$;

-- The position of an event, NULL if it is not in the ledger. One look into each run of the index.
CREATE FUNCTION position_of(id uuid) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    run bigint := (SELECT max(position) FROM events) >> 20;
    at bigint;
BEGIN
    WHILE run >= 0 LOOP
        SELECT e.position INTO at FROM events e WHERE e.position >> 20 = run AND e.event_id = id;
        IF at IS NOT NULL THEN RETURN at; END IF;
        run := run - 1;
    END LOOP;
    RETURN NULL;
END $$;

-- How far the ledger has come: the last position and when it was recorded; 0 and NULL if empty.
-- Nobody is shown what a crash could still take back: what others are committing is flushed first.
CREATE FUNCTION head(OUT at_position bigint, OUT at_time timestamptz)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    written pg_lsn;
BEGIN
    SELECT e.position, e.recorded_at INTO at_position, at_time
    FROM events e ORDER BY e.position DESC LIMIT 1;
    at_position := coalesce(at_position, 0);
    IF pg_is_in_recovery() THEN RETURN; END IF;
    written := pg_current_wal_insert_lsn();
    IF pg_current_wal_flush_lsn() >= written THEN RETURN; END IF;
    IF current_setting('server_version_num')::int >= 170000 THEN
        EXECUTE $q$SELECT pg_logical_emit_message(false, 'iledger', '', true)$q$;
    ELSE
        -- Flushed when this transaction commits, which is before its caller has the answer.
        PERFORM pg_logical_emit_message(true, 'iledger', '');
    END IF;
END $$;
