-- Service cases: what happened to them, and who held them.
--
--   case_changes          one row an event, except for
--   case_holdings         who holds the case, one row a track: person, unit; location: where it is
--   case_holder_spells    the intervals of holding, with nobody (NULL) between
--   case_state_spells     the intervals of states; the last lasts until the case is closed
--   cases_of              cases as they stood at a time

-- name: tables
CREATE TABLE case_changes (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    case_id      text NOT NULL,
    change       text NOT NULL,
    client       text,
    performed_by text,
    unit         text,
    channel      text,
    kind         text,
    priority     text,
    location     text,
    state        text,
    deadline     text,
    due_at       timestamptz,
    reason       text,
    subject      text,
    annulled_at  annulled_position
);
CREATE TABLE case_holdings (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    case_id      text NOT NULL,
    track        text NOT NULL,
    holder       text,
    performed_by text,
    annulled_at  annulled_position
);

-- name: indexes
CREATE INDEX ON case_changes (position);
CREATE INDEX ON case_changes (case_id);
CREATE INDEX ON case_changes (client);
CREATE INDEX ON case_changes (occurred_at);
CREATE INDEX ON case_holdings (position);
CREATE INDEX ON case_holdings (case_id);
CREATE INDEX ON case_holdings (holder);

-- name: functions
-- Half-open: (from_at, from_position) <= (time, position) < (to_at, to_position).
CREATE FUNCTION case_holder_spells(as_of bigint) RETURNS TABLE (
    case_id text, track text, holder text,
    from_at timestamptz, from_position bigint, to_at timestamptz, to_position bigint,
    from_precision text, to_precision text
) LANGUAGE sql STABLE AS $$
    SELECT h.case_id, h.track, h.holder, coalesce(h.occurred_at, '-infinity'), h.position,
           lead(coalesce(h.occurred_at, '-infinity'), 1, 'infinity') OVER one,
           lead(h.position, 1, 9223372036854775807) OVER one,
           h.precision, lead(h.precision) OVER one
    FROM case_holdings h WHERE known(h.position, h.annulled_at, as_of)
    WINDOW one AS (PARTITION BY h.case_id, h.track
                   ORDER BY coalesce(h.occurred_at, '-infinity'), h.position)
$$;

CREATE FUNCTION case_state_spells(as_of bigint) RETURNS TABLE (
    case_id text, state text, before text,
    from_at timestamptz, from_position bigint, to_at timestamptz, to_position bigint
) LANGUAGE sql STABLE AS $$
    WITH spells AS (
        SELECT c.case_id, c.change, c.state, coalesce(c.occurred_at, '-infinity') AS from_at,
               c.position, lag(c.state) OVER one AS before,
               lead(coalesce(c.occurred_at, '-infinity'), 1, 'infinity') OVER one AS to_at,
               lead(c.position, 1, 9223372036854775807) OVER one AS to_position
        FROM case_changes c
        WHERE c.change IN ('entered', 'closed') AND known(c.position, c.annulled_at, as_of)
        WINDOW one AS (PARTITION BY c.case_id
                       ORDER BY coalesce(c.occurred_at, '-infinity'), c.position)
    )
    SELECT s.case_id, s.state, s.before, s.from_at, s.position, s.to_at, s.to_position
    FROM spells s WHERE s.change = 'entered'
$$;

