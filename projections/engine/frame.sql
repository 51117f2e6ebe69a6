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

-- The first instant of a local date and time. Where the clocks go back at midnight it comes twice.
CREATE FUNCTION first_instant(local timestamp, zone text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN (local AT TIME ZONE zone - interval '1 hour') AT TIME ZONE zone = local
           THEN local AT TIME ZONE zone - interval '1 hour' ELSE local AT TIME ZONE zone END
$$;

-- When the day or month is over that a moment is known as; the moment itself where it is known better.
-- (What is known as a day or month is kept as its beginning in the zone in which it is asked for.)
CREATE FUNCTION is_over(at timestamptz, "precision" text, zone text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE "precision"
        WHEN 'day' THEN first_instant(
            date_trunc('day', at AT TIME ZONE zone) + interval '1 day', zone)
        WHEN 'month' THEN first_instant(
            date_trunc('month', at AT TIME ZONE zone) + interval '1 month', zone)
        ELSE at END
$$;

-- The last moment at which something may have happened: of a day or month the end of it.
CREATE FUNCTION last_moment(at timestamptz, "precision" text, zone text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN "precision" IN ('day', 'month')
           THEN is_over(at, "precision", zone) - interval '1 us' ELSE at END
$$;

-- Whether something came after something else. Within the day or month that it is known as, the order
-- of recording decides.
CREATE FUNCTION is_after(
    at timestamptz, "precision" text, "position" bigint, than timestamptz, than_position bigint,
    zone text
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (at, "position") > (than, than_position)
        OR "precision" IN ('day', 'month') AND "position" > than_position
           AND than < is_over(at, "precision", zone)
$$;

-- Whether something happened in [starts, ends), local dates and times of the zone; false if its time
-- is unknown. Only immutable operations: otherwise the function is not inlined, and no index is used.
CREATE FUNCTION in_period(at timestamptz, starts timestamp, ends timestamp, zone text)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT at >= first_instant(starts, zone) AND at < first_instant(ends, zone)
$$;

-- Whether two things happened in [starts, ends), and in the same month, quarter or year of it.
CREATE FUNCTION in_one_period(
    one timestamptz, other timestamptz, every text, starts timestamp, ends timestamp, zone text
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT in_period(one, starts, ends, zone) AND in_period(other, starts, ends, zone)
       AND (every IS NULL OR date_trunc(every, one AT TIME ZONE zone)
                           = date_trunc(every, other AT TIME ZONE zone))
$$;

-- When a position was recorded. Readers of projections may know it although they may not read events.
-- The body is bound to its table at creation, so that no search path can redirect it.
CREATE FUNCTION recorded_at(at_position bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC SELECT e.recorded_at FROM events e WHERE e.position = at_position; END;

-- name: recorded_at
SELECT recorded_at(%(position)s)

-- name: zone
SELECT zone FROM about

-- name: path
-- As it is, and with the views of zones.py before the tables that are first in it.
SELECT current_setting('search_path'),
       quote_ident((current_schemas(false))[1] || '_z') || ', ' || current_setting('search_path')

-- name: displaced
SELECT coalesce(max(until), 0) FROM displaced

-- name: lock
-- What every writer of this ledger's tables holds until its transaction ends. Only a keeper may.
SELECT FROM keeping WHERE what = 'tables' FOR UPDATE

-- name: lock_rebuilds
SELECT FROM keeping WHERE what = 'rebuild' FOR UPDATE

-- name: hold
-- For as long as a transaction that only holds a lock is open.
SET LOCAL idle_in_transaction_session_timeout = 0

-- name: may_write
SELECT has_table_privilege('keeping', 'UPDATE')

-- name: progress
SELECT position, fingerprint FROM progress

-- name: start
INSERT INTO progress (position, fingerprint) VALUES (%(position)s, %(fingerprint)s)

-- name: advance
UPDATE progress SET position = %(position)s

-- name: exists
SELECT to_regclass(format('%%I.progress', %(schema)s::text)) IS NOT NULL

-- name: schema_exists
SELECT to_regnamespace(quote_ident(%(schema)s)) IS NOT NULL

-- name: column_types
SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
WHERE attrelid = to_regclass(quote_ident(%(table)s)) AND attnum > 0 AND NOT attisdropped

-- name: all_tables
SELECT relname FROM pg_class
WHERE relnamespace = to_regnamespace(quote_ident(%(schema)s)) AND relkind = 'r'
