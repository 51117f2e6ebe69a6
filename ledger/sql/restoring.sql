-- Putting right whose a ledger is; see ledger/schema/restoring.py. The DO blocks take the names of the
-- roles and of the schema from the settings that set_roles in roles.sql makes.
--
--   former       roles of other names that have had rights here
--   carry        their members become those of the new roles
--   hand_over    the ledger's schema becomes the owner's, those of the projections the keeper's
--   take_back    what the former roles were given here
--   state        what `init` compares before and after

-- name: former
-- Either of the time when roles were named after the schema alone, so that those of one database were
-- those of another; or of another ledger, by their comment, from which this one was copied, or whose
-- database was given another name. Left in a setting: {"crm_ledger_writer": "writer", ...}.
SELECT set_config('iledger.former', coalesce(jsonb_object_agg(r.rolname, role), '{}')::text, true),
    set_config('iledger.carried', coalesce(jsonb_object_agg(r.rolname, role) FILTER (
        WHERE comment IS NULL OR NOT EXISTS (
            SELECT FROM pg_database
            WHERE right(comment, length(datname) + 17) = ' of the database ' || datname)
    ), '{}')::text, true)
FROM pg_roles r, LATERAL (
    SELECT shobj_description(r.oid, 'pg_authid') AS comment, substring(r.rolname FROM '[a-z]+$') AS role
) AS said
WHERE (starts_with(comment, 'Interaction Ledger: ') OR comment IS NULL AND r.rolname IN (
        SELECT current_setting('iledger.schema') || '_' || unnest(
            ARRAY['owner', 'writer', 'auditor', 'supervisor'])))
    AND r.rolname NOT IN (SELECT value FROM jsonb_each_text(current_setting('iledger.roles')::jsonb))
    AND EXISTS (
        SELECT FROM pg_shdepend s JOIN pg_database d ON d.datname = current_database()
        WHERE refclassid = 'pg_authid'::regclass AND refobjid = r.oid
            AND (s.dbid = d.oid OR s.classid = 'pg_database'::regclass AND s.objid = d.oid)
            AND (SELECT bool_or(x.grantee = r.oid OR n.nspowner = r.oid) FROM pg_namespace n
                 LEFT JOIN LATERAL aclexplode(n.nspacl) AS x ON true
                 WHERE n.nspname = ANY (ARRAY[current_setting('iledger.schema'),
                                              current_setting('iledger.schema') || '_projections'])))

-- name: carry
DO $$
DECLARE
    roles jsonb := current_setting('iledger.roles');
    one record;
BEGIN
    FOR one IN
        SELECT roles ->> role AS heir, m.rolname AS member,
            CASE WHEN admin_option THEN ' WITH ADMIN OPTION' ELSE '' END AS admin
        FROM jsonb_each_text(current_setting('iledger.carried')::jsonb) AS former(name, role)
        JOIN pg_auth_members a ON a.roleid = to_regrole(quote_ident(former.name))
        JOIN pg_roles m ON m.oid = a.member
        WHERE m.rolname NOT IN (
                SELECT jsonb_object_keys(current_setting('iledger.former')::jsonb))
            AND m.rolname <> session_user
    LOOP
        EXECUTE format('GRANT %I TO %I', one.heir, one.member) || one.admin;
    END LOOP;
END $$

-- name: hand_over
-- Of what is in the ledger's schema only what has the owner that the schema or its events have had.
DO $$
DECLARE
    roles jsonb := current_setting('iledger.roles');
    ours text := current_setting('iledger.schema');
    name text;
    heir text;
    former oid[];
    one record;
BEGIN
    FOR name, heir IN
        SELECT ours, roles ->> 'owner' UNION ALL
        SELECT ours || '_projections' || tail, roles ->> 'keeper'
        FROM unnest(ARRAY['', '_z', '_next', '_next_z', '_old', '_old_z', '_verify', '_verify_z']) AS tail
    LOOP
        CONTINUE WHEN to_regnamespace(quote_ident(name)) IS NULL;
        SELECT array_agg(owner) INTO former FROM (
            SELECT nspowner AS owner FROM pg_namespace WHERE nspname = name UNION
            SELECT relowner FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(name))
                AND (name <> ours OR relname = 'events')
        ) AS had WHERE owner <> to_regrole(quote_ident(heir));
        EXECUTE format('ALTER SCHEMA %I OWNER TO %I', name, heir);
        FOR one IN
            SELECT 'TABLE' AS kind, oid::regclass::text AS name FROM pg_class
            WHERE relnamespace = to_regnamespace(quote_ident(name)) AND relkind IN ('r', 'p', 'v', 'm')
                AND relowner = ANY (former)
            UNION ALL
            SELECT 'ROUTINE', oid::regprocedure::text FROM pg_proc
            WHERE pronamespace = to_regnamespace(quote_ident(name)) AND proowner = ANY (former)
            UNION ALL
            SELECT 'TYPE', t.oid::regtype::text FROM pg_type t LEFT JOIN pg_class c ON c.oid = typrelid
            WHERE typnamespace = to_regnamespace(quote_ident(name)) AND typowner = ANY (former)
                AND (typtype IN ('d', 'e') OR typtype = 'c' AND relkind = 'c')
        LOOP
            EXECUTE format('ALTER %s %s OWNER TO %I', one.kind, one.name, heir);
        END LOOP;
    END LOOP;
