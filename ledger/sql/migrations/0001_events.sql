-- The ledger's own schema: one append-only table of events and the only door into it.
--
--   about        one row: the ledger's id and its time zone
--   migrations   which changes of this schema have been made
--   events       the ledger itself
--   event_tags   index: further tags of events (client and performed_by have columns of their own)
--   append       the only way in: numbers, stamps, hashes and records a batch
--   matching     positions of the events that carry given types and tags
--   position_at  the last position recorded at or before a time
--   refuse       what UPDATE, DELETE and TRUNCATE meet
--
-- Run as the role <schema>_owner with search_path set to the ledger's schema alone; <schema> is any
-- name, so that several ledgers can share a database. Roles and grants are at the end.
--
-- Errors carry their own SQLSTATE: IL001 condition failed, IL002 immutable, IL003 wrong
-- transaction isolation.

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

-- Reading --------------------------------------------------------------------------------------

-- The id of the event that this source calls by this key: 128 bits of SHA-256 over
-- source, a zero byte, key. ledger/envelope.py computes the same.
CREATE FUNCTION event_id_of(source text, key text) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT encode(substr(
        sha256(convert_to(source, 'UTF8') || '\x00'::bytea || convert_to(key, 'UTF8')), 1, 16
    ), 'hex')::uuid
$$;