CREATE FUNCTION cases_of(as_of bigint, on_time timestamptz) RETURNS TABLE (
    case_id text, client text, kind text, priority text, location text, channel text,
    status text, state text, assignee text, unit text, opened_at timestamptz, opened_by text,
    acknowledged_at timestamptz, resolved_at timestamptz, resolved_by text,
    closed_at timestamptz, opened_precision text, reopened bigint, breached boolean,
    due_at timestamptz, notes bigint, "position" bigint,
    acknowledged_precision text, resolved_precision text, closed_precision text
) LANGUAGE sql STABLE AS $$
    WITH seen AS (
        SELECT *, nullif(at, '-infinity') AS occurred_at FROM (
            SELECT c.position, c.precision, c.case_id, c.change, c.client, c.performed_by,
                   c.channel, c.kind, c.priority, c.location, c.state, c.deadline, c.due_at,
                   coalesce(c.occurred_at, '-infinity') AS at
            FROM case_changes c WHERE known(c.position, c.annulled_at, as_of)
        ) AS dated WHERE at <= on_time
    ), stated AS (
        SELECT s.case_id,
               (array_agg(s.client ORDER BY at, s.position)
                   FILTER (WHERE s.client IS NOT NULL))[1] AS client,
               min(s.kind) FILTER (WHERE s.change = 'opened') AS kind,
               min(s.priority) FILTER (WHERE s.change = 'opened') AS priority,
               min(s.location) FILTER (WHERE s.change = 'opened') AS location,
               min(s.channel) FILTER (WHERE s.change = 'opened') AS channel,
               -- Whenever its opening is dated: only what reopens a case opens it again.
               (array_agg(CASE s.change WHEN 'reopened' THEN 'open' ELSE s.change END
                          ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.change IN ('resolved', 'reopened', 'closed')))[1] AS status,
               -- What a later reopening undid is no end of the case. Who resolved it last is known of
               -- one that is over, though it was reopened and closed since.
               (array_agg(s.change ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.change IN ('resolved', 'reopened')))[1] = 'resolved' AS solved,
               (array_agg(s.change ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.change IN ('closed', 'reopened')))[1] = 'closed' AS ended,
               (array_agg(s.state ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.change = 'entered'))[1] AS state,
               min(s.occurred_at) FILTER (WHERE s.change = 'opened') AS opened_at,
               min(s.performed_by) FILTER (WHERE s.change = 'opened') AS opened_by,
               min(s.occurred_at) FILTER (WHERE s.change = 'acknowledged') AS acknowledged_at,
               (array_agg(s.occurred_at ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.change = 'resolved'))[1] AS resolved_at,
               (array_agg(s.performed_by ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.change = 'resolved'))[1] AS resolved_by,
               max(s.occurred_at) FILTER (WHERE s.change = 'closed') AS closed_at,
               (array_agg(s.precision ORDER BY s.occurred_at, s.position)
                   FILTER (WHERE s.change = 'opened'))[1] AS opened_precision,
               (array_agg(s.precision ORDER BY s.occurred_at, s.position)
                   FILTER (WHERE s.change = 'acknowledged'))[1] AS acknowledged_precision,
               (array_agg(s.precision ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.change = 'resolved'))[1] AS resolved_precision,
               (array_agg(s.precision ORDER BY at DESC, s.position DESC)
                   FILTER (WHERE s.change = 'closed'))[1] AS closed_precision,
               count(*) FILTER (WHERE s.change = 'reopened') AS reopened,
               coalesce(bool_or(s.change = 'breached'), false) AS breached,
               (array_agg(s.due_at ORDER BY at DESC, s.position DESC) FILTER (
                   WHERE s.change = 'deadline' AND s.deadline = 'resolve'))[1] AS due_at,
               count(*) FILTER (WHERE s.change = 'noted') AS notes,
               (array_agg(s.position ORDER BY s.change <> 'opened', at, s.position))[1] AS position
        FROM seen s GROUP BY s.case_id
    ), held AS (
        SELECT h.case_id, max(h.holder) FILTER (WHERE h.track = 'person') AS assignee,
               max(h.holder) FILTER (WHERE h.track = 'unit') AS unit,
               max(h.holder) FILTER (WHERE h.track = 'location') AS location
        FROM case_holder_spells(as_of) h WHERE h.from_at <= on_time AND on_time < h.to_at
        GROUP BY h.case_id
    )
    SELECT s.case_id, s.client, s.kind, s.priority, coalesce(h.location, s.location), s.channel,
           coalesce(s.status, 'open'), s.state, h.assignee, h.unit, s.opened_at, s.opened_by,
           s.acknowledged_at, CASE WHEN s.solved THEN s.resolved_at END,
           CASE WHEN s.status <> 'open' THEN s.resolved_by END, CASE WHEN s.ended THEN s.closed_at END,
           s.opened_precision, s.reopened,
           s.breached, s.due_at, s.notes, s.position,
           s.acknowledged_precision, CASE WHEN s.solved THEN s.resolved_precision END,
           CASE WHEN s.ended THEN s.closed_precision END
    FROM stated s LEFT JOIN held h ON h.case_id = s.case_id
$$;

-- name: cases
SELECT c.case_id AS "case", c.client, c.kind, c.priority, c.location, c.status, c.state,
       c.assignee, c.unit, c.opened_at, c.opened_precision, c.opened_by, c.acknowledged_at,
       c.acknowledged_precision, c.resolved_at, c.resolved_precision, c.resolved_by, c.closed_at,
       c.closed_precision, c.reopened, c.breached, c.due_at, late.overdue, c.notes,
       c.position
FROM cases_of(%(as_of)s, %(on)s) c, LATERAL (
    -- As a task is: solved after its deadline, or not by now.
    SELECT coalesce(c.due_at < CASE WHEN c.status = 'open' THEN %(on)s
                               ELSE coalesce(c.resolved_at, c.closed_at) END, false) AS overdue
) AS late
WHERE (NOT %(overdue)s OR late.overdue)
  AND (%(clients)s::text[] IS NULL OR c.client = ANY (%(clients)s))
  AND (%(assignee)s::text IS NULL OR c.assignee = %(assignee)s)
  AND (%(unit)s::text IS NULL OR c.unit IN (SELECT units_under(%(unit)s, %(as_of)s, %(on)s)))
  AND (%(status)s::text IS NULL OR c.status = %(status)s)
ORDER BY c.opened_at NULLS FIRST, c.case_id

-- name: holders
SELECT s.track, s.holder, nullif(s.from_at, '-infinity') AS from_at, s.from_precision,
       CASE WHEN s.to_at <= %(on)s THEN finite(s.to_at) END AS to_at,
       CASE WHEN s.to_at <= %(on)s THEN s.to_precision END AS to_precision,
       s.from_position AS position
FROM case_holder_spells(%(as_of)s) s
WHERE s.case_id = %(case)s AND s.from_at <= %(on)s
ORDER BY s.from_at, s.from_position, s.track

-- name: history
SELECT c.occurred_at, c.precision, c.change, c.state, c.performed_by, c.client, c.deadline,
       c.due_at, c.reason, c.position
FROM case_changes c
WHERE known(c.position, c.annulled_at, %(as_of)s) AND c.case_id = %(case)s
  AND coalesce(c.occurred_at, '-infinity') <= %(on)s
ORDER BY coalesce(c.occurred_at, '-infinity'), c.position
