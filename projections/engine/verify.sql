-- The statements of verify.py.

-- name: tables
-- The tables of both schemas, and which schema has each. How far they are, and which answers need
-- the views, follows from when they were brought up to date, and is not compared.
SELECT c.relname, bool_or(n.nspname = %(used)s), bool_or(n.nspname = %(beside)s)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN (%(used)s, %(beside)s) AND c.relkind IN ('r', 'p', 'm') 
  AND c.relname NOT IN ('progress', 'displaced')
GROUP BY c.relname ORDER BY c.relname

-- name: compare
-- In any order, with duplicates. As text, because not every type has an equality.
WITH surplus AS (
    SELECT t::text AS line FROM {used} t EXCEPT ALL SELECT t::text FROM {beside} t
), missing AS (
    SELECT t::text AS line FROM {beside} t EXCEPT ALL SELECT t::text FROM {used} t
)
SELECT (SELECT count(*) FROM {used}), (SELECT count(*) FROM surplus), (SELECT count(*) FROM missing),
       ARRAY(SELECT '- ' || line FROM surplus ORDER BY line LIMIT 3)
       || ARRAY(SELECT '+ ' || line FROM missing ORDER BY line LIMIT 3)
