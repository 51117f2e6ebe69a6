-- What `iledger status` asks.

-- name: head
SELECT at_position, at_time FROM head()

-- name: login
SELECT current_database(), session_user, current_user

-- name: sizes
-- Rows are the planner's estimate (none yet: NULL), for counting would read everything.
SELECT n.nspname, c.relname, nullif(c.reltuples, -1)::bigint, pg_total_relation_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = ANY (%(schemas)s)
ORDER BY n.nspname, pg_total_relation_size(c.oid) DESC, c.relname

-- name: built
SELECT built_at FROM progress
