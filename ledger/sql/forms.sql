-- The form of an event: what its body must say, and the columns that are read from it. See schema.sql.
--
--   event_of      the columns of one event
--   well_formed   whether a body has the envelope that ledger/envelope.py describes
--   holds         whether what the tags name stands in it
--   moment        the time of an `occurred_at`
--   leaf          the hash over all that is recorded of an event

-- The columns of an event but its position, time of recording, login and body. Raises IL005.
CREATE FUNCTION event_of(content jsonb, tag_list text, n bigint) RETURNS events
LANGUAGE plpgsql STABLE AS $$
DECLARE
    e events;
BEGIN
    e.tags := tag_list::text[];
    IF NOT coalesce(well_formed(content) AND (tag_list = '{}' OR holds(content, e.tags)), false) THEN
        PERFORM refuse_form(n, 'envelope');
    END IF;
    e.type := content ->> 'type';
    e.version := content ->> 'version';
    e.source := content ->> 'source';
    e.key := content ->> 'key';
    e.client := content ->> 'client';
    e.performed_by := content ->> 'performed_by';
    e.occurred_at := moment(content ->> 'occurred_at');
    e.event_id := event_id_of(e.source, e.key);
    RETURN e;
END $$;

-- Whether a body has the form of an event. An event of the `eventsourcing` library has version 0, its
-- tags and its bytes (see ledger/dcb.py); all others say who recorded what, and when it was.
CREATE FUNCTION well_formed(j jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        jsonb_typeof(j) = 'object'
        AND NOT (j - '{version,data,tags,raw}'::text[]) @? 'strict $.* ? (@.type() != "string" || @ == "")'
        AND length(j ->> 'type') <= 200 AND length(j ->> 'source') <= 200
        AND length(j ->> 'key') <= 200 AND jsonb_typeof(j -> 'version') = 'number'
        AND CASE WHEN j ->> 'version' = '0' THEN
            (j ->> 'raw') ~ '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==|[A-Za-z0-9+/]=))?$'
            AND jsonb_typeof(j -> 'raw') = 'string' AND jsonb_typeof(j -> 'tags') = 'array'
            AND NOT j -> 'tags' @? 'strict $[*] ? (@.type() != "string")'
            AND j - '{type,version,source,key,raw,tags}'::text[] = '{}'
        ELSE
            (j ->> 'version') ~ '^[1-9][0-9]{0,3}$'
            AND jsonb_typeof(j -> 'data') = 'object' AND j ? 'recorded_by'
            AND (j ->> 'occurred_at' = 'unknown' OR (j ->> 'occurred_at')
                ~ '^(19|2[01])\d\d-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?Z)?)?$')
            AND j - ('{type,version,source,key,data,recorded_by,occurred_at,client,performed_by,unit,'
                'correlation,causation,performer_name,contact,channel,import_batch,visibility,'
                'request,asked}')::text[] = '{}'
        END, false)
$$;

-- Whether what the tags name stands in the body: the value of `deal:D-1` is a text of it somewhere.
CREATE FUNCTION holds(j jsonb, tags text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT bool_and(coalesce(CASE WHEN j ->> 'version' = '0' THEN j -> 'tags' ? tag ELSE
        tag ~ '^[a-z_]+:.' AND strpos(j::text, to_jsonb(substr(tag, strpos(tag, ':') + 1))::text) > 0
    END, false)) FROM unnest(tags) AS t(tag)
$$;

-- When a recorded `occurred_at` was, NULL if that is unknown; of a day or month, midnight UTC of its
-- first day. ledger/moments.py reads the same.
CREATE FUNCTION moment(said text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN said = 'unknown' THEN NULL
        ELSE (said || CASE length(said) WHEN 7 THEN '-01T00:00Z' WHEN 10 THEN 'T00:00Z' ELSE '' END)
             ::timestamptz END
$$;

-- SHA-256 over a zero byte, the microseconds since 2000 as eight bytes, the login, a zero byte, and
-- the body.
CREATE FUNCTION leaf(e events) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256('\x00'::bytea || timestamptz_send(e.recorded_at) || convert_to(e.login, 'UTF8')
                  || '\x00'::bytea || e.body)
$$;

CREATE FUNCTION refuse_form(n bigint, why text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'event % of the batch is no event of known form: %', coalesce(n::text, 'one'), why
        USING ERRCODE = 'IL005',
            HINT = 'Append through `iledger append` or ledger.open(), which make its form.';
END $$;
