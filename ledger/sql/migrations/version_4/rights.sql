-- Who may do what in the ledger's schema. See schema.sql.

--
--   owner       makes and migrates this schema, keeps the projections
--   writer      appends, through the function alone
--   auditor     reads the events
--   supervisor  reads projections; of this schema only how far the ledger has come

-- How far the ledger has come: the last position and when it was recorded; 0 and NULL if empty.
CREATE FUNCTION head(OUT at_position bigint, OUT at_time timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT coalesce(max(e.position), 0), max(e.recorded_at)
    FROM (SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1) AS e
$$;

DO $$
DECLARE
    s text := current_schema();
    writer text := s || '_writer';
    auditor text := s || '_auditor';
    supervisor text := s || '_supervisor';
BEGIN
    EXECUTE format('ALTER FUNCTION append SET search_path = %I, pg_temp', s);
    EXECUTE format('ALTER FUNCTION append_one SET search_path = %I, pg_temp', s);
    -- The same for those that read: a plan is made again where the path is another than before.
    EXECUTE format('ALTER FUNCTION found SET search_path = %I, pg_temp', s);
    EXECUTE format('ALTER FUNCTION standing SET search_path = %I, pg_temp', s);
    EXECUTE format('ALTER FUNCTION head SET search_path = %I, pg_temp', s);
    EXECUTE format('ALTER FUNCTION position_at SET search_path = %I, pg_temp', s);
    ALTER FUNCTION position_at SECURITY DEFINER;
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA %I FROM PUBLIC', s);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I, %I, %I', s, writer, auditor, supervisor);
    EXECUTE format('GRANT SELECT ON about, migrations TO %I, %I, %I', writer, auditor, supervisor);
    EXECUTE format('GRANT EXECUTE ON FUNCTION head, position_at TO %I, %I, %I',
                   writer, auditor, supervisor);
    EXECUTE format('GRANT EXECUTE ON FUNCTION append, append_one, append_or_tell TO %I', writer);
    EXECUTE format('GRANT SELECT ON events, event_tags TO %I', auditor);
    EXECUTE format('GRANT EXECUTE ON FUNCTION event_id_of, all_tags, matching_item, matching, '
                   'rather_by_type, has_more, found, standing, '
                   'matched_since TO %I', auditor);
END $$;
