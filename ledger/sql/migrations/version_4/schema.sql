-- The ledger's own schema: one append-only table of events and the only door into it.
--
--   about        one row: the ledger's id and its time zone
--   migrations   which changes of this schema have been made
--   events       the ledger itself
--   event_tags   index: further tags of events (client and performed_by have columns of their own)
--   refuse       what UPDATE, DELETE and TRUNCATE meet
--
-- then reading.sql, appending.sql (the only way in) and rights.sql (roles and grants). All are run as
-- the role <schema>_owner with search_path set to the ledger's schema alone; <schema> is any name, so
-- that several ledgers can share a database.
--
-- Errors carry their own SQLSTATE: IL002 immutable, IL003 wrong transaction isolation.

CREATE TABLE about (
    ledger_id  uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    zone       text NOT NULL DEFAULT 'UTC',
    only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);

CREATE TABLE migrations (
    version    integer PRIMARY KEY,
    name       text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- `body` is the recorded text; with `recorded_at` it is all that the leaf covers, and PostgreSQL
-- itself computes the leaf. Every other column is a copy from the body, kept for searching.
-- Positions come from `append` alone: 1, 2, 3 … in commit order.
CREATE TABLE events (
    position     bigint PRIMARY KEY,
    event_id     uuid NOT NULL UNIQUE,
    type         text NOT NULL,
    version      smallint NOT NULL,
    client       text,
    performed_by text,
    occurred_at  timestamptz,
    recorded_at  timestamptz NOT NULL,
    source       text NOT NULL,
    key          text NOT NULL,
    tags         text[] NOT NULL,
    body         bytea NOT NULL,
    leaf         bytea NOT NULL
        GENERATED ALWAYS AS (sha256('\x00'::bytea || body || timestamptz_send(recorded_at))) STORED
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX events_client ON events (client, position) WHERE client IS NOT NULL;
CREATE INDEX events_performed_by ON events (performed_by, position) WHERE performed_by IS NOT NULL;
CREATE INDEX events_type ON events (type, position);

CREATE TABLE event_tags (
    tag      text NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (tag, position)
);

-- Nothing recorded is ever changed -------------------------------------------------------------

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is refused: recorded events are never changed or removed',
        TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'IL002', HINT = 'Append a correcting event instead (event.annulled).';
END $$;

CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON event_tags
    FOR EACH STATEMENT EXECUTE FUNCTION refuse();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON about
    FOR EACH STATEMENT EXECUTE FUNCTION refuse();
-- ALWAYS: session_replication_role = replica does not switch them off.
ALTER TABLE events ENABLE ALWAYS TRIGGER immutable;
ALTER TABLE event_tags ENABLE ALWAYS TRIGGER immutable;
ALTER TABLE about ENABLE ALWAYS TRIGGER immutable;
