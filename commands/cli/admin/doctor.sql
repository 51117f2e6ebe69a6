-- What `iledger doctor` asks.

-- name: settings
SELECT name, setting FROM pg_settings
WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'default_transaction_read_only')

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

-- name: clock
SELECT clock_timestamp()
