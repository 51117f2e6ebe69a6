-- The audit of the client base: the state of every client at the end of a month.

-- name: states
WITH span AS (
    -- Local times; and the same end as an instant.
    SELECT %(since)s::date::timestamp AS starts, e.moment AT TIME ZONE %(zone)s AS ends, e.moment
    FROM (SELECT least(first_instant(%(until)s::date, %(zone)s) - interval '1 microsecond',
                       %(on)s) AS moment) AS e
), merged AS MATERIALIZED (
    SELECT a.client, a.survivor FROM span s, absorbed_at(%(as_of)s, s.moment) a
), told AS (
    -- Added up before they are turned into local times, which takes long.
    SELECT t.client, min(coalesce(t.occurred_at, '-infinity')) AS first_at,
           max(t.occurred_at) FILTER (WHERE t.reach IS NOT NULL) AS contact_at
    FROM timeline t, span s
    WHERE t.type <> 'event.annulled' AND known(t.position, t.annulled_at, %(as_of)s)
      AND (t.occurred_at IS NULL OR t.occurred_at <= s.moment)
    GROUP BY 1
), heard AS (
    SELECT coalesce(m.survivor, t.client) AS client,
           min(t.first_at AT TIME ZONE %(zone)s) AS first_at,
           max(t.contact_at AT TIME ZONE %(zone)s) AS contact_at
    FROM told t LEFT JOIN merged m ON m.client = t.client
    GROUP BY 1
), bought AS (
    SELECT coalesce(m.survivor, p.client) AS client,
           bool_or(at < s.starts AND at >= s.starts - %(active_days)s::int * interval '1 day')
               AS active,
           bool_or(at < s.starts) AS before, bool_or(at >= s.starts) AS again,
           bool_or(at >= s.ends - %(active_days)s::int * interval '1 day') AS still
    FROM (
        SELECT *, coalesce(occurred_at AT TIME ZONE %(zone)s, '-infinity') AS at
        FROM purchases WHERE known(position, annulled_at, %(as_of)s)
    ) AS p JOIN span s ON p.at <= s.ends LEFT JOIN merged m ON m.client = p.client
    GROUP BY 1
), gone AS (
    SELECT f.employee FROM span s, staff(%(as_of)s, s.moment) f WHERE f.departed
), owned AS (
    SELECT o.client FROM owner_spells_at(%(as_of)s) o, span s
    WHERE o.from_at <= s.moment AND s.moment < o.to_at AND o.owner IS NOT NULL
      AND NOT EXISTS (SELECT FROM gone g WHERE g.employee = o.owner)
)
SELECT h.client, h.first_at >= s.starts AS new,
       coalesce(b.active AND NOT b.still, false) AS lost,
       coalesce(b.before AND NOT b.active AND b.again, false) AS reactivated,
       o.client IS NULL AS without_owner,
       coalesce(h.contact_at < s.ends - %(stale_days)s::int * interval '1 day', true) AS stale
FROM heard h CROSS JOIN span s LEFT JOIN bought b ON b.client = h.client
LEFT JOIN owned o ON o.client = h.client
ORDER BY h.client COLLATE "C"
