-- Appending to the ledger: the only way in. See schema.sql.
--
--   append          numbers, stamps, hashes and records a batch
--   append_one      the same for a single event
--   append_or_tell  the same for a decision, which is told why it failed

-- Records a batch of events, given column by column, and answers one row an event, in order: its
-- position and time of recording, and the outcome:
--   recorded  new
--   known     recorded before with the same content; position and time are the first ones
--   conflict  recorded before with other content, which is in `stored`
--   future    not recorded: occurred_at lies ahead of this server's clock (see `ahead`)
--   withheld  not recorded, because `whole` was asked and another event of the batch is refused
-- or a single row for the whole batch:
--   all recorded  all are new, from this position on
--   failed        nothing was recorded: see condition
-- whole: record all or nothing.
-- condition: {"query": [...], "after": n}; fails if an event after n matches the query, unless every
-- event of the batch is already known (the answer to an earlier try was lost). A failed condition is
-- not an error of the database: those who race for something are told so many times a second. Under
-- a condition, a batch fails too if some of it is known and some is not, even if nothing matches: what
-- was decided before is not added to.
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
            whole, failed, condition IS NOT NULL);
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

-- The same for a single event, twice as fast: plain values instead of arrays, and a plain INSERT,
-- which fails if the key is known. Everything else is left to `append`.
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

-- `append`, and if the condition fails, at once what `standing` says of its query, at most so many
-- events: the decision can then be taken again without asking. Of those, outcome is `stands` or
-- `annulled`; a single row `failed` if there are none. Only who may read is told.
CREATE FUNCTION append_or_tell(
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

-- Whether any of these keys is recorded already.
CREATE FUNCTION any_known(sources text[], keys text[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM unnest(sources, keys) AS given(source, key), LATERAL (
            SELECT FROM events e WHERE e.event_id = event_id_of(given.source, given.key) OFFSET 0) AS known);
END $$;

-- Whether something is said to have happened after now. Clocks differ by up to five minutes. A date
-- without a time is kept as midnight UTC, and begins up to 14 hours earlier in the east.
CREATE FUNCTION ahead(occurred timestamptz, stamp timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(occurred > stamp + interval '5 minutes' AND (
        occurred > stamp + interval '14 hours'
        OR date_trunc('day', occurred AT TIME ZONE 'UTC') <> occurred AT TIME ZONE 'UTC'), false)
$$;

-- The rare way through `append`: some events of the batch are known already, stand in it twice, or
-- are about the future, or the condition has failed. What is new goes through `append` once more.
-- For the setting see `matching_item`.
CREATE FUNCTION append_with_repeats(
    stamp timestamptz,
    types text[], versions smallint[], sources text[], keys text[], clients text[],
    performers text[], times timestamptz[], tag_lists text[], bodies bytea[],
    whole boolean, failed boolean, decided boolean
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
    IF wanted IS NOT NULL AND (failed OR decided AND any_known(sources, keys)) THEN
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
