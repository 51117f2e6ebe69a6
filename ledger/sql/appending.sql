-- Appending to the ledger: the only way in. See schema.sql.
--
--   record        append, commit, answer once it is durable
--   append        numbers, stamps and records a batch, all or none, in the caller's transaction
--   judged        the rare way through it: keys that are known, or times that lie ahead
--   take_turn     one at a time
--   may_append    whether this login may say these things
--   register      which logins may append under which source
--
-- What is recorded is what was said: a caller gives the bodies, and every column is read from them.
-- The tags are the exception: they follow from a type's definition, which the program has, so the
-- database checks that what they name stands in the body.

-- What became of a batch:
--   recorded  all are new, from at_position on, at at_time
--   judged    positions, times, outcomes and stored say it of each event (see `judged`)
--   failed    nothing was recorded, since the condition does not hold
-- waited: whether others were before us.
CREATE TYPE answer AS (
    at_position bigint, at_time timestamptz, outcome text, waited boolean,
    positions bigint[], times timestamptz[], outcomes text[], stored bytea[]
);

-- `append` and the commit in one call, which answers when what it recorded is durable.
--
-- Where others wait for their turn, it is not kept through the flush: the commit frees it at once, and
-- a second transaction, which says nothing, waits for the log to be on disk up to there. What a crash
-- takes back in between was answered to nobody, and `head` shows nobody what is not flushed.
CREATE PROCEDURE record(
    bodies bytea[], tag_lists text[], whole boolean, condition jsonb,
    OUT at_position bigint, OUT at_time timestamptz, OUT outcome text,
    OUT positions bigint[], OUT times timestamptz[], OUT outcomes text[], OUT stored bytea[]
) LANGUAGE plpgsql AS $$
DECLARE
    a answer;
BEGIN
    a := append(bodies, tag_lists, whole, condition);
    at_position := a.at_position;
    at_time := a.at_time;
    outcome := a.outcome;
    IF outcome = 'judged' THEN
        positions := a.positions;
        times := a.times;
        outcomes := a.outcomes;
        stored := a.stored;
    END IF;
    IF a.waited THEN
        PERFORM set_config('synchronous_commit', 'off', true);
        COMMIT;
        IF outcome <> 'failed' THEN
            IF current_setting('synchronous_commit') = 'off' THEN
                PERFORM set_config('synchronous_commit', 'on', true);
            END IF;
            PERFORM pg_logical_emit_message(true, 'iledger', '');
        END IF;
    END IF;
END $$;

-- Records a batch of events, given by their bodies and by array literals of their tags.
-- whole: record all or nothing.
-- condition: {"query": [...], "after": n}; fails if an event after n matches the query, unless every
-- event of the batch is already known (the answer to an earlier try was lost). A failed condition is
-- not an error of the database: those who race for something are told so many times a second. Under
-- a condition, a batch fails too if some of it is known and some is not, even if nothing matches: what
-- was decided before is not added to.
CREATE FUNCTION append(bodies bytea[], tag_lists text[], whole boolean, condition jsonb)
RETURNS answer LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    a answer;
    turn record;
    one events;
    content jsonb;
    failed boolean := false;
BEGIN
    IF cardinality(bodies) = 1 THEN
        BEGIN
            content := convert_from(bodies[1], 'UTF8');
            one := event_of(content, tag_lists[1], 1);
        EXCEPTION WHEN data_exception OR statement_too_complex THEN
            PERFORM refuse_form(1, SQLERRM);
        END;
    ELSIF cardinality(bodies) IS DISTINCT FROM cardinality(tag_lists) THEN
        RAISE EXCEPTION 'a batch needs as many lists of tags as bodies' USING ERRCODE = 'IL005';
    END IF;
    turn := take_turn();
    a.waited := turn.waited;
    a.at_position := turn.head + 1;
    a.at_time := turn.stamp;
    IF condition IS NOT NULL THEN
        failed := fails(condition, turn.head);
        -- If something of the batch is known, the answer to an earlier try may have been lost.
        IF failed AND NOT any_known(bodies) THEN
            a.outcome := 'failed';
            RETURN a;
        END IF;
    END IF;
    a.outcome := 'recorded';
    IF one.type IS NOT NULL AND NOT failed AND NOT ahead(one.occurred_at, turn.clock) THEN
        PERFORM may_append(one.type, one.source);
        IF one.type = 'event.annulled' THEN PERFORM may_annul(content); END IF;
        INSERT INTO events (position, event_id, type, version, client, performed_by, occurred_at,
                            recorded_at, source, key, tags, login, body)
        VALUES (a.at_position, one.event_id, one.type, one.version, one.client, one.performed_by,
                one.occurred_at, a.at_time, one.source, one.key, one.tags, session_user, bodies[1])
        ON CONFLICT (key, source) DO NOTHING;
        IF FOUND THEN
            IF one.tags <> '{}' THEN
                INSERT INTO event_tags (tag, position)
                SELECT DISTINCT t.tag, a.at_position FROM unnest(one.tags) AS t(tag);
            END IF;
            IF one.type IN ('producer.registered', 'event.annulled') THEN PERFORM register(); END IF;
            PERFORM pg_notify(current_schema() || '_events', '');
            RETURN a;
        END IF;
    ELSIF one.type IS NULL AND NOT failed
        AND append_new(bodies, tag_lists, turn.head, turn.stamp, turn.clock)
    THEN
        RETURN a;
    END IF;
    RETURN judged(a, bodies, tag_lists, whole, failed, condition IS NOT NULL, turn.clock);
