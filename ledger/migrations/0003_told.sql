-- A decision whose condition has failed is told why at once.

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
    REVOKE ALL ON FUNCTION append_or_tell FROM PUBLIC;
    EXECUTE format('GRANT EXECUTE ON FUNCTION append_or_tell TO %I', current_schema() || '_writer');
END $$;
