-- Reading by a query is planned once a session, and decisions can be taken on what stands.

CREATE FUNCTION has_more(driver text, after_position bigint, than bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM event_tags t
        WHERE (t.tag, t.position) > (driver, after_position)
          AND (t.tag, t.position) <= (driver, 9223372036854775807)
        ORDER BY t.tag, t.position OFFSET than);
END $$;

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

CREATE OR REPLACE FUNCTION matching(query jsonb, after_position bigint, upto bigint, max_rows bigint)
RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT DISTINCT found.position
    FROM jsonb_to_recordset(
        CASE WHEN query = '[]'::jsonb THEN '[{"types": [], "tags": []}]'::jsonb ELSE query END
    ) AS item(types text[], tags text[], after bigint),
    LATERAL matching_item(item.types, item.tags, greatest(item.after, after_position), upto,
                          max_rows) AS found(position)
    WHERE coalesce(item.after, 0) < upto
    ORDER BY found.position LIMIT max_rows
$$;

CREATE FUNCTION found(query jsonb, after_position bigint, upto bigint, max_rows bigint)
RETURNS SETOF events LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    RETURN QUERY SELECT e.* FROM matching(query, after_position, upto, max_rows) AS m(position)
    JOIN events e ON e.position = m.position ORDER BY m.position;
END $$;

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

CREATE FUNCTION matched_since(query jsonb, after_position bigint, upto bigint) RETURNS boolean
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    lately bigint := upto - 50;
BEGIN
    IF query = '[]'::jsonb THEN RETURN upto > after_position; END IF;
    RETURN EXISTS (
        SELECT FROM jsonb_to_recordset(query) AS item(types text[], tags text[], after bigint),
            LATERAL (SELECT greatest(item.after, after_position) AS after) AS since,
            LATERAL (SELECT FROM events e
                WHERE since.after >= lately AND e.position > since.after AND e.position <= upto
                  AND (cardinality(item.types) = 0 OR e.type = ANY (item.types))
                  AND all_tags(e.client, e.performed_by, e.tags) @> item.tags) AS late
    ) OR EXISTS (
        SELECT FROM jsonb_to_recordset(query) AS item(types text[], tags text[], after bigint),
            LATERAL (SELECT greatest(item.after, after_position) AS after) AS since,
            LATERAL matching_item(item.types, item.tags, since.after, upto, 1)
        WHERE since.after < lately);
END $$;

