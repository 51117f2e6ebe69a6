-- A decision whose condition has failed is told why at once; an annulment reaches earlier events
-- only.

CREATE OR REPLACE FUNCTION standing(query jsonb, max_rows bigint) RETURNS TABLE (
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
            WHERE t.tag = 'event:' || e.event_id::text AND a.type = 'event.annulled'
              AND a.position > e.position)
    FROM matching(query, 0, at_head, max_rows) AS m(position)
    JOIN events e ON e.position = m.position
    ORDER BY e.position;
    IF NOT FOUND THEN RETURN NEXT; END IF;
END $$;

CREATE FUNCTION append_or_tell(
    types text[], versions smallint[], sources text[], keys text[], clients text[],
    performers text[], times timestamptz[], tag_lists text[], bodies bytea[], condition jsonb,
    most bigint
) RETURNS TABLE (
    at_position bigint, at_time timestamptz, outcome text, stored bytea,
    at_head bigint, id uuid, of_type text, of_version smallint, occurred timestamptz
) LANGUAGE plpgsql AS $$
BEGIN
    FOR at_position, at_time, outcome, stored IN
        SELECT * FROM append(types, versions, sources, keys, clients, performers, times, tag_lists,
                             bodies, true, condition) LOOP
        IF outcome <> 'failed' THEN RETURN NEXT; END IF;
    END LOOP;
    IF outcome = 'failed' THEN
        RETURN QUERY SELECT s.at_position, s.recorded, CASE WHEN s.stands THEN 'stands'
                WHEN NOT s.stands THEN 'annulled' ELSE 'failed' END, s.content,
            s.at_head, s.id, s.of_type, s.of_version, s.occurred
        FROM standing(condition -> 'query', most) AS s;
    END IF;
END $$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION standing SET search_path = %I, pg_temp', current_schema());
    REVOKE ALL ON FUNCTION append_or_tell FROM PUBLIC;
    EXECUTE format('GRANT EXECUTE ON FUNCTION append_or_tell TO %I', current_schema() || '_writer');
END $$;
