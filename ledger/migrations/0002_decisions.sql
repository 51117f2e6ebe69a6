-- Reading by a query is planned once a session, and decisions can be taken on what stands.

-- Whether the types together have fewer events than a tag: an employee owns thousands of clients but
-- was hired once, as a few hundred others were.
CREATE FUNCTION rather_by_type(of_types text[], driver text, after_position bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    tagged bigint;
    typed bigint := 0;
    one text;
BEGIN
    IF cardinality(of_types) = 0 THEN RETURN false; END IF;
    tagged := (SELECT count(*) FROM (
        SELECT FROM event_tags t
        WHERE (t.tag, t.position) > (driver, after_position)
          AND (t.tag, t.position) <= (driver, 9223372036854775807)
        ORDER BY t.tag, t.position LIMIT 5000) AS of_tag);
    IF tagged < 20 THEN RETURN false; END IF;
    FOREACH one IN ARRAY of_types LOOP
        typed := typed + (SELECT count(*) FROM (
            SELECT FROM events e
            WHERE (e.type, e.position) > (one, after_position)
              AND (e.type, e.position) <= (one, 9223372036854775807)
            ORDER BY e.type, e.position LIMIT tagged) AS of_type);
        IF typed >= tagged THEN RETURN false; END IF;
    END LOOP;
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION matching_item(
    of_types text[], with_tags text[], after_position bigint, upto bigint, max_rows bigint
) RETURNS SETOF bigint LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_sort = off AS $$
DECLARE
    driver text := with_tags[1];
    one text;
BEGIN
    IF starts_with(driver, 'client:') THEN
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

CREATE FUNCTION found(query jsonb, after_position bigint, upto bigint, max_rows bigint)
RETURNS SETOF events LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    RETURN QUERY SELECT e.* FROM matching(query, after_position, upto, max_rows) AS m(position)
    JOIN events e ON e.position = m.position ORDER BY m.position;
END $$;

-- What a decision depends on: the head, and the events up to it that match, each with whether it
-- stands or was annulled. One row with the head alone if there are none.
CREATE FUNCTION standing(query jsonb, max_rows bigint) RETURNS TABLE (
    at_head bigint, at_position bigint, id uuid, of_type text, of_version smallint,
    recorded timestamptz, occurred timestamptz, content bytea, stands boolean
) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    at_head := coalesce((SELECT e.position FROM events e ORDER BY e.position DESC LIMIT 1), 0);
    RETURN QUERY SELECT at_head, e.position, e.event_id, e.type, e.version, e.recorded_at,
        e.occurred_at, e.body, NOT EXISTS (
            SELECT FROM event_tags t JOIN events a ON a.position = t.position
            WHERE t.tag = 'event:' || e.event_id::text AND a.type = 'event.annulled')
    FROM matching(query, 0, at_head, max_rows) AS m(position)
    JOIN events e ON e.position = m.position
    ORDER BY e.position;
    IF NOT FOUND THEN RETURN NEXT; END IF;
END $$;

-- Whether any event in (after_position, upto] matches a query. A decision has just read: what came
-- since is little, and looked through at once.
CREATE FUNCTION matched_since(query jsonb, after_position bigint, upto bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF upto - after_position > 1000 THEN
        RETURN EXISTS (SELECT FROM matching(query, after_position, upto, 1));
    END IF;
    RETURN EXISTS (
        SELECT FROM events e, jsonb_to_recordset(query) AS item(types text[], tags text[])
        WHERE e.position > after_position AND e.position <= upto
          AND (cardinality(item.types) = 0 OR e.type = ANY (item.types))
          AND all_tags(e.client, e.performed_by, e.tags) @> item.tags
    ) OR query = '[]'::jsonb AND upto > after_position;
END $$;

CREATE OR REPLACE FUNCTION append(
    types text[], versions smallint[], sources text[], keys text[], clients text[],
    performers text[], times timestamptz[], tag_lists text[], bodies bytea[],
    whole boolean DEFAULT true, condition jsonb DEFAULT NULL
) RETURNS TABLE (at_position bigint, at_time timestamptz, outcome text, stored bytea)
LANGUAGE plpgsql SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
    head bigint;
    stamp timestamptz;
    failed boolean := false;
    all_new boolean := false;
BEGIN
    SELECT t.head, t.stamp INTO head, stamp FROM take_turn() AS t;
    IF condition IS NOT NULL THEN
        failed := matched_since(
            condition -> 'query', coalesce((condition ->> 'after')::bigint, 0), head);
    END IF;
    -- Nearly always every event is new and of the past, and then the unique index is all the check
    -- we need.
    IF NOT failed AND NOT EXISTS (SELECT FROM unnest(times) AS t WHERE ahead(t, stamp)) THEN
        BEGIN
            INSERT INTO events (position, event_id, type, version, client, performed_by,
                                occurred_at, recorded_at, source, key, tags, body)
            SELECT head + n, event_id_of(source, key), type, version, client, performer,
                   occurred, stamp, source, key, tag_list::text[], body
            FROM unnest(types, versions, sources, keys, clients, performers, times, tag_lists,
                        bodies) WITH ORDINALITY AS given(
                type, version, source, key, client, performer, occurred, tag_list, body, n);
            RETURN QUERY SELECT head + n, stamp, 'recorded', NULL::bytea
                FROM generate_series(1, cardinality(keys)) AS n;
            all_new := true;
        EXCEPTION WHEN unique_violation THEN NULL;
        END;
    END IF;
    IF NOT all_new THEN
        RETURN QUERY SELECT * FROM append_with_repeats(
            stamp, types, versions, sources, keys, clients, performers, times, tag_lists, bodies,
            whole, failed);
        RETURN;
    END IF;
    IF '{}' <> ANY (tag_lists) THEN
        INSERT INTO event_tags (tag, position)
        SELECT DISTINCT tag, head + n
        FROM unnest(tag_lists) WITH ORDINALITY AS given(tag_list, n),
             unnest(tag_list::text[]) AS tag;
    END IF;
    PERFORM pg_notify(current_schema() || '_events', '');
END $$;

DO $$
DECLARE
    auditor text := current_schema() || '_auditor';
BEGIN
    EXECUTE format('ALTER FUNCTION append SET search_path = %I, pg_temp', current_schema());
    REVOKE ALL ON FUNCTION rather_by_type, found, standing, matched_since FROM PUBLIC;
    EXECUTE format('GRANT EXECUTE ON FUNCTION rather_by_type, found, standing, matched_since TO %I', auditor);
END $$;
