-- Holdings: how many clients each employee has at each of several moments, and how many are nobody's.

-- name: holdings
-- Somebody who has left has his clients still, but they are orphans. Merged ids are one client.
WITH moments AS MATERIALIZED (
    SELECT at FROM unnest(%(moments)s::timestamptz[]) AS at
), gone AS MATERIALIZED (
    SELECT m.at, s.employee FROM moments m, staff(%(as_of)s, m.at) s WHERE s.departed
), absorbed AS MATERIALIZED (
    SELECT m.at, a.client FROM moments m, absorbed_at(%(as_of)s, m.at) a
), held AS (
    SELECT m.at, o.owner, count(*) AS clients
    FROM moments m JOIN owner_spells_at(%(as_of)s) o ON o.from_at <= m.at AND m.at < o.to_at
    LEFT JOIN absorbed a ON a.at = m.at AND a.client = o.client
    WHERE a.client IS NULL GROUP BY m.at, o.owner
)
SELECT h.at, h.owner, h.owner IS NULL OR g.employee IS NOT NULL AS orphaned, h.clients
FROM held h LEFT JOIN gone g ON g.at = h.at AND g.employee = h.owner
ORDER BY h.at, h.owner COLLATE "C" NULLS LAST
