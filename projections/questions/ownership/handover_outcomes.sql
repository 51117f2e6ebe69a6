-- Outcomes of hand-overs: what followed after clients passed from one employee to another.

-- name: handover_outcomes
WITH handed AS MATERIALIZED (
    SELECT c.position, c.client, c.reason, c.effective_at AS at,
           c.effective_at - %(days)s::int * interval '24 hours' AS since,
           c.effective_at + %(days)s::int * interval '24 hours' AS until,
           c.effective_at + %(days)s::int * interval '24 hours' <= %(on)s AS complete
    FROM ownership_changes c
    LEFT JOIN owner_spells_at(%(as_of)s) s ON s.client = c.client AND s.to_position = c.position
    WHERE c.change = 'reassigned' AND known(c.position, c.annulled_at, %(as_of)s)
      AND c.effective_at <= %(on)s
      AND in_period(c.effective_at, %(starts)s, %(ends)s, %(zone)s)
      AND coalesce(c.from_employee, s.owner) <> c.to_employee
), near AS MATERIALIZED (
    SELECT h.position AS handover, i.reach, coalesce(i.instrument, i.kind) AS measure, i.score,
           coalesce(i.scale, '') AS scale,
           i.occurred_at AS at, i.position,
           (i.occurred_at, i.position) > (h.at, h.position) AS later
    FROM handed h JOIN interactions i
        ON i.client = h.client AND i.occurred_at >= h.since AND i.occurred_at < h.until
    WHERE h.complete AND known(i.position, i.annulled_at, %(as_of)s)
), active AS (
    SELECT handover, count(reach) FILTER (WHERE NOT later) AS contacts_before,
           count(reach) FILTER (WHERE later) AS contacts_after,
           coalesce(bool_or(reach = 'two_way') FILTER (WHERE later), false) AS met
    FROM near GROUP BY handover
), sales AS (
    SELECT client, occurred_at AS at, position FROM purchases
    WHERE known(position, annulled_at, %(as_of)s)
    UNION ALL
    SELECT client, from_at, from_position FROM deal_spells_at(%(as_of)s) WHERE turned = 'won'
), buying AS (
    SELECT DISTINCT h.position AS handover FROM handed h JOIN sales s
        ON s.client = h.client AND (s.at, s.position) > (h.at, h.position) AND s.at < h.until
    WHERE h.complete
), felt AS (
    SELECT handover, measure, scale,
           (array_agg(score ORDER BY at DESC, position DESC) FILTER (WHERE NOT later))[1] AS before,
           (array_agg(score ORDER BY at DESC, position DESC) FILTER (WHERE later))[1] AS after
    FROM near WHERE score IS NOT NULL GROUP BY handover, measure, scale
), feelings AS (
    -- Answers on one scale are compared: on that which most of them are on.
    SELECT DISTINCT ON (h.reason, f.measure) h.reason, f.measure, count(*) AS known,
           avg(f.before)::float8 AS before, avg(f.after)::float8 AS after
    FROM felt f JOIN handed h ON h.position = f.handover
    WHERE f.before IS NOT NULL AND f.after IS NOT NULL GROUP BY h.reason, f.measure, f.scale
    ORDER BY h.reason, f.measure, count(*) DESC, f.scale
), outcomes AS (
    SELECT h.reason, count(*) AS handovers, count(*) FILTER (WHERE h.complete) AS complete,
           count(*) FILTER (WHERE NOT h.complete) AS unfinished,
           coalesce(sum(a.contacts_before), 0)::bigint AS contacts_before,
           coalesce(sum(a.contacts_after), 0)::bigint AS contacts_after,
           count(*) FILTER (WHERE a.met OR b.handover IS NOT NULL) AS retained
    FROM handed h LEFT JOIN active a ON a.handover = h.position
    LEFT JOIN buying b ON b.handover = h.position
    GROUP BY h.reason
)
SELECT o.*, o.retained::float8 / nullif(o.complete, 0) AS retained_share,
       coalesce(mood.known, 0) AS mood_known, mood.before AS mood_before, mood.after AS mood_after,
       coalesce(csat.known, 0) AS csat_known, csat.before AS csat_before, csat.after AS csat_after,
       coalesce(ces.known, 0) AS ces_known, ces.before AS ces_before, ces.after AS ces_after,
       coalesce(nps.known, 0) AS nps_known, nps.before AS nps_before, nps.after AS nps_after
FROM outcomes o
LEFT JOIN feelings mood ON mood.reason = o.reason AND mood.measure = 'mood'
LEFT JOIN feelings csat ON csat.reason = o.reason AND csat.measure = 'csat'
LEFT JOIN feelings ces ON ces.reason = o.reason AND ces.measure = 'ces'
LEFT JOIN feelings nps ON nps.reason = o.reason AND nps.measure = 'nps'
ORDER BY o.handovers DESC, o.reason