END $$;

-- Nearly always every event of a batch is new and of the past, and then the unique index is all the
-- check we need. Whether it was so; if not, nothing was recorded.
CREATE FUNCTION append_new(
    bodies bytea[], tag_lists text[], head bigint, stamp timestamptz, clock timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    kinds text[];
BEGIN
    WITH added AS (
        INSERT INTO events (position, event_id, type, version, client, performed_by, occurred_at,
                            recorded_at, source, key, tags, login, body)
        SELECT head + n, event_id_of(j ->> 'source', j ->> 'key'),
               CASE WHEN well_formed(j) AND (tag_list = '{}' OR holds(j, tag_list::text[]))
                    THEN j ->> 'type' ELSE refuse_form(n, 'envelope') END,
               (j -> 'version')::smallint, j ->> 'client', j ->> 'performed_by',
               CASE WHEN ahead(moment(j ->> 'occurred_at'), clock) THEN lies_ahead()
                    ELSE moment(j ->> 'occurred_at') END,
               stamp, j ->> 'source', j ->> 'key', tag_list::text[], session_user, body
        FROM unnest(bodies, tag_lists) WITH ORDINALITY AS given(body, tag_list, n),
             LATERAL (SELECT convert_from(body, 'UTF8')::jsonb AS j OFFSET 0) AS parsed
        RETURNING position, type, source, tags
    ), tagged AS (
        INSERT INTO event_tags (tag, position)
        SELECT DISTINCT t.tag, added.position FROM added, unnest(added.tags) AS t(tag)
    ), said AS (SELECT DISTINCT type, source FROM added)
    SELECT array_agg(type) FILTER (WHERE may_append(type, source)) INTO kinds FROM said;
    IF kinds && ARRAY['event.annulled', 'producer.registered'] THEN
        PERFORM may_annul(convert_from(e.body, 'UTF8')::jsonb) FROM events e
        WHERE e.position > head AND e.type = 'event.annulled';
        PERFORM register();
    END IF;
    PERFORM pg_notify(current_schema() || '_events', '');
    RETURN true;
EXCEPTION
    WHEN unique_violation OR SQLSTATE 'IL001' THEN RETURN false;
    WHEN data_exception OR statement_too_complex THEN PERFORM refuse_form(NULL, SQLERRM);
END $$;

-- The rare way through `append`: some events of the batch are known already, stand in it twice, or
-- are about the future, or the condition has failed. What is new goes through `append_new`.
--   recorded  new
--   known     recorded before with the same content; position and time are the first ones
--   conflict  recorded before with other content, which is in `stored` for whom may read it
--   future    not recorded: occurred_at lies ahead of this server's clock (see `ahead`)
--   withheld  not recorded, because `whole` was asked and another event of the batch is refused
-- For the setting see `matching_item`.
CREATE FUNCTION judged(
    INOUT a answer, bodies bytea[], tag_lists text[], whole boolean, failed boolean,
    decided boolean, clock timestamptz
) LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    given events[];
    verdicts text[];
    wanted bigint[];
    reads boolean := may_read();
BEGIN
    SELECT array_agg(event_of(convert_from(body, 'UTF8')::jsonb, tag_list, n) ORDER BY n) INTO given
    FROM unnest(bodies, tag_lists) WITH ORDINALITY AS offered(body, tag_list, n);
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
            SELECT g.event_id AS id, bodies[g.n] AS offered, g.n, ahead(g.occurred_at, clock) AS in_future,
                   e.position, e.body AS recorded
            FROM unnest(given) WITH ORDINALITY AS g(position, event_id, type, version, client,
                performed_by, occurred_at, recorded_at, source, key, tags, login, body, n)
            LEFT JOIN events e ON e.key = g.key AND e.source = g.source
        ) AS compared
        WINDOW same_key AS (PARTITION BY id ORDER BY in_future, n)
    ) AS judged;
    IF wanted IS NOT NULL AND (failed OR decided AND any_known(bodies)) THEN
        a.outcome := 'failed';
        RETURN;
    END IF;
    IF wanted IS NOT NULL AND NOT (whole AND verdicts && ARRAY['conflict', 'future'])
        AND NOT append_new(
            ARRAY(SELECT bodies[n] FROM unnest(wanted) AS w(n)),
            ARRAY(SELECT tag_lists[n] FROM unnest(wanted) AS w(n)),
            a.at_position - 1, a.at_time, clock)
    THEN
        RAISE EXCEPTION 'what is new of a batch could not be recorded';
    END IF;
    a.outcome := 'judged';
    SELECT array_agg(position ORDER BY n), array_agg(at ORDER BY n), array_agg(word ORDER BY n),
           array_agg(CASE WHEN word = 'conflict' THEN shown END ORDER BY n)
    INTO a.positions, a.times, a.outcomes, a.stored
    FROM (
        SELECT g.n, e.position, e.recorded_at AS at,
               CASE WHEN e.position IS NULL AND verdicts[g.n] IN ('recorded', 'known') THEN 'withheld'
                    ELSE verdicts[g.n] END AS word,
               CASE WHEN e.position IS NULL
                    THEN first_value(bodies[g.n]) OVER (PARTITION BY g.event_id ORDER BY g.n)
                    WHEN reads OR e.login = session_user THEN e.body END AS shown
        FROM unnest(given) WITH ORDINALITY AS g(position, event_id, type, version, client,
            performed_by, occurred_at, recorded_at, source, key, tags, login, body, n)
        LEFT JOIN events e ON e.key = g.key AND e.source = g.source
    ) AS found;
