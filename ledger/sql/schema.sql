-- The ledger's own schema: one append-only table of events and the only door into it.
--
--   about        one row: the ledger's id and its time zone
--   migrations   which changes of this schema have been made
--   events       the ledger itself
--   event_tags   index: further tags of events (client and performed_by have columns of their own)
--   turn         one row: who has locked it appends
--   producers    which logins may append under a source; follows from events
--   failed_conditions  what logins that may not read asked by a condition, and were told
--   refuse       what UPDATE, DELETE and TRUNCATE meet
--
-- then reading.sql, appending.sql (the only way in) and rights.sql (roles and grants). All are run as
-- the role <schema>_owner with search_path set to the ledger's schema alone; <schema> is any name, so
-- that several ledgers can share a database.
--
-- Errors carry their own SQLSTATE; none ends in 000, which would stand for the whole class:
--
--   IL002 immutable             IL003 wrong transaction isolation   IL005 no event of known form
--   IL006 not this login's      IL007 the clock has jumped          IL008 a time is not settled yet

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

-- `body` is the recorded text; with `recorded_at` and `login`, who appended it, it is all that the
-- leaf covers. Every other column is a copy from the body, which `append` makes, kept for searching.
-- Positions come from `append` alone: 1, 2, 3 … in commit order.
--
-- Of the indexes only that of keys must be unique, for an id follows from source and key. It begins
-- with the key, since producers count: their next keys fall side by side, where ids would be strewn.
-- That of ids is cut into runs of 2^20 positions for the same reason; see `position_of`.
CREATE TABLE events (
    position     bigint PRIMARY KEY,
    event_id     uuid NOT NULL,
    type         text NOT NULL,
    version      smallint NOT NULL,
    client       text,
    performed_by text,
    occurred_at  timestamptz,
    recorded_at  timestamptz NOT NULL,
    source       text NOT NULL,
    key          text NOT NULL,
    tags         text[] NOT NULL,
    login        text NOT NULL,
    body         bytea NOT NULL,
    UNIQUE (key, source)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX events_id ON events ((position >> 20), event_id);
CREATE INDEX events_client ON events (client, position) WHERE client IS NOT NULL;
CREATE INDEX events_performed_by ON events (performed_by, position) WHERE performed_by IS NOT NULL;
CREATE INDEX events_type ON events (type, position);

CREATE TABLE event_tags (
    tag      text NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (tag, position)
);

-- A lock of its row, which the owner's functions alone can take, makes commit order position order.
-- clock_until: up to when a clock that is far ahead of the last event is taken for right.
CREATE TABLE turn (
    clock_until timestamptz,
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);
INSERT INTO turn DEFAULT VALUES;

-- types: NULL for any.
CREATE TABLE producers (
    source text PRIMARY KEY,
    logins text[] NOT NULL,
    types  text[]
);

CREATE TABLE failed_conditions (
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    login     text NOT NULL,
    condition jsonb NOT NULL
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
