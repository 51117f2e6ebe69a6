-- Who may do what in the ledger's schema. See schema.sql.
--
--   owner       makes and migrates this schema; is a member of all others
--   keeper      makes the projections and brings them up to date; is an auditor, and no more than that
--   writer      appends, through the function alone
--   auditor     reads the events
--   supervisor  reads projections; of this schema only how far the ledger has come
--
-- Is run as the owner, whose name ends in _owner; those of the others begin like it (see roles.sql).
-- May be run again, which puts right what differs (see ledger/schema/restoring.py).

-- What keepers do one at a time: whoever has locked the row may. An advisory lock could be taken by
-- anybody, and would stop every question.
CREATE TABLE IF NOT EXISTS keeping (what text PRIMARY KEY);
INSERT INTO keeping VALUES ('tables'), ('rebuild') ON CONFLICT DO NOTHING;

DO $$
DECLARE
    s text := current_schema();
    base text := left(current_user, -length('_owner'));
    keeper text := base || '_keeper';
    writer text := base || '_writer';
    auditor text := base || '_auditor';
    supervisor text := base || '_supervisor';
    routine record;
BEGIN
    -- What runs with the owner's rights sees the ledger's names alone, whatever the caller's path has.
    -- pg_catalog comes first by itself, and temporary things, which anybody makes, come last.
    -- The same for those that read: a plan is made again where the path is another than before.
    FOR routine IN
        SELECT oid::regprocedure AS name, prosecdef OR proname IN ('found', 'standing') AS fixed
        FROM pg_proc WHERE pronamespace = s::regnamespace AND pg_get_userbyid(proowner) = current_user
    LOOP
        IF routine.fixed THEN
            EXECUTE format('ALTER ROUTINE %s SET search_path = %I, pg_temp', routine.name, s);
        END IF;
        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC, %I, %I, %I, %I',
                       routine.name, keeper, writer, auditor, supervisor);
    END LOOP;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I, %I, %I', s, writer, auditor, supervisor);
    EXECUTE format('GRANT SELECT ON about, migrations TO %I, %I, %I', writer, auditor, supervisor);
    EXECUTE format('GRANT SELECT, UPDATE ON keeping TO %I', keeper);
    EXECUTE format('GRANT EXECUTE ON FUNCTION head, position_at TO %I, %I, %I',
                   writer, auditor, supervisor);
    EXECUTE format('GRANT EXECUTE ON FUNCTION append TO %I', writer);
    EXECUTE format('GRANT EXECUTE ON PROCEDURE record TO %I', writer);
    EXECUTE format('GRANT SELECT ON events, event_tags TO %I', auditor);
    EXECUTE format('GRANT EXECUTE ON FUNCTION event_id_of, all_tags, matching_item, matching, '
                   'rather_by_type, has_more, found, standing, matched_since, position_of, leaf '
                   'TO %I', auditor);
END $$;
