-- What all projections share: their position, and the two time axes.
--
-- Every row of every projection has the position of its event and `annulled_at`, the position from
-- which the event no longer counts. So "as of a position" is a filter, not a replay.

-- name: tables
-- The type of `annulled_at`: later than any position, until an annulment names one.
CREATE DOMAIN annulled_position AS bigint DEFAULT 9223372036854775807 NOT NULL;
CREATE TABLE progress (
    position    bigint NOT NULL,
    fingerprint text NOT NULL,
    built_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);

-- name: functions
-- What was known at a position.
CREATE FUNCTION known("position" bigint, annulled_at bigint, as_of bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT "position" <= as_of AND annulled_at > as_of $$;

-- A time as Python can hold it: none where it is unknown, or without end.
CREATE FUNCTION finite(at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN isfinite(at) THEN at END $$;

-- A day or month has no zone: it is stored as midnight UTC and is the same date everywhere.
CREATE FUNCTION local_time(at timestamptz, "precision" text, zone text) RETURNS timestamp
LANGUAGE sql IMMUTABLE AS $$
    SELECT at AT TIME ZONE CASE WHEN "precision" IN ('day', 'month') THEN 'UTC' ELSE zone END
$$;

-- A day or month that contains the opening is not before it, although its midnight is.
CREATE FUNCTION once_open(at timestamptz, "precision" text, opened timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN "precision" IN ('day', 'month') AND at < opened
                 AND date_trunc(CASE "precision" WHEN 'month' THEN 'month' ELSE 'day' END,
                                opened AT TIME ZONE 'UTC') = at AT TIME ZONE 'UTC'
           THEN opened ELSE at END
$$;

-- Whether something happened in [starts, ends), local dates and times of the zone; false if its time
-- is unknown. The outer bounds let an index on `at` narrow the search. Between the inner bounds the
-- zone makes no difference, and converting to local time costs more than everything else. Only
-- immutable operations: otherwise the function is not inlined, and no index is used.
CREATE FUNCTION in_period(
    at timestamptz, "precision" text, starts timestamp, ends timestamp, zone text
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT at >= (starts - interval '1 day') AT TIME ZONE 'UTC'
       AND at < (ends + interval '1 day') AT TIME ZONE 'UTC'
       AND (at >= (starts + interval '1 day') AT TIME ZONE 'UTC'
            AND at < (ends - interval '1 day') AT TIME ZONE 'UTC'
            OR local_time(at, "precision", zone) >= starts
            AND local_time(at, "precision", zone) < ends)
$$;

-- Whether two things happened in [starts, ends), and in the same month, quarter or year of it.
CREATE FUNCTION in_one_period(
    one timestamptz, one_precision text, other timestamptz, other_precision text,
    every text, starts timestamp, ends timestamp, zone text
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT in_period(one, one_precision, starts, ends, zone)
       AND in_period(other, other_precision, starts, ends, zone)
       AND (every IS NULL OR date_trunc(every, local_time(one, one_precision, zone))
                           = date_trunc(every, local_time(other, other_precision, zone)))
$$;

-- The key of the lock that every writer of this ledger's tables holds.
CREATE FUNCTION projections_lock() RETURNS bigint LANGUAGE sql STABLE
BEGIN ATOMIC SELECT (1230718030::bigint << 32) | 'events'::regclass::oid::bigint; END;

-- When a position was recorded. Readers of projections may know it although they may not read events.
-- The body is bound to its table at creation, so that no search path can redirect it.
CREATE FUNCTION recorded_at(at_position bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC SELECT e.recorded_at FROM events e WHERE e.position = at_position; END;

-- name: recorded_at
SELECT recorded_at(%(position)s)

-- name: lock
SELECT pg_advisory_xact_lock(projections_lock())

-- name: lock_rebuilds
SELECT pg_advisory_lock(hashtextextended(%(name)s, 0))

-- name: may_write
SELECT pg_has_role(current_user, %(owner)s, 'USAGE')

-- name: progress
SELECT position, fingerprint FROM progress

-- name: start
INSERT INTO progress (position, fingerprint) VALUES (%(position)s, %(fingerprint)s)

-- name: advance
UPDATE progress SET position = %(position)s

-- name: exists
SELECT to_regclass(format('%%I.progress', %(schema)s::text)) IS NOT NULL

-- name: column_types
SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
WHERE attrelid = to_regclass(quote_ident(%(table)s)) AND attnum > 0 AND NOT attisdropped

-- name: all_tables
SELECT relname FROM pg_class
WHERE relnamespace = to_regnamespace(quote_ident(%(schema)s)) AND relkind = 'r'