CREATE FUNCTION any_known(sources text[], keys text[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM unnest(sources, keys) AS given(source, key), LATERAL (
            SELECT FROM events e WHERE e.event_id = event_id_of(given.source, given.key) OFFSET 0) AS known);
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

DROP FUNCTION append_one(text, smallint, text, text, text, text, timestamptz, text, bytea);
CREATE FUNCTION append_one(
    type text, version smallint, source text, key text, client text, performer text,
    occurred timestamptz, tag_list text, body bytea, condition jsonb,
    OUT at_position bigint, OUT at_time timestamptz, OUT outcome text, OUT stored bytea
) LANGUAGE plpgsql SECURITY DEFINER AS $$
#variable_conflict use_variable
BEGIN
    SELECT t.head + 1, t.stamp INTO at_position, at_time FROM take_turn() AS t;
    IF NOT (ahead(occurred, at_time) OR condition IS NOT NULL AND matched_since(
        condition -> 'query', coalesce((condition ->> 'after')::bigint, 0), at_position - 1)) THEN
        INSERT INTO events (position, event_id, type, version, client, performed_by, occurred_at,
                            recorded_at, source, key, tags, body)
        VALUES (at_position, event_id_of(source, key), type, version, client, performer, occurred,
                at_time, source, key, tag_list::text[], body)
        ON CONFLICT (event_id) DO NOTHING;
        IF FOUND THEN
            IF tag_list <> '{}' THEN
                INSERT INTO event_tags (tag, position)
                SELECT DISTINCT t.tag, at_position FROM unnest(tag_list::text[]) AS t(tag);
            END IF;
            PERFORM pg_notify(current_schema() || '_events', '');
            outcome := 'recorded';
            RETURN;
        END IF;
    END IF;
    SELECT a.* INTO at_position, at_time, outcome, stored FROM append(
        ARRAY[type], ARRAY[version], ARRAY[source], ARRAY[key], ARRAY[client], ARRAY[performer],
        ARRAY[occurred], ARRAY[tag_list], ARRAY[body], false, condition) AS a;
END $$;

CREATE OR REPLACE FUNCTION append_with_repeats(
    stamp timestamptz,
    types text[], versions smallint[], sources text[], keys text[], clients text[],
    performers text[], times timestamptz[], tag_lists text[], bodies bytea[],
    whole boolean, failed boolean
) RETURNS TABLE (at_position bigint, at_time timestamptz, outcome text, stored bytea)
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    ids uuid[];
    verdicts text[];
    wanted bigint[];
BEGIN
    SELECT array_agg(event_id_of(source, key) ORDER BY n) INTO ids
    FROM unnest(sources, keys) WITH ORDINALITY AS given(source, key, n);
    -- A key stands for the event already recorded under it, else for its first in this batch that
    -- can be recorded.
    SELECT array_agg(verdict ORDER BY n), array_agg(n ORDER BY n) FILTER (WHERE verdict = 'recorded')
    INTO verdicts, wanted FROM (
        SELECT n, CASE
            WHEN position IS NULL AND in_future THEN 'future'
            WHEN coalesce(recorded, first_value(offered) OVER same_key) <> offered THEN 'conflict'
            WHEN position IS NULL AND row_number() OVER same_key = 1 THEN 'recorded'
            ELSE 'known' END AS verdict
        FROM (
            SELECT given.*, ahead(occurred, stamp) AS in_future, e.position, e.body AS recorded
            FROM unnest(ids, times, bodies) WITH ORDINALITY AS given(id, occurred, offered, n)
            LEFT JOIN events e ON e.event_id = id
        ) AS compared
        WINDOW same_key AS (PARTITION BY id ORDER BY in_future, n)
    ) AS judged;
    IF failed AND wanted IS NOT NULL THEN
        RETURN QUERY SELECT NULL::bigint, NULL::timestamptz, 'failed', NULL::bytea;
        RETURN;
    END IF;
    IF wanted IS NOT NULL AND NOT (whole AND verdicts && ARRAY['conflict', 'future']) THEN
        PERFORM FROM (
            SELECT array_agg(type ORDER BY n) AS types, array_agg(version ORDER BY n) AS versions,
                   array_agg(source ORDER BY n) AS sources, array_agg(key ORDER BY n) AS keys,
                   array_agg(client ORDER BY n) AS clients,
                   array_agg(performer ORDER BY n) AS performers,
                   array_agg(occurred ORDER BY n) AS times,
                   array_agg(tag_list ORDER BY n) AS tag_lists, array_agg(body ORDER BY n) AS bodies
            FROM unnest(types, versions, sources, keys, clients, performers, times, tag_lists,
                        bodies, verdicts) WITH ORDINALITY AS given(
                type, version, source, key, client, performer, occurred, tag_list, body, verdict, n)
            WHERE verdict = 'recorded'
        ) AS fresh, append(
            fresh.types, fresh.versions, fresh.sources, fresh.keys, fresh.clients,
            fresh.performers, fresh.times, fresh.tag_lists, fresh.bodies);
    END IF;
    RETURN QUERY
    SELECT e.position, e.recorded_at,
           CASE WHEN e.position IS NULL AND verdict IN ('recorded', 'known') THEN 'withheld'
                ELSE verdict END,
           CASE WHEN verdict = 'conflict'
                THEN coalesce(e.body, first_value(given.body) OVER (PARTITION BY id ORDER BY n)) END
    FROM unnest(ids, verdicts, bodies) WITH ORDINALITY AS given(id, verdict, body, n)
    LEFT JOIN events e ON e.event_id = id
    ORDER BY n;
END $$;

DO $$
DECLARE
    s text := current_schema();
BEGIN
    EXECUTE format('ALTER FUNCTION append SET search_path = %I, pg_temp', s);
    EXECUTE format('ALTER FUNCTION append_one SET search_path = %I, pg_temp', s);
    EXECUTE format('ALTER FUNCTION found SET search_path = %I, pg_temp', s);
    EXECUTE format('ALTER FUNCTION standing SET search_path = %I, pg_temp', s);
    REVOKE ALL ON FUNCTION has_more, rather_by_type, found, standing, matched_since, any_known,
        append_one FROM PUBLIC;
    EXECUTE format('GRANT EXECUTE ON FUNCTION append_one TO %I', s || '_writer');
    EXECUTE format('GRANT EXECUTE ON FUNCTION has_more, rather_by_type, found, standing, '
                   'matched_since TO %I', s || '_auditor');
END $$;
