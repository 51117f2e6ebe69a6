-- The pipeline: how many closed deals were won, by the stages that they had been in; over all time,
-- unlike the metric win_rate, which is that of a period (projections/metrics/sales.sql).

-- name: rates
-- Of all (stage and pipeline NULL), and of those that had ever been in a stage of a pipeline.
WITH spells AS MATERIALIZED (
    SELECT * FROM deal_spells_at(%(as_of)s) WHERE from_at <= %(on)s
), closed AS (
    SELECT deal, pipeline, status = 'won' AS won FROM spells
    WHERE %(on)s < to_at AND status <> 'open'
), entered AS (
    SELECT DISTINCT deal, stage FROM spells WHERE stage IS NOT NULL
)
SELECT NULL AS pipeline, NULL AS stage, count(*) FILTER (WHERE won) AS won, count(*) AS closed
FROM closed
UNION ALL
SELECT c.pipeline, e.stage, count(*) FILTER (WHERE c.won), count(*)
FROM closed c JOIN entered e USING (deal) GROUP BY c.pipeline, e.stage
