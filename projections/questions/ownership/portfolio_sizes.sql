-- Portfolio sizes: how many clients each employee has at several moments, and how many are unowned.

-- name: portfolio_sizes
-- Somebody who has left still has their clients, but they are orphans. Merged ids are one client, so
-- those absorbed are taken off. Spells are counted first by the moments between which they hold, for
-- there may be a million of them.
WITH moments AS MATERIALIZED (
    SELECT at, nth FROM unnest(%(moments)s::timestamptz[]) WITH ORDINALITY AS m(at, nth)
), spells AS MATERIALIZED (
    SELECT client, owner, from_at, to_at FROM owner_spells_at(%(as_of)s)
), ranges AS (
    SELECT owner, count(*) AS clients,
           width_bucket(from_at - interval '1 microsecond', %(moments)s::timestamptz[]) AS after,
           width_bucket(to_at - interval '1 microsecond', %(moments)s::timestamptz[]) AS upto
    FROM spells GROUP BY owner, after, upto
), counted AS (
    SELECT m.at, r.owner, r.clients FROM ranges r
    JOIN moments m ON r.after < m.nth AND m.nth <= r.upto
    UNION ALL
    SELECT m.at, s.owner, -1 FROM moments m, absorbed_at(%(as_of)s, m.at) a
    JOIN spells s ON s.client = a.client WHERE s.from_at <= m.at AND m.at < s.to_at
), gone AS MATERIALIZED (
    SELECT m.at, f.employee FROM moments m, staff(%(as_of)s, m.at) f WHERE f.departed
), held AS (
    SELECT at, owner, sum(clients)::bigint AS clients FROM counted GROUP BY at, owner
)
SELECT h.at, h.owner, h.owner IS NULL OR g.employee IS NOT NULL AS orphaned, h.clients
FROM held h LEFT JOIN gone g ON g.at = h.at AND g.employee = h.owner
WHERE h.clients > 0
ORDER BY h.at, h.owner COLLATE "C" NULLS LAST
