-- Tasks: who should do what by when. One row an event; tasks_of derives the tasks from them.

-- name: tables
CREATE TABLE task_changes (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    recorded_at  timestamptz NOT NULL,
    task         text NOT NULL,
    change       text NOT NULL,
    client       text,
    performed_by text,
    unit         text,
    assignee     text,
    assigned_by  text,
    due_at       timestamptz,
    title        text,
    kind         text,
    deal         text,
    case_id      text,
    step         text,
    steps        integer,
    reason       text,
    annulled_at  annulled_position
);

-- name: indexes
CREATE INDEX ON task_changes (position);
CREATE INDEX ON task_changes (task);
CREATE INDEX ON task_changes (client);
CREATE INDEX ON task_changes (due_at);

-- name: functions
-- A deadline moves only if that is recorded before it passes: a missed one is never extended.
CREATE FUNCTION evolve_due(state timestamptz, due_at timestamptz, recorded_at timestamptz)
RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN state IS NULL OR due_at IS NOT NULL AND recorded_at < state
                THEN due_at ELSE state END
$$;
CREATE AGGREGATE due_state(timestamptz, timestamptz) (SFUNC = evolve_due, STYPE = timestamptz);

-- Tasks as they stood at a time. The debtor is who had the task when it was due. A task is overdue
-- if it was done after its deadline, or not by now; cancelled in time, it is no longer due.
CREATE FUNCTION tasks_of(as_of bigint, on_time timestamptz, only_tasks text[] DEFAULT NULL)
RETURNS TABLE (
    task text, title text, kind text, client text, deal text, case_id text, unit text,
    assignee text, debtor text, due_at timestamptz, state text, ended_at timestamptz,
    steps integer, steps_done bigint, overdue boolean, "position" bigint,
    ended_precision text
) LANGUAGE sql STABLE AS $$
    WITH seen AS (
        SELECT t.*, coalesce(t.occurred_at, '-infinity') AS at,
               due_state(t.due_at, t.recorded_at) OVER (
                   PARTITION BY t.task ORDER BY coalesce(t.occurred_at, '-infinity'), t.position
                   ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS due
        FROM task_changes t
        WHERE known(t.position, t.annulled_at, as_of)
          AND coalesce(t.occurred_at, '-infinity') <= on_time
          AND (only_tasks IS NULL OR t.task = ANY (only_tasks))
    ), stated AS (
        SELECT s.task,
               (array_agg(s.title ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.title IS NOT NULL))[1] AS title,
               (array_agg(s.kind ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.kind IS NOT NULL))[1] AS kind,
               (array_agg(s.client ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.client IS NOT NULL))[1] AS client,
               (array_agg(s.deal ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.deal IS NOT NULL))[1] AS deal,
               (array_agg(s.case_id ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.case_id IS NOT NULL))[1] AS case_id,
               (array_agg(s.unit ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.change = 'assigned'))[1] AS unit,
               (array_agg(s.assignee ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.assignee IS NOT NULL))[1] AS assignee,
               (array_agg(s.assignee ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.assignee IS NOT NULL AND at <= s.due))[1] AS debtor,
               (array_agg(s.assignee ORDER BY at, s.position)
                   FILTER (WHERE s.assignee IS NOT NULL))[1] AS first_assignee,
               min(s.due) AS due_at,
               min(at) FILTER (WHERE s.change = 'completed') AS completed_at,
               min(at) FILTER (WHERE s.change = 'cancelled') AS cancelled_at,
               coalesce((array_agg(s.precision ORDER BY at) FILTER (WHERE s.change = 'completed'))[1],
                   (array_agg(s.precision ORDER BY at) FILTER (WHERE s.change = 'cancelled'))[1])
                   AS ended_precision,
               max(s.steps) AS steps, count(DISTINCT s.step) AS steps_done,
               (array_agg(s.position ORDER BY s.change <> 'assigned', at, s.position))[1] AS position
        FROM seen s GROUP BY s.task
    )
    SELECT task, title, kind, client, deal, case_id, unit, assignee,
           coalesce(debtor, first_assignee), due_at,
           CASE WHEN completed_at IS NOT NULL THEN 'completed'
                WHEN cancelled_at IS NOT NULL THEN 'cancelled' ELSE 'open' END,
           coalesce(completed_at, cancelled_at), steps, steps_done,
           coalesce(due_at < on_time
               AND due_at < coalesce(completed_at, cancelled_at, 'infinity'), false),
           position, ended_precision
    FROM stated
$$;

-- name: tasks
SELECT t.task, t.title, t.kind, t.client, t.deal, t.case_id AS "case", t.assignee, t.debtor,
       t.due_at, t.state, nullif(t.ended_at, '-infinity') AS ended_at, t.ended_precision, t.steps,
       t.steps_done, t.overdue, t.position
FROM tasks_of(%(as_of)s, %(on)s) t
WHERE (%(assignee)s::text IS NULL OR t.assignee = %(assignee)s)
  AND (%(clients)s::text[] IS NULL OR t.client = ANY (%(clients)s))
  AND (NOT %(overdue)s OR t.overdue)
ORDER BY t.due_at NULLS LAST, t.task
