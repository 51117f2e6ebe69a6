-- The file of a dispute: recorded events with their bodies and leaves, so whoever asks must be able
-- to read the ledger itself. The projections' tables are those of annulments.sql, timeline.sql,
-- ownership.sql and disputes.sql.

-- name: events
-- The events of the client, under all its ids, of these types and of those by which a policy allows
-- a claim, what concerns the dispute itself, its evidence, the policies, and what annulled any of
-- them.
WITH wanted AS (
    SELECT e.position FROM events e
    WHERE e.client = ANY (%(clients)s) AND e.position <= %(as_of)s
      AND (e.type = ANY (%(types)s)
           OR e.type IN (SELECT unnest(r.claims) FROM reservation_policies r
                         WHERE r.position <= %(as_of)s))
    UNION SELECT t.position FROM event_tags t
    WHERE t.tag = 'dispute:' || %(dispute)s AND t.position <= %(as_of)s
    UNION SELECT e.position FROM unnest(%(evidence)s::uuid[]) AS named(id)
    JOIN events e ON e.position = position_of(named.id) AND e.position <= %(as_of)s
    UNION SELECT r.position FROM reservation_policies r WHERE r.position <= %(as_of)s
), whole AS (
    SELECT position FROM wanted
    UNION SELECT a.position FROM annulments a
    WHERE a.target IN (SELECT position FROM wanted) AND a.position <= %(as_of)s
)
SELECT e.position, e.event_id::text AS event_id, e.type,
       coalesce(t.occurred_at, e.occurred_at) AS occurred_at, e.recorded_at, e.login, e.body,
       encode(leaf(e), 'hex') AS leaf,
       summary_in(%(zone)s, t.summary, t.summary_at) AS summary, s.owner,
       (SELECT min(a.position) FROM annulments a
        WHERE a.target = e.position AND a.position <= %(as_of)s) AS annulled_by
FROM whole w JOIN events e ON e.position = w.position
LEFT JOIN timeline t ON t.position = e.position
CROSS JOIN LATERAL (
    SELECT CASE WHEN t.precision IN ('day', 'month')
           THEN (SELECT o.credited_at FROM credited_at(
                     t.occurred_at, t.precision, t.position, t.client, %(as_of)s, %(on)s) o)
           ELSE coalesce(t.occurred_at, '-infinity') END AS at
) AS c LEFT JOIN owner_spells_at(%(as_of)s) s ON s.client = e.client
     AND (s.from_at, s.from_position) <= (c.at, e.position)
     AND (c.at, e.position) < (s.to_at, s.to_position)
ORDER BY e.position
