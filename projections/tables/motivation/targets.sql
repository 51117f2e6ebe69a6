-- Targets: one row a target set, revised, or explained where it was missed.

-- name: tables
CREATE TABLE target_definitions (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    target      text NOT NULL,
    scope       text NOT NULL,
    scope_id    text,
    metric      text NOT NULL,
    period      text NOT NULL,
    value       numeric NOT NULL,
    currency    text,
    direction   text NOT NULL,
    method      text NOT NULL,
    annulled_at annulled_position
);
CREATE TABLE target_revisions (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    target      text NOT NULL,
    value       numeric NOT NULL,
    reason      text NOT NULL,
    approved_by text,
    annulled_at annulled_position
);
CREATE TABLE target_shortfalls (
    position    bigint NOT NULL,
    target      text NOT NULL,
    cause       text NOT NULL,
    remark      text,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON target_definitions (position);
CREATE INDEX ON target_definitions (period);
CREATE INDEX ON target_revisions (position);
CREATE INDEX ON target_revisions (target);
CREATE INDEX ON target_shortfalls (position);
CREATE INDEX ON target_shortfalls (target);

-- name: functions
-- Targets with the values they were first set to and are now, as known at a position. Where a
-- service recorded one target twice, the first counts.
CREATE FUNCTION targets_of(as_of bigint) RETURNS TABLE (
    target text, scope text, scope_id text, metric text, period text, first numeric, value numeric,
    currency text, direction text, method text, revisions bigint, "position" bigint
) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (t.target) t.target, t.scope, t.scope_id, t.metric, t.period, t.value,
           coalesce(r.latest, t.value), t.currency, t.direction, t.method, coalesce(r.n, 0),
           t.position
    FROM target_definitions t LEFT JOIN (
        SELECT c.target, count(*) AS n, (array_agg(c.value ORDER BY c.position DESC))[1] AS latest
        FROM target_revisions c WHERE known(c.position, c.annulled_at, as_of) GROUP BY c.target
    ) AS r ON r.target = t.target
    WHERE known(t.position, t.annulled_at, as_of)
    ORDER BY t.target, t.position
$$;

-- name: targets
SELECT t.target, t.scope, t.scope_id, t.metric, t.period, t.first, t.value, t.currency,
       t.direction, t.method, t.revisions,
       coalesce((SELECT array_agg(s.cause || coalesce(': ' || s.remark, '') ORDER BY s.position)
                 FROM target_shortfalls s
                 WHERE s.target = t.target AND known(s.position, s.annulled_at, %(as_of)s)),
                '{}') AS causes,
       t.position
FROM targets_of(%(as_of)s) t
WHERE (%(period)s::text IS NULL OR t.period = %(period)s)
  AND (%(scope)s::text IS NULL OR t.scope = %(scope)s)
  AND (%(scope_id)s::text IS NULL OR t.scope_id = %(scope_id)s
       OR t.scope = 'unit' AND t.scope_id IN (SELECT units_under(%(scope_id)s, %(as_of)s, %(on)s)))
ORDER BY t.period, t.scope, t.scope_id, t.metric, t.position
