-- The logins of the database.

-- name: logins
-- Who can connect to this database now, and take a role of the ledger that appends.
SELECT r.rolname AS login,
       has_database_privilege(r.oid, current_database(), 'CONNECT')
       AND coalesce(r.rolvaliduntil > now(), true)
       AND EXISTS (SELECT FROM pg_roles w
                   WHERE w.rolname = ANY (%(writers)s) AND pg_has_role(r.oid, w.oid, 'MEMBER'))
           AS may_append
FROM pg_roles r WHERE r.rolcanlogin
ORDER BY r.rolname COLLATE "C"
