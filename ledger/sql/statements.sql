-- What `ledger.log` asks of the schema; see schema.sql.

-- name: set
-- For the session, or for this transaction alone.
SELECT set_config(name, value, %(transaction)s)
FROM unnest(%(names)s::text[], %(values)s::text[]) AS wanted(name, value)

-- name: record
CALL record($1::bytea[], $2::text[], $3::boolean, $4::jsonb, NULL, NULL, NULL, NULL, NULL, NULL, NULL)

-- name: append
SELECT at_position, at_time, outcome, positions, times, outcomes, stored
FROM append($1::bytea[], $2::text[], $3::boolean, $4::jsonb)

-- name: login
SELECT session_user::text

-- name: head
SELECT at_position, at_time FROM head()

-- name: replayed
-- When the primary committed the last transaction that this replica has, and how many seconds ago.
SELECT pg_last_xact_replay_timestamp(),
       extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float

-- name: sources
SELECT DISTINCT source FROM events WHERE position <= %(upto)s ORDER BY source

-- name: position_at
SELECT position_at(%(moment)s)

-- name: page
SELECT position, event_id, type, version, recorded_at, occurred_at, body, login FROM events
WHERE position > %(after)s AND position <= %(upto)s
ORDER BY position LIMIT %(page)s

-- name: matching_page
SELECT position, event_id, type, version, recorded_at, occurred_at, body, login
FROM found(%(query)s, %(after)s, %(upto)s, %(page)s)

-- name: tagged_page
SELECT position, event_id, type, version, recorded_at, occurred_at, body, login,
       all_tags(client, performed_by, tags)
FROM found(%(query)s, %(after)s, %(upto)s, %(page)s)

-- name: standing
SELECT at_head, at_position, id, of_type, of_version, recorded, occurred, content, who, stands
FROM standing(%(query)s, %(page)s)

-- name: position_of
SELECT position_of(%(event_id)s)
