-- The roles of a ledger: how they are named, taken, and made. A cluster has one set of roles for all its
-- databases, so their names say of which database and schema they are: crm_ledger_writer.
--
--   named               the names, which no other place computes
--   names               the same as an answer
--   comments            which roles are not said to be this ledger's
--   take, inherits      what a connection does with them
--   able, owned, set_role, make, set_roles, bind    how they are made: see ledger/schema/restoring.py
--
-- `{named}` in the others stands for the first one. DO blocks take no parameters: theirs are settings.

-- name: named
-- A name has 63 bytes at most, of which the longest role takes 11. What is too long is cut, and told
-- apart by a hash. The comment says whose a role is, where two ledgers would come to the same name.
named AS MATERIALIZED (
    SELECT role, n, base || '_' || role AS name, format(
        'Interaction Ledger: %%s of the ledger in schema %%s of the database %%s',
        role, %(schema)s, current_database()) AS comment
    FROM (
        SELECT CASE WHEN octet_length(whole) <= 52 THEN whole ELSE (
            SELECT left(whole, n) FROM generate_series(1, 43) AS n
            WHERE octet_length(left(whole, n)) <= 43 ORDER BY n DESC LIMIT 1
        ) || '_' || left(encode(sha256(convert_to(whole, 'UTF8')), 'hex'), 8) END AS base
        FROM (SELECT current_database() || '_' || %(schema)s) AS ledger(whole)
    ) AS ledger, unnest(%(roles)s::text[]) WITH ORDINALITY AS wanted(role, n)
)

-- name: names
WITH {named} SELECT role, name, comment FROM named ORDER BY n

-- name: comments
-- The roles whose comment is another than theirs.
WITH {named} SELECT name, shobj_description(oid, 'pg_authid')
FROM named JOIN pg_roles ON rolname = name
WHERE shobj_description(oid, 'pg_authid') IS DISTINCT FROM comment ORDER BY n

-- name: take
-- Whether this server connection is a pooler's, and the role to act as; if it is our own, it gets
-- that role and these settings. A pooler tells its clients of a process that it has made up, so that
-- it can pass on what cancels a statement.
WITH {named}, taken AS MATERIALIZED (SELECT coalesce((
    SELECT rolname::text FROM named JOIN pg_roles ON rolname = name
    WHERE pg_has_role(session_user, oid, 'MEMBER') ORDER BY n LIMIT 1
), 'none') AS role)
SELECT pg_backend_pid() <> %(process)s, role, CASE WHEN pg_backend_pid() = %(process)s THEN (
    SELECT count(set_config(wanted.name, wanted.value, false))
    FROM unnest(%(names)s::text[] || 'role'::text, %(values)s::text[] || role)
        AS wanted(name, value)) END
FROM taken

-- name: inherits
-- Whether the login has the rights of all the roles that it may take without taking them.
WITH {named} SELECT coalesce(bool_and(pg_has_role(session_user, oid, 'USAGE')), true)
FROM named JOIN pg_roles ON rolname = name WHERE pg_has_role(session_user, oid, 'MEMBER')

-- name: able
-- Whether the login may make roles and change whose the ledger's schema is, if there is one.
SELECT bool_or(rolsuper OR rolcreaterole AND pg_has_role(session_user, n.nspowner, 'MEMBER'))
FROM pg_roles, pg_namespace n WHERE rolname = session_user AND n.nspname = %(schema)s

-- name: owned
-- Whose the ledger's schema is.
SELECT pg_get_userbyid(nspowner)::text FROM pg_namespace WHERE nspname = %(schema)s

-- name: set_role
SELECT set_config('iledger.role', %(name)s, true), set_config('iledger.comment', %(comment)s, true)

-- name: make
DO $$
DECLARE
    role text := current_setting('iledger.role');
    comment text := current_setting('iledger.comment');
    found text := (SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = role);
BEGIN
    IF starts_with(found, 'Interaction Ledger: ') AND found <> comment THEN
        RAISE EXCEPTION 'there is a role % already, which is another ledger''s (%)', role, found
            USING ERRCODE = 'IL004',
            HINT = 'Name this ledger otherwise with --schema, or drop that role if its ledger is gone.';
    ELSIF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', role);
    END IF;
    -- Also to a member: since PostgreSQL 16 whoever made a role is one, yet may not act as it.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN
        EXECUTE format('GRANT %I TO %I', role, session_user);
    END IF;
    IF found IS DISTINCT FROM comment THEN
        EXECUTE format('COMMENT ON ROLE %I IS %L', role, comment);
    END IF;
END $$

-- name: set_roles
-- The names of all roles by role, for the DO blocks.
WITH {named} SELECT set_config('iledger.roles', jsonb_object_agg(role, name)::text, true),
    set_config('iledger.schema', %(schema)s, true)
FROM named

-- name: bind
-- What they are to one another, and that the keeper may make schemas: the projections are rebuilt in a
-- schema of their own, which takes the place of the old one.
DO $$
DECLARE
    roles jsonb := current_setting('iledger.roles');
    pair text[];
BEGIN
    FOREACH pair SLICE 1 IN ARRAY ARRAY[
        ['auditor', 'keeper'], ['keeper', 'owner'], ['writer', 'owner'], ['supervisor', 'owner']]
    LOOP
        IF NOT EXISTS (
            SELECT FROM pg_auth_members WHERE roleid = to_regrole(quote_ident(roles ->> pair[1]))
            AND member = to_regrole(quote_ident(roles ->> pair[2]))
        ) THEN EXECUTE format('GRANT %I TO %I', roles ->> pair[1], roles ->> pair[2]);
        END IF;
    END LOOP;
    IF NOT has_database_privilege(roles ->> 'keeper', current_database(), 'CREATE') THEN
        EXECUTE format('GRANT CREATE ON DATABASE %I TO %I', current_database(), roles ->> 'keeper');
    END IF;
END $$
