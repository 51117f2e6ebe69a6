-- The statements of zones.py.
--
--   own, create_own   the ledger's zone, and the functions that name it to other functions
--   create            the schema of the views, with functions of its own for what is asked
--   tables            the tables for which views stand, with their columns
--   all               the names of the views

-- name: own
SELECT zone FROM about

-- name: create_own
CREATE FUNCTION zone_of_tables() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT {zone}::text $$;
CREATE FUNCTION zone_asked() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT {zone}::text $$

-- name: create
CREATE SCHEMA {views};
CREATE FUNCTION {views}.zone_asked() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT current_setting('iledger.zone')
$$;
CREATE FUNCTION {views}.as_of_asked() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT current_setting('iledger.as_of')::bigint
$$

-- name: tables
SELECT t.relname, array_agg(c.attname::text ORDER BY c.attnum)
FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
WHERE t.relnamespace = to_regnamespace(quote_ident(%(schema)s)) AND t.relkind = 'r'
  AND t.relname NOT IN ('progress', 'displaced')
GROUP BY t.relname

-- name: all
SELECT relname FROM pg_class
WHERE relnamespace = to_regnamespace(quote_ident(%(views)s)) AND relkind = 'v'
