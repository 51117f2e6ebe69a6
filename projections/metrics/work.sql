-- Evidence of work: tasks that fell due, and how promptly events are recorded.
-- One row an event, in the columns of evidence_columns.sql.

-- name: task_due
-- For tasks_due, overdue_share, lateness_mean.
SELECT 'task_due', t.position, t.due_at, 'instant', t.position, t.client, t.task, NULL,
       t.kind, t.debtor, t.debtor, NULL, t.overdue, NULL::numeric, NULL,
       -- A task that is not done yet is late up to now.
       extract(epoch FROM greatest(coalesce(nullif(t.ended_at, '-infinity'),
           CASE WHEN t.ended_at IS NULL THEN %(on)s ELSE t.due_at END), t.due_at) - t.due_at) / 86400,
       NULL::timestamp
FROM (
    SELECT DISTINCT d.task FROM task_changes d
    WHERE in_period(d.due_at, %(starts)s, %(ends)s, %(zone)s)
) AS due, LATERAL (
    -- OFFSET 0 keeps the look-up one of a task at a time, by the index.
    SELECT * FROM tasks_of(%(as_of)s, %(on)s) AS each WHERE each.task = due.task OFFSET 0
) AS t
WHERE t.due_at <= %(on)s AND in_period(t.due_at, %(starts)s, %(ends)s, %(zone)s)
  AND NOT (t.state = 'cancelled' AND t.ended_at < t.due_at)

-- name: entry
-- For late_entry_share.
-- Every event about our work as it was recorded; counts if it was recorded late.
SELECT 'entry', e.position, e.occurred_at, e.precision, e.position, e.client, NULL, NULL, NULL,
       e.performed_by, e.performed_by, e.unit,
       entered_after(e.occurred_at, e.precision, e.recorded_at, %(zone)s) > interval '24 hours',
       NULL::numeric, NULL, NULL::numeric, NULL::timestamp
FROM entries e
WHERE NOT e.imported AND known(e.position, e.annulled_at, %(as_of)s)
  AND in_period(e.occurred_at, %(starts)s, %(ends)s, %(zone)s)
