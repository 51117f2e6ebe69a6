-- What `iledger doctor` asks of roles, rights and functions; see rights.py.

-- name: roles
-- Which of the ledger's roles there are, and which of them the login may take.
SELECT wanted.name, r.oid IS NOT NULL, coalesce(pg_has_role(session_user, r.oid, 'MEMBER'), false)
FROM unnest(%(names)s::text[]) WITH ORDINALITY AS wanted(name, n)
LEFT JOIN pg_roles r ON r.rolname = wanted.name
ORDER BY n

-- name: triggers
-- tgenabled 'A': fires always, also under session_replication_role = replica. tgtype: 2 before,
-- 8 delete, 16 update, 32 truncate.
SELECT wanted.name, coalesce(bool_or(t.tgenabled = 'A' AND t.tgtype & 58 = 58), false)
FROM unnest(ARRAY['events', 'event_tags', 'about']) AS wanted(name)
LEFT JOIN pg_trigger t ON t.tgrelid = to_regclass(format('%%I.%%I', %(schema)s::text, wanted.name))
    AND t.tgfoid = to_regproc(format('%%I.refuse', %(schema)s::text))
GROUP BY wanted.name ORDER BY wanted.name

-- name: writers
-- Who may change the events table in spite of the triggers' refusal, or besides `append`; of columns
-- and for everybody, too. The information schema would show only what concerns the asker's own roles.
SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END AS name
FROM unnest(ARRAY['events', 'event_tags']) AS wanted(name)
JOIN pg_class c ON c.oid = to_regclass(format('%%I.%%I', %(schema)s::text, wanted.name)),
LATERAL (
    SELECT * FROM aclexplode(c.relacl) UNION ALL
    SELECT x.* FROM pg_attribute a, LATERAL aclexplode(a.attacl) x WHERE a.attrelid = c.oid
) AS g
WHERE g.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE') AND g.grantee <> c.relowner
ORDER BY name

-- name: owned
SELECT 'the schema', pg_get_userbyid(nspowner)::text FROM pg_namespace WHERE nspname = %(schema)s
UNION ALL
SELECT c.relname::text, pg_get_userbyid(relowner)::text
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = %(schema)s AND relname IN ('events', 'event_tags', 'about', 'migrations')
UNION ALL
SELECT proname || '()', pg_get_userbyid(proowner)::text
FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
WHERE nspname = %(schema)s AND proname IN ('append', 'head', 'refuse', 'position_at')

-- name: members
-- Of the owner's role, directly or by another role.
SELECT m.rolname::text FROM pg_roles m
WHERE m.rolname <> %(owner)s AND NOT m.rolsuper AND pg_has_role(m.oid, %(owner)s::name, 'MEMBER')
ORDER BY 1

-- name: superusers
SELECT rolname::text FROM pg_roles WHERE rolsuper ORDER BY 1

-- name: predefined
-- Logins that read or write every table of the server, by which role, and whether they write.
SELECT r.rolname::text, p.rolname::text, p.rolname <> 'pg_read_all_data'
FROM pg_roles r JOIN pg_roles p ON p.rolname IN (
    'pg_read_all_data', 'pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program')
WHERE r.rolcanlogin AND NOT r.rolsuper AND pg_has_role(r.oid, p.oid, 'MEMBER')
    AND NOT pg_has_role(r.oid, %(owner)s::name, 'MEMBER')
UNION ALL
SELECT r.rolname::text, 'a grant', true
FROM pg_roles r, unnest(ARRAY['events', 'event_tags']) AS wanted(name)
WHERE r.rolcanlogin AND NOT r.rolsuper AND NOT pg_has_role(r.oid, %(owner)s::name, 'MEMBER')
    AND NOT pg_has_role(r.oid, 'pg_write_all_data', 'MEMBER')
    AND has_table_privilege(r.oid, to_regclass(format('%%I.%%I', %(schema)s::text, wanted.name)),
                            'INSERT, UPDATE, DELETE, TRUNCATE')
ORDER BY 1, 2

-- name: unpathed
SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = %(schema)s AND p.prosecdef
    AND NOT coalesce(%(path)s = ANY (p.proconfig), false) ORDER BY 1
