-- The statements of zones.py.
--
--   own, create_own   the ledger's zone, and the function that names it to other functions
--   create            the schema of the views, with its own function of that name
--   views             the statements that create the views
--   all               the names of the views

-- name: own
SELECT zone FROM about

-- name: create_own
CREATE FUNCTION zone_asked() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT {zone}::text $$

-- name: create
-- datetime has no years before the first.
CREATE SCHEMA {views};
CREATE FUNCTION {views}.zone_asked() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT current_setting('iledger.zone')
$$;
CREATE FUNCTION {views}.moved(at timestamptz, "precision" text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN "precision" IN ('day', 'month') THEN greatest(
               first_instant(date_trunc("precision", at AT TIME ZONE {zone}), zone_asked()),
               -- Its place within that day or month (placing.py), unless it is another one here.
               CASE WHEN at > first_instant(date_trunc("precision", at AT TIME ZONE {zone}), {zone})
                     AND at < is_over(first_instant(date_trunc("precision", at AT TIME ZONE {zone}),
                                                    zone_asked()), "precision", zone_asked())
                    THEN at END,
               timestamptz '0001-01-01 00:00:00Z')
           ELSE at END
$$

-- name: views
SELECT CASE WHEN t.relname = ANY (%(made)s)
       THEN format('CREATE VIEW %%I.%%I AS SELECT * FROM %%I.%%I(9223372036854775806)',
                   %(views)s::text, t.relname, %(schema)s::text, t.relname || '_of')
       ELSE format('CREATE VIEW %%I.%%I AS SELECT %%s FROM %%I.%%I', %(views)s::text, t.relname,
                   string_agg(CASE WHEN c.attname IN ('occurred_at', 'effective_at') AND t.floats
                              THEN format('%%2$I.moved(%%1$I, "precision") AS %%1$I', c.attname,
                                          %(views)s::text)
                              ELSE format('%%I', c.attname) END, ', ' ORDER BY c.attnum),
                   %(schema)s::text, t.relname)
       END
FROM (
    SELECT oid, relname, EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attname = 'precision') AS floats
    FROM pg_class r
    WHERE relnamespace = to_regnamespace(quote_ident(%(schema)s)) AND relkind = 'r'
      AND relname <> 'progress'
) AS t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
GROUP BY t.relname

-- name: all
SELECT relname FROM pg_class
WHERE relnamespace = to_regnamespace(quote_ident(%(views)s)) AND relkind = 'v'
