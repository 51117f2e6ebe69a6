-- The statements of placing.py.

-- name: place
-- Only what was known when it was recorded is looked at, so that no earlier answer changes.
UPDATE {table} AS t SET {at} = p.at FROM (
    SELECT n.position, n.{key} AS key, n.{within} AS within, max(o.{other_at}) AS at
    FROM {table} n JOIN {other} o
        ON o.{key} = n.{key} AND o.{within} IS NOT DISTINCT FROM n.{within}
       AND o.position < n.position AND o.annulled_at > n.position
       -- the first of the two is the quicker test
       AND o.{other_at} > n.{at} AND o.{other_at} < n.{at} + interval '32 days'
       AND o.{other_at} < is_over(n.{at}, n.precision, zone_asked())
       AND {if_opening}
    WHERE n.precision IN ('day', 'month') AND n.position > %(after)s AND n.position <= %(upto)s
    GROUP BY n.position, n.{key}, n.{within}
) AS p
WHERE t.position = p.position AND t.{key} = p.key AND t.{within} IS NOT DISTINCT FROM p.within
  AND t.{at} < p.at AND t.precision IN ('day', 'month')

-- name: if_opening
(n.change <> ALL (%(openings)s) OR o.change = n.change)

-- name: always
true

-- name: dated
SELECT EXISTS (SELECT FROM entries WHERE position > %(after)s AND position <= %(upto)s
                                     AND precision IN ('day', 'month'))
