-- Recalculation: what a closed period depends on besides the figures.

-- name: grounds
-- Employment, targets and reductions, one row an event; metric: of targets only.
SELECT 'employee' AS scope, employee AS whose, NULL AS metric, position
FROM employment_changes
WHERE known(position, annulled_at, %(as_of)s) AND coalesce(effective_at, '-infinity') < %(on)s
UNION ALL
SELECT t.scope, coalesce(t.scope_id, t.scope), t.metric, t.position
FROM target_definitions t
WHERE t.period = %(period)s AND known(t.position, t.annulled_at, %(as_of)s)
UNION ALL
SELECT t.scope, coalesce(t.scope_id, t.scope), t.metric, r.position
FROM target_revisions r JOIN target_definitions t ON t.target = r.target
WHERE t.period = %(period)s AND known(t.position, t.annulled_at, %(as_of)s)
  AND known(r.position, r.annulled_at, %(as_of)s)
UNION ALL
SELECT 'employee', p.employee, NULL, d.position
FROM reductions_decided d JOIN reductions_proposed p ON p.reduction = d.reduction
WHERE p.period = %(period)s AND known(p.position, p.annulled_at, %(as_of)s)
  AND known(d.position, d.annulled_at, %(as_of)s)
