-- What `ledger.schema` does besides running schema.sql and the migrations; its roles are in
-- roles.sql and restoring.sql.

-- name: lock
-- Several processes may create the ledger at once; the second finds it made.
SELECT pg_advisory_xact_lock(1230718029)

-- name: exists
-- Whether there is a ledger of this name, which a login may see that may not use it.
SELECT true FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = 'events'

-- name: encoding
SELECT current_database(), current_setting('server_encoding')

-- name: closed_schema
-- The ledger's schema, if it is there and this login may not use it; and the login.
SELECT n.nspname, session_user::text
FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'about'
WHERE n.nspname = ANY (string_to_array(replace(current_setting('search_path'), '"', ''), ', '))
  AND NOT has_schema_privilege(n.oid, 'USAGE')

-- name: say_zone
INSERT INTO about (zone) VALUES (%s)

-- name: note_migration
INSERT INTO migrations (version, name) VALUES (%s, %s)

-- name: version
SELECT coalesce(max(version), 0) FROM migrations

-- name: about
SELECT ledger_id, zone, (SELECT max(version) FROM migrations) FROM about
