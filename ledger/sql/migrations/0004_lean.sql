-- A condition is checked with fewer statements; a batch of which every event is new is answered with
-- one row.

CREATE TYPE query_item AS (types text[], tags text[], after bigint);

CREATE OR REPLACE FUNCTION matching_item(
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

CREATE OR REPLACE FUNCTION matching(query jsonb, after_position bigint, upto bigint, max_rows bigint)
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

CREATE OR REPLACE FUNCTION matched_since(query jsonb, after_position bigint, upto bigint) RETURNS boolean
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
        -- If something of the batch is known, the answer to an earlier try may have been lost.
        IF failed AND NOT any_known(sources, keys) THEN
            RETURN QUERY SELECT NULL::bigint, NULL::timestamptz, 'failed', NULL::bytea;
            RETURN;
        END IF;
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
    RETURN QUERY SELECT head + 1, stamp, 'all recorded', NULL::bytea;
END $$;

CREATE OR REPLACE FUNCTION append_or_tell(
    types text[], versions smallint[], sources text[], keys text[], clients text[],
    performers text[], times timestamptz[], tag_lists text[], bodies bytea[], condition jsonb,
    most bigint
) RETURNS TABLE (
    at_position bigint, at_time timestamptz, outcome text, stored bytea,
    at_head bigint, id uuid, of_type text, of_version smallint, occurred timestamptz
) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    SELECT a.*, NULL::bigint, NULL::uuid, NULL::text, NULL::smallint, NULL::timestamptz
    FROM append(types, versions, sources, keys, clients, performers, times, tag_lists, bodies, true,
                condition) AS a
    WHERE a.outcome <> 'failed';
    IF NOT FOUND THEN
        RETURN QUERY SELECT s.at_position, s.recorded, CASE WHEN s.stands THEN 'stands'
                WHEN NOT s.stands THEN 'annulled' ELSE 'failed' END, s.content,
            s.at_head, s.id, s.of_type, s.of_version, s.occurred
        FROM standing(condition -> 'query', most) AS s;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION ahead(occurred timestamptz, stamp timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(occurred > stamp + interval '5 minutes' AND (
        occurred > stamp + interval '14 hours'
        OR date_trunc('day', occurred AT TIME ZONE 'UTC') <> occurred AT TIME ZONE 'UTC'), false)
$$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION append SET search_path = %I, pg_temp', current_schema());
END $$;