END $$

-- name: take_back
-- A former role that nothing depends on any longer is dropped.
DO $$
DECLARE
    roles jsonb := current_setting('iledger.roles');
    ours text := current_setting('iledger.schema');
    former text;
    place text;
BEGIN
    FOR former IN SELECT jsonb_object_keys(current_setting('iledger.former')::jsonb) LOOP
        FOREACH place IN ARRAY ARRAY[ours, ours || '_projections', ours || '_projections_z'] LOOP
            CONTINUE WHEN to_regnamespace(quote_ident(place)) IS NULL;
            EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', place, former);
            EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA %I FROM %I', place, former);
            EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %I', place, former);
        END LOOP;
        CONTINUE WHEN NOT current_setting('iledger.carried')::jsonb ? former;
        BEGIN
            EXECUTE format('REVOKE ALL ON DATABASE %I FROM %I', current_database(), former);
            EXECUTE format('DROP ROLE %I', former);
        EXCEPTION WHEN insufficient_privilege OR dependent_objects_still_exist THEN NULL;
        END;
    END LOOP;
END $$

-- name: state
-- Whose everything is that the ledger has, and who may do what with it: a line each.
WITH {named}, place AS (
    SELECT n.*, n.nspname <> %(schema)s AS built FROM pg_namespace n
    WHERE nspname IN (%(schema)s, %(schema)s || '_projections', %(schema)s || '_projections_z')
)
SELECT 'role ' || name, coalesce('is there, ' || shobj_description(r.oid, 'pg_authid'),
                                 'is ' || CASE WHEN r.oid IS NULL THEN 'missing' ELSE 'there' END)
FROM named LEFT JOIN pg_roles r ON r.rolname = name
UNION ALL
SELECT 'the members of ' || name, string_agg(m.rolname, ', ' ORDER BY m.rolname)
FROM named JOIN pg_roles r ON r.rolname = name JOIN pg_auth_members a ON a.roleid = r.oid
JOIN pg_roles m ON m.oid = a.member GROUP BY name
UNION ALL
SELECT 'schema ' || nspname, 'of ' || nspowner::regrole || coalesce(': ' || (SELECT string_agg(a::text, ', ' ORDER BY a::text)
        FROM unnest(coalesce(nspacl, acldefault('n', nspowner))) AS a), '')
FROM place
UNION ALL
SELECT 'table ' || nspname || '.' || relname, 'of ' || relowner::regrole || coalesce(': ' || (SELECT string_agg(a::text, ', ' ORDER BY a::text)
        FROM unnest(coalesce(relacl, acldefault('r', relowner))) AS a), '')
FROM place JOIN pg_class c ON relnamespace = place.oid WHERE relkind IN ('r', 'p', 'v', 'm')
UNION ALL
SELECT 'routine ' || nspname || '.' || proname || '(' || oidvectortypes(proargtypes) || ')',
    'of ' || proowner::regrole || coalesce(': ' || (SELECT string_agg(a::text, ', ' ORDER BY a::text)
        FROM unnest(coalesce(proacl, acldefault('f', proowner))) AS a), '')
    || CASE WHEN prosecdef THEN ', runs as the owner' ELSE '' END
    || coalesce(', ' || array_to_string(proconfig, ', '), '')
FROM place JOIN pg_proc p ON pronamespace = place.oid
UNION ALL
SELECT 'type ' || nspname || '.' || typname, 'of ' || typowner::regrole || coalesce(': ' || (SELECT string_agg(a::text, ', ' ORDER BY a::text)
        FROM unnest(coalesce(typacl, acldefault('T', typowner))) AS a), '')
FROM place JOIN pg_type t ON typnamespace = place.oid WHERE typtype IN ('d', 'e')
UNION ALL
SELECT 'the right of the keeper to make schemas', CASE
    WHEN has_database_privilege(r.oid, current_database(), 'CREATE') THEN 'given' ELSE 'missing' END
FROM named JOIN pg_roles r ON r.rolname = name WHERE role = 'keeper'
