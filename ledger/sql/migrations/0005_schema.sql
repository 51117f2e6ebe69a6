-- Version 5, the first that is released: what these scripts say as long as none has changed.
--
-- Whoever changes one of them for a version 6 keeps its old text as migrations/version_5/<name>.sql,
-- includes that here instead, and writes the change as migrations/0006_<name>.sql. A test compares
-- what the migrations make with what the scripts make, and another notices a change without a
-- migration.
--
-- The tables of version 4 are put aside, made anew, and filled from those. Who appended what was not
-- recorded before; the login of those events is `unknown`. Leaves are computed when they are wanted.

DO $$
DECLARE
    aside text := current_schema() || '_before_5';
    one record;
BEGIN
    EXECUTE format('CREATE SCHEMA %I', aside);
    FOR one IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND proname <> 'refuse' LOOP
        EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', one.name);
    END LOOP;
    DROP FUNCTION refuse CASCADE;
    DROP TYPE query_item;
    FOR one IN SELECT unnest(ARRAY['about', 'migrations', 'events', 'event_tags']) AS name LOOP
        EXECUTE format('ALTER TABLE %I SET SCHEMA %I', one.name, aside);
    END LOOP;
END $$;

\ir ../schema.sql
\ir ../reading.sql
\ir ../forms.sql
\ir ../appending.sql
\ir ../rights.sql

DO $$
DECLARE
    aside text := current_schema() || '_before_5';
BEGIN
    EXECUTE format('INSERT INTO about (ledger_id, created_at, zone)
                    SELECT ledger_id, created_at, zone FROM %I.about', aside);
    EXECUTE format('INSERT INTO migrations SELECT * FROM %I.migrations', aside);
    EXECUTE format('INSERT INTO events (position, event_id, type, version, client, performed_by,
                                        occurred_at, recorded_at, source, key, tags, login, body)
                    SELECT position, event_id, type, version, client, performed_by, occurred_at,
                           recorded_at, source, key, tags, ''unknown'', body
                    FROM %I.events ORDER BY position', aside);
    EXECUTE format('INSERT INTO event_tags SELECT * FROM %I.event_tags ORDER BY position', aside);
    EXECUTE format('DROP SCHEMA %I CASCADE', aside);
END $$;
