-- The funnel: of the deals opened in a period, how far they had come by the time asked for.
--
-- A deal has reached a stage if it ever entered it or a later one, whatever happened later.

-- name: funnel
WITH spells AS MATERIALIZED (
    SELECT *, coalesce(pipeline, '(none)') AS line FROM deal_spells_at(%(as_of)s)
    WHERE from_at <= %(on)s
), cohort AS (
    SELECT DISTINCT deal FROM spells
    WHERE turned = 'opened'
      AND in_period(opened_at, %(starts)s, %(ends)s, %(zone)s)
), now AS (
    SELECT s.deal, s.line, s.status, s.stage FROM spells s JOIN cohort USING (deal)
    WHERE %(on)s < s.to_at AND (%(pipeline)s::text IS NULL OR s.line = %(pipeline)s)
), entered AS (
    SELECT n.deal, n.line, s.stage,
           sum(extract(epoch FROM least(s.to_at, %(on)s) - s.from_at) / 3600)
               FILTER (WHERE s.status = 'open' AND isfinite(s.from_at)) AS hours,
           bool_or(s.status = 'open' AND s.to_at > %(on)s) AS still
    FROM now n JOIN spells s USING (deal) WHERE s.stage IS NOT NULL GROUP BY n.deal, n.line, s.stage
), stages AS (
    SELECT coalesce(p.pipeline, e.line) AS line, coalesce(p.stage, e.stage) AS stage, p.ordinal,
           p.allotted_hours
    FROM stages_at(%(as_of)s, %(on)s) p
    FULL JOIN (SELECT DISTINCT line, stage FROM entered) e ON e.line = p.pipeline AND e.stage = p.stage
    WHERE coalesce(p.pipeline, e.line) IN (SELECT line FROM now)
), farthest AS (
    SELECT n.deal, n.line, n.status, n.stage, max(s.ordinal) AS ordinal
    FROM now n LEFT JOIN entered e USING (deal)
    LEFT JOIN stages s ON s.line = n.line AND s.stage = e.stage
    GROUP BY n.deal, n.line, n.status, n.stage
), reached AS (
    SELECT s.line, s.stage,
           count(*) FILTER (WHERE e.deal IS NOT NULL OR f.ordinal > s.ordinal) AS deals,
           count(*) FILTER (WHERE f.ordinal > s.ordinal
               OR f.status = 'won' AND (e.deal IS NOT NULL OR f.ordinal > s.ordinal)) AS went_on,
           count(*) FILTER (WHERE f.status = 'lost' AND f.stage = s.stage) AS lost,
           count(*) FILTER (WHERE f.status = 'open' AND f.stage = s.stage) AS still_open
    FROM stages s JOIN farthest f ON f.line = s.line
    LEFT JOIN entered e ON e.deal = f.deal AND e.stage = s.stage
    GROUP BY s.line, s.stage
), timed AS (
    SELECT e.line, e.stage, count(*) AS entered, avg(e.hours) FILTER (WHERE NOT e.still) AS mean,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY e.hours) FILTER (WHERE NOT e.still)
               AS median,
           count(*) FILTER (WHERE e.hours > s.allotted_hours) AS over
    FROM entered e JOIN stages s ON s.line = e.line AND s.stage = e.stage
    GROUP BY e.line, e.stage
), totals AS (
    SELECT f.line, count(*) AS created, count(*) FILTER (WHERE f.status <> 'open') AS closed,
           count(*) FILTER (WHERE f.status = 'won') AS won,
           count(*) FILTER (WHERE f.stage IS NOT NULL OR f.status = 'won') AS went_on,
           count(*) FILTER (WHERE f.status = 'lost' AND f.stage IS NULL) AS lost,
           count(*) FILTER (WHERE f.status = 'open' AND f.stage IS NULL) AS still_open
    FROM farthest f GROUP BY f.line
), steps AS (
    SELECT line, 1 AS part, 0 AS ordinal, 'created' AS step, NULL::text AS stage, created AS deals,
           NULL::bigint AS entered, went_on, lost, still_open, NULL::numeric AS mean,
           NULL::float8 AS median, NULL::numeric AS allotted_hours, NULL::bigint AS over
    FROM totals
    UNION ALL
    SELECT line, 2, s.ordinal, 'stage', stage, r.deals, coalesce(t.entered, 0), r.went_on, r.lost,
           r.still_open, t.mean, t.median, s.allotted_hours,
           CASE WHEN s.allotted_hours IS NOT NULL THEN coalesce(t.over, 0) END
    FROM stages s JOIN reached r USING (line, stage) LEFT JOIN timed t USING (line, stage)
    UNION ALL
    SELECT line, 3, 0, 'closed', NULL, closed, NULL, won, closed - won, NULL, NULL, NULL, NULL, NULL
    FROM totals
    UNION ALL
    SELECT line, 4, 0, 'won', NULL, won, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM totals
)
SELECT line AS pipeline, step, stage, deals, entered, went_on,
       went_on::float8 / nullif(deals, 0) AS conversion, lost, still_open AS open,
       mean::float8 AS hours_mean, median AS hours_median, allotted_hours, over AS over_allotted
FROM steps ORDER BY line, part, ordinal NULLS LAST, stage