END $$;

-- Waiting for the turn ------------------------------------------------------------------------

-- Wait for this writer's turn: the head as it then stands, the time of recording, and this server's
-- clock. Nobody else appends until the transaction ends. waited: whether others were before us.
--
-- A clock that has jumped far ahead is not believed, since no later event may be recorded at an
-- earlier time. That of a ledger in which nothing happened for so long is confirmed by an owner.
CREATE FUNCTION take_turn(
    OUT head bigint, OUT stamp timestamptz, OUT clock timestamptz, OUT waited boolean
) LANGUAGE plpgsql SET lock_timeout = '30s' AS $$
DECLARE
    trusted timestamptz;
    last timestamptz;
BEGIN
    -- An older snapshot would not see what was committed while we waited for the lock.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'append needs the isolation level read committed' USING ERRCODE = 'IL003';
    END IF;
    SELECT t.clock_until INTO trusted FROM turn t FOR UPDATE SKIP LOCKED;
    waited := NOT FOUND;
    IF waited THEN
        SELECT t.clock_until INTO trusted FROM turn t FOR UPDATE;
    END IF;
    SELECT e.position, e.recorded_at INTO head, last FROM events e ORDER BY e.position DESC LIMIT 1;
    head := coalesce(head, 0);
    clock := clock_timestamp();
    stamp := greatest(clock, last);
    IF clock > last + interval '31 days' AND coalesce(clock > trusted, true) THEN
        RAISE EXCEPTION 'this server''s clock says %, % after the last event', clock, clock - last
            USING ERRCODE = 'IL007', HINT = 'Set the clock right. If it is, because nothing was '
                'recorded for so long, let an owner run `iledger doctor --clock-is-right`.';
    END IF;
END $$;

-- Believe this server's clock for a day, however long ago the last event was recorded.
CREATE FUNCTION trust_clock() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE turn SET clock_until = clock_timestamp() + interval '1 day';
END $$;