-- All tags of an event, the two hot ones included.
CREATE FUNCTION all_tags(client text, performed_by text, tags text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT array_remove(ARRAY['client:' || client, 'performed_by:' || performed_by], NULL) || tags
$$;

-- Positions in (after_position, upto] of the events that have one of the types (none given: any) and
-- all of the tags: at least the first max_rows of them. One branch for each index that can drive it.
--
-- Planned anew at every call: a plan that a session has kept from when the table was small would
-- later read all of it. And every branch walks its own index in order of position and stops at
-- max_rows, rather than collect and sort, for each page, all that is still to come.
CREATE FUNCTION matching_item(
    of_types text[], with_tags text[], after_position bigint, upto bigint, max_rows bigint
) RETURNS SETOF bigint LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    driver text := with_tags[1];
    one text;
BEGIN
    IF starts_with(driver, 'client:') THEN
        RETURN QUERY
        SELECT e.position FROM events e
        WHERE e.client = substr(driver, 8)
          AND e.position > after_position AND e.position <= upto
          AND (cardinality(of_types) = 0 OR e.type = ANY (of_types))
          AND all_tags(e.client, e.performed_by, e.tags) @> with_tags
        ORDER BY e.position LIMIT max_rows;
    ELSIF starts_with(driver, 'performed_by:') THEN
        RETURN QUERY
        SELECT e.position FROM events e
        WHERE e.performed_by = substr(driver, 14)
          AND e.position > after_position AND e.position <= upto
          AND (cardinality(of_types) = 0 OR e.type = ANY (of_types))
          AND all_tags(e.client, e.performed_by, e.tags) @> with_tags
        ORDER BY e.position LIMIT max_rows;
    END IF;
    IF driver IS NOT NULL THEN
        RETURN QUERY
        SELECT t.position FROM event_tags t, LATERAL (
            SELECT FROM events e WHERE e.position = t.position
              AND (cardinality(of_types) = 0 OR e.type = ANY (of_types))
              AND all_tags(e.client, e.performed_by, e.tags) @> with_tags
            LIMIT 1) AS fitting
        WHERE t.tag = driver AND t.position > after_position AND t.position <= upto
        ORDER BY t.position LIMIT max_rows;
    ELSIF cardinality(of_types) > 0 THEN
        FOREACH one IN ARRAY of_types LOOP
            RETURN QUERY
            SELECT i.position FROM events i
            WHERE i.type = one AND i.position > after_position AND i.position <= upto
            ORDER BY i.position LIMIT max_rows;
        END LOOP;
    ELSE
        RETURN QUERY
        SELECT e.position FROM events e
        WHERE e.position > after_position AND e.position <= upto
        ORDER BY e.position LIMIT max_rows;
    END IF;
END $$;

-- The first max_rows such positions of a whole query: [{"types": [...], "tags": [...]}, …], any item
-- of which may match. No items at all: every event.
CREATE FUNCTION matching(query jsonb, after_position bigint, upto bigint, max_rows bigint)
RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT DISTINCT found.position
    FROM jsonb_to_recordset(
        CASE WHEN query = '[]'::jsonb THEN '[{"types": [], "tags": []}]'::jsonb ELSE query END
    ) AS item(types text[], tags text[]),
    LATERAL matching_item(item.types, item.tags, after_position, upto, max_rows) AS found(position)
    ORDER BY found.position LIMIT max_rows
$$;

-- The last position recorded at or before a moment, 0 if none. `recorded_at` never goes back as
-- positions grow, so halving finds it without an index on the time.
CREATE FUNCTION position_at(moment timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    low bigint := 0;
    high bigint := coalesce((SELECT max(position) FROM events), 0);
    middle bigint;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        IF (SELECT recorded_at FROM events WHERE position = middle) <= moment
        THEN low := middle; ELSE high := middle - 1; END IF;
    END LOOP;
    RETURN low;
END $$;

-- Appending ------------------------------------------------------------------------------------

-- Records a batch of events, given column by column, and answers one row an event, in order:
-- its position and time of recording, and the outcome:
--   recorded  new
--   known     recorded before with the same content; position and time are the first ones
--   conflict  recorded before with other content, which is in `stored`
--   future    not recorded: occurred_at lies ahead of this server's clock (see `ahead`)
--   withheld not recorded, because `whole` was asked and another event of the batch is refused
-- whole: record all or nothing.
-- condition: {"query": [...], "after": n}; error IL001 if an event after n matches the query,
-- unless every event of the batch is already known (the answer to an earlier try was lost).
--
-- One advisory lock a ledger, held from before the numbers are drawn until the commit, makes commit
-- order position order, without gaps. A reader who sees position n therefore sees everything below.
CREATE FUNCTION append(
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
        failed := EXISTS (SELECT FROM matching(
            condition -> 'query', coalesce((condition ->> 'after')::bigint, 0), head, 1));
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

-- The same for a single event, twice as fast: plain values instead of arrays, and a plain INSERT,
-- which tells by itself that the key is known. What does not go so smoothly it leaves to `append`.
CREATE FUNCTION append_one(
    type text, version smallint, source text, key text, client text, performer text,
    occurred timestamptz, tag_list text, body bytea,
    OUT at_position bigint, OUT at_time timestamptz, OUT outcome text, OUT stored bytea
) LANGUAGE plpgsql SECURITY DEFINER AS $$
#variable_conflict use_variable
BEGIN
    SELECT t.head + 1, t.stamp INTO at_position, at_time FROM take_turn() AS t;
    IF NOT ahead(occurred, at_time) THEN
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
        ARRAY[occurred], ARRAY[tag_list], ARRAY[body], false) AS a;
END $$;

-- Wait for this writer's turn: the head as it then stands, and the time of recording. Nobody else
-- appends until the transaction ends.
CREATE FUNCTION take_turn(OUT head bigint, OUT stamp timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    -- An older snapshot would not see what was committed while we waited for the lock.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'append needs the isolation level read committed' USING ERRCODE = 'IL003';
    END IF;
    PERFORM pg_advisory_xact_lock((1230718029::bigint << 32) | 'events'::regclass::oid::bigint);
    SELECT position, recorded_at INTO head, stamp FROM events ORDER BY position DESC LIMIT 1;
    head := coalesce(head, 0);
    stamp := greatest(clock_timestamp(), stamp);
END $$;

-- Whether something is said to have happened after now. Clocks differ by up to five minutes. A date
-- without a time is kept as midnight UTC, and begins up to 14 hours earlier in the east.
CREATE FUNCTION ahead(occurred timestamptz, stamp timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(occurred > stamp + CASE
        WHEN date_trunc('day', occurred AT TIME ZONE 'UTC') = occurred AT TIME ZONE 'UTC'
        THEN interval '14 hours' ELSE interval '5 minutes' END, false)
$$;

-- The rare way through `append`: some events of the batch are known already, stand in it twice, or
-- are about the future, or the condition has failed. What is new goes through `append` once more.
-- For the setting see `matching_item`.
CREATE FUNCTION append_with_repeats(
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
        RAISE EXCEPTION 'something that the decision depended on has been appended since'
            USING ERRCODE = 'IL001', HINT = 'Read again and decide again.';
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

-- Who may do what ------------------------------------------------------------------------------
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
    EXECUTE format('ALTER FUNCTION head SET search_path = %I, pg_temp', s);
    EXECUTE format('ALTER FUNCTION position_at SET search_path = %I, pg_temp', s);
    ALTER FUNCTION position_at SECURITY DEFINER;
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA %I FROM PUBLIC', s);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I, %I, %I', s, writer, auditor, supervisor);
    EXECUTE format('GRANT SELECT ON about, migrations TO %I, %I, %I', writer, auditor, supervisor);
    EXECUTE format('GRANT EXECUTE ON FUNCTION head, position_at TO %I, %I, %I',
                   writer, auditor, supervisor);
    EXECUTE format('GRANT EXECUTE ON FUNCTION append, append_one TO %I', writer);
    EXECUTE format('GRANT SELECT ON events, event_tags TO %I', auditor);
    EXECUTE format('GRANT EXECUTE ON FUNCTION event_id_of, all_tags, matching_item, matching TO %I',
                   auditor);
END $$;
