-- The role of the account that owns the folder of a private server; read by psql, see login.py.
SELECT format('%s ROLE %I SUPERUSER LOGIN', CASE WHEN EXISTS (
    SELECT FROM pg_roles WHERE rolname = :'login') THEN 'ALTER' ELSE 'CREATE' END, :'login')
\gexec