-- Whether something is said to have happened after now. Clocks differ by up to five minutes. A date
-- without a time is kept as midnight UTC, and begins up to 14 hours earlier in the east.
CREATE FUNCTION ahead(occurred timestamptz, clock timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(occurred > clock + interval '5 minutes' AND (
        occurred > clock + interval '14 hours'
        OR date_trunc('day', occurred AT TIME ZONE 'UTC') <> occurred AT TIME ZONE 'UTC'), false)
$$;

CREATE FUNCTION lies_ahead() RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an event lies ahead' USING ERRCODE = 'IL001';
END $$;

-- Whether any of these events is recorded already.
CREATE FUNCTION any_known(bodies bytea[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM unnest(bodies) AS given(body),
             LATERAL (SELECT convert_from(body, 'UTF8')::jsonb AS j OFFSET 0) AS parsed,
             LATERAL (SELECT FROM events e WHERE e.key = j ->> 'key' AND e.source = j ->> 'source'
                      OFFSET 0) AS known);
END $$;

-- Whether a condition fails. Who may not read asks only about what carries a tag, and what they were
-- told stays on record: by asking for it often enough a ledger can be read.
CREATE FUNCTION fails(condition jsonb, head bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    reads boolean := has_table_privilege(session_user, 'events', 'SELECT') OR may_read();
    failed boolean;
BEGIN
    IF NOT reads AND (condition -> 'query' = '[]' OR EXISTS (
        SELECT FROM jsonb_array_elements(condition -> 'query') AS item
        WHERE coalesce(jsonb_array_length(item -> 'tags') = 0, true)))
    THEN
        RAISE EXCEPTION 'a condition of the login % must name a tag in each item', session_user
            USING ERRCODE = 'IL006';
    END IF;
    failed := matched_since(
        condition -> 'query', coalesce((condition ->> 'after')::bigint, 0), head);
    IF failed AND NOT reads THEN
        INSERT INTO failed_conditions (login, condition) VALUES (session_user, condition);
    END IF;
    RETURN failed;
END $$;

-- Who may say what ----------------------------------------------------------------------------

-- Whether the login may act as somebody who reads the events.
CREATE FUNCTION may_read() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM pg_roles r WHERE pg_has_role(session_user, r.oid, 'MEMBER')
        AND has_table_privilege(r.oid, 'events'::regclass, 'SELECT'))
$$;

-- Whether the login may append events of this type under this source; raises IL006 if not. Events
-- that say who may knock, and their annulments, are the owner's.
CREATE FUNCTION may_append(type text, source text) RETURNS boolean LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
    IF EXISTS (
        SELECT FROM producers p WHERE p.source = source
        AND NOT (session_user = ANY (p.logins) AND coalesce(type = ANY (p.types), true)))
    THEN
        RAISE EXCEPTION 'the login % may not append % under the source %', session_user, type, source
            USING ERRCODE = 'IL006', HINT = 'Append under a source of your own, or let an owner '
                'register this login for it (`iledger access producer`).';
    END IF;
    IF type IN ('producer.registered', 'login.linked', 'login.unlinked', 'access_policy.published') THEN
        PERFORM refuse_stranger(type);
    END IF;
    RETURN true;
END $$;

CREATE FUNCTION may_annul(content jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    target text := content #>> '{data,event}';
    governs text;
BEGIN
    IF target ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
        SELECT e.type INTO governs FROM events e WHERE e.position = position_of(target::uuid);
        IF governs IN ('producer.registered', 'login.linked', 'login.unlinked',
                       'access_policy.published') THEN
            PERFORM refuse_stranger('the annulment of ' || governs);
        END IF;
    END IF;
END $$;

CREATE FUNCTION refuse_stranger(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_has_role(session_user, current_user, 'MEMBER') THEN
        RAISE EXCEPTION 'the login % may not append %; only a member of % may', session_user, what,
            current_user USING ERRCODE = 'IL006';
    END IF;
END $$;

-- Which logins may append under which source, anew from the events: the last registration that
-- stands of each source.
CREATE FUNCTION register() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM producers;
    INSERT INTO producers (source, logins, types)
    SELECT DISTINCT ON (source) data ->> 'source' AS source,
           ARRAY(SELECT jsonb_array_elements_text(data -> 'logins')),
           CASE WHEN jsonb_typeof(data -> 'types') = 'array'
                THEN ARRAY(SELECT jsonb_array_elements_text(data -> 'types')) END
    FROM events e, LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb -> 'data' AS data OFFSET 0) AS said
    WHERE e.type = 'producer.registered' AND jsonb_typeof(data -> 'source') = 'string'
      AND jsonb_typeof(data -> 'logins') = 'array'
      AND NOT EXISTS (
          SELECT FROM event_tags t JOIN events a ON a.position = t.position
          WHERE t.tag = 'event:' || e.event_id::text AND a.type = 'event.annulled'
            AND a.position > e.position)
    ORDER BY source, e.position DESC;
END $$;
