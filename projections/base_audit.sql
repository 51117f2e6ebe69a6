-- The audit of the client base: the state of every client at the end of a month.

-- name: states
WITH span AS (
    SELECT %(since)s::date::timestamp AT TIME ZONE %(zone)s AS starts,
           least(%(until)s::date::timestamp AT TIME ZONE %(zone)s - interval '1 microsecond',
                 %(on)s) AS ends
), heard AS (
    SELECT t.client, min(coalesce(t.occurred_at, '-infinity')) AS first_at,
           max(t.occurred_at) FILTER (WHERE t.reach IS NOT NULL) AS contact_at
    FROM timeline t, span s
    WHERE t.type <> 'event.annulled' AND known(t.position, t.annulled_at, %(as_of)s)
      AND coalesce(t.occurred_at, '-infinity') <= s.ends
    GROUP BY t.client
), bought AS (
    SELECT p.client,
           bool_or(at < s.starts AND at >= s.starts - %(active_days)s::int * interval '24 hours')
               AS active,
           bool_or(at < s.starts) AS before, bool_or(at >= s.starts) AS again,
           bool_or(at >= s.ends - %(active_days)s::int * interval '24 hours') AS still
    FROM purchases p, span s, LATERAL (SELECT coalesce(p.occurred_at, '-infinity') AS at) AS t
    WHERE known(p.position, p.annulled_at, %(as_of)s) AND at <= s.ends
    GROUP BY p.client
), gone AS (
    SELECT f.employee FROM span s, staff(%(as_of)s, s.ends) f WHERE f.departed
), owned AS (
    SELECT o.client FROM owner_spells_at(%(as_of)s) o, span s
    WHERE o.from_at <= s.ends AND s.ends < o.to_at AND o.owner IS NOT NULL
      AND NOT EXISTS (SELECT FROM gone g WHERE g.employee = o.owner)
)
SELECT h.client, h.first_at >= s.starts AS new,
       coalesce(b.active AND NOT b.still, false) AS lost,
       coalesce(b.before AND NOT b.active AND b.again, false) AS reactivated,
       o.client IS NULL AS without_owner,
       coalesce(h.contact_at < s.ends - %(stale_days)s::int * interval '24 hours', true) AS stale
FROM heard h CROSS JOIN span s LEFT JOIN bought b ON b.client = h.client
LEFT JOIN owned o ON o.client = h.client
ORDER BY h.client COLLATE "C"
