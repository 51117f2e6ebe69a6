-- What `ledger.schema` does besides running schema.sql and the migrations. The name of the role at
-- hand is in the setting iledger.role, because a DO block takes no parameters.

-- name: lock
-- Several processes may create the ledger at once; the second finds it made.
SELECT pg_advisory_xact_lock(1230718029)

-- name: exists
-- Whether there is a ledger of this name, which a login may see that may not use it.
SELECT true FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = 'events'

-- name: set_role
SELECT set_config('iledger.role', %s, true)

-- name: encoding
SELECT current_database(), current_setting('server_encoding')

-- name: create_role
DO $$
DECLARE
    role text := current_setting('iledger.role');
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', role);
    END IF;
    -- Also to a member: since PostgreSQL 16 whoever made a role is one, yet may not act as it.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN
        EXECUTE format('GRANT %I TO %I', role, session_user);
    END IF;
END $$

-- name: let_role_create
-- The projections are rebuilt in a schema of their own, which takes the place of the old one.
DO $$
BEGIN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO %I',
                   current_database(), current_setting('iledger.role'));
END $$

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
