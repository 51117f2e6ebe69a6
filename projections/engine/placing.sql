-- The statements of placing.py, and the expressions that they and the views of zones.py consist of.
--
--   tables, functions   displaced: positions up to which earlier answers take the views; begun
--   placed              the place of a row `n`
--   last_before         the last time of others within its day or month that were recorded before it
--   is_first            whether it is the first opening of its thing
--   update, and new, after_them: which rows
--   displacing          what gave a place and was annulled since

-- name: tables
CREATE TABLE displaced (until bigint NOT NULL);

-- name: functions
-- When something began, whatever its place: a day or month as such, in the zone asked for.
CREATE FUNCTION begun(at timestamptz, "precision" text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN "precision" IN ('day', 'month') THEN greatest(
               first_instant(date_trunc("precision", at AT TIME ZONE zone_of_tables()), zone_asked()),
               timestamptz '0001-01-01 00:00:00Z')  -- datetime has no years before the first
           ELSE at END
$$;

-- name: placed
CASE WHEN n.precision IN ('day', 'month')
     THEN greatest(begun(n.{at}, n.precision), {others}) ELSE n.{at} END

-- name: last_before
(SELECT max(begun(o.{other_at}, o.precision)) FROM {schema}.{other} o
 WHERE {same} AND ({unless} OR NOT {first})
   AND o.position < n.position AND known(o.position, o.annulled_at, {as_of})
   AND begun(o.{other_at}, o.precision) > begun(n.{at}, n.precision)
   AND begun(o.{other_at}, o.precision) < is_over(begun(n.{at}, n.precision), n.precision, {zone}))

-- name: same
o.{key} = n.{key} AND o.{within} IS NOT DISTINCT FROM n.{within}

-- name: is_first
(n.change = ANY ({openings}) AND NOT EXISTS (
    SELECT FROM {schema}.{table} f
    WHERE f.{key} = n.{key} AND f.{within} IS NOT DISTINCT FROM n.{within} AND f.change = n.change
      AND f.position < n.position AND known(f.position, f.annulled_at, {as_of})))

-- name: begins
(n.change = ANY ({openings}) AND o.change = n.change)

-- name: schema
SELECT (current_schemas(false))[1]

-- name: update
UPDATE {table} AS t SET {at} = p.place FROM (
    SELECT n.ctid AS row, {place} AS place
    FROM {table} n WHERE n.precision IN ('day', 'month') AND {which}
) AS p WHERE t.ctid = p.row AND t.{at} <> p.place

-- name: new
n.position > %(after)s AND n.position <= %(upto)s

-- name: after_them
n.ctid IN (SELECT n.ctid FROM {other} o JOIN {table} n ON {same}
           WHERE o.position = ANY (%(annulled)s) AND n.position > o.position)

-- name: displacing
INSERT INTO displaced (until)
SELECT max(o.annulled_at) FROM {other} o JOIN {table} n ON {same}
WHERE (%(annulled)s::bigint[] IS NULL OR o.position = ANY (%(annulled)s))
  AND n.precision IN ('day', 'month')
  AND o.position < n.position AND o.annulled_at > n.position AND o.annulled_at < 9223372036854775807
  AND (begun(o.{other_at}, o.precision) > begun(n.{at}, n.precision)
       AND begun(o.{other_at}, o.precision)
           < is_over(begun(n.{at}, n.precision), n.precision, zone_asked()) OR {begins})
HAVING max(o.annulled_at) IS NOT NULL

-- name: dated
SELECT EXISTS (SELECT FROM entries WHERE position > %(after)s AND position <= %(upto)s
                                     AND precision IN ('day', 'month'))
