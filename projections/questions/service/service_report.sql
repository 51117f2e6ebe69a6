-- Service figures over all cases. Questions only; tables and intervals are in cases.sql.

-- name: opened
SELECT CASE WHEN 'month' = ANY (%(by)s) THEN
           to_char(c.occurred_at AT TIME ZONE %(zone)s, 'YYYY-MM') END AS month,
       CASE WHEN 'kind' = ANY (%(by)s) THEN c.kind END AS kind,
       CASE WHEN 'priority' = ANY (%(by)s) THEN c.priority END AS priority,
       CASE WHEN 'location' = ANY (%(by)s) THEN c.location END AS location,
       CASE WHEN 'channel' = ANY (%(by)s) THEN c.channel END AS channel,
       CASE WHEN 'client' = ANY (%(by)s) THEN c.client END AS client,
       CASE WHEN 'opener' = ANY (%(by)s) THEN c.performed_by END AS opener,
       count(*) AS cases
FROM case_changes c
WHERE c.change = 'opened' AND known(c.position, c.annulled_at, %(as_of)s)
  AND coalesce(c.occurred_at, '-infinity') <= %(on)s
  AND (in_period(c.occurred_at, %(since)s::timestamp, %(until)s::timestamp, %(zone)s)
       OR c.occurred_at IS NULL AND %(since)s::timestamp = '-infinity')
GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY cases DESC, 1, 2, 3, 4, 5, 6, 7

-- name: touches
WITH notes AS (
    SELECT n.*, coalesce(n.occurred_at, '-infinity') AS at FROM case_changes n
    WHERE n.change = 'noted' AND known(n.position, n.annulled_at, %(as_of)s)
      AND coalesce(n.occurred_at, '-infinity') <= %(on)s
      AND (in_period(n.occurred_at, %(since)s::timestamp, %(until)s::timestamp, %(zone)s)
           OR n.occurred_at IS NULL AND %(since)s::timestamp = '-infinity')
), holders AS MATERIALIZED (
    SELECT * FROM case_holder_spells(%(as_of)s)
    WHERE %(by)s::text[] && ARRAY['assignee', 'unit']
), states AS MATERIALIZED (
    SELECT * FROM case_state_spells(%(as_of)s) WHERE 'state' = ANY (%(by)s)
), kinds AS MATERIALIZED (
    SELECT c.case_id, max(c.kind) AS kind
    FROM case_changes c
    WHERE 'kind' = ANY (%(by)s) AND c.change = 'opened'
      AND known(c.position, c.annulled_at, %(as_of)s)
    GROUP BY c.case_id
), closings AS MATERIALIZED (
    SELECT * FROM (
        SELECT c.case_id, c.change, coalesce(c.occurred_at, '-infinity') AS from_at,
               lead(coalesce(c.occurred_at, '-infinity'), 1, 'infinity') OVER one AS to_at,
               lead(c.position, 1, 9223372036854775807) OVER one AS to_position
        FROM case_changes c
        WHERE 'after_close' = ANY (%(by)s) AND c.change IN ('closed', 'reopened')
          AND known(c.position, c.annulled_at, %(as_of)s)
        WINDOW one AS (PARTITION BY c.case_id
                       ORDER BY coalesce(c.occurred_at, '-infinity'), c.position)
    ) AS words WHERE change = 'closed'
)
SELECT CASE WHEN 'month' = ANY (%(by)s) THEN
           to_char(n.occurred_at AT TIME ZONE %(zone)s, 'YYYY-MM') END AS month,
       CASE WHEN 'case' = ANY (%(by)s) THEN n.case_id END AS "case",
       CASE WHEN 'kind' = ANY (%(by)s) THEN k.kind END AS kind,
       CASE WHEN 'channel' = ANY (%(by)s) THEN n.channel END AS channel,
       CASE WHEN 'client' = ANY (%(by)s) THEN n.client END AS client,
       CASE WHEN 'performer' = ANY (%(by)s) THEN n.performed_by END AS performer,
       CASE WHEN 'assignee' = ANY (%(by)s) THEN p.holder END AS assignee,
       CASE WHEN 'unit' = ANY (%(by)s) THEN u.holder END AS unit,
       CASE WHEN 'state' = ANY (%(by)s) THEN s.state END AS state,
       CASE WHEN 'after_close' = ANY (%(by)s) THEN e.case_id IS NOT NULL END AS after_close,
       count(*) AS touches, count(DISTINCT n.case_id) AS cases,
       min(n.occurred_at) AS first_at, max(n.occurred_at) AS last_at
FROM notes n
LEFT JOIN kinds k ON k.case_id = n.case_id
-- What was noted at the very moment of the close was not after it.
LEFT JOIN closings e ON e.case_id = n.case_id AND e.from_at < n.at
    AND (n.at, n.position) < (e.to_at, e.to_position)
LEFT JOIN holders p ON p.case_id = n.case_id AND p.track = 'person'
    AND (p.from_at, p.from_position) <= (n.at, n.position)
    AND (n.at, n.position) < (p.to_at, p.to_position)
LEFT JOIN holders u ON u.case_id = n.case_id AND u.track = 'unit'
    AND (u.from_at, u.from_position) <= (n.at, n.position)
    AND (n.at, n.position) < (u.to_at, u.to_position)
LEFT JOIN states s ON s.case_id = n.case_id
    AND (s.from_at, s.from_position) <= (n.at, n.position)
    AND (n.at, n.position) < (s.to_at, s.to_position)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ORDER BY touches DESC, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10

-- name: moves
WITH held AS (
    SELECT s.track AS what, s.case_id, s.from_at AS at, s.from_position AS position, s.holder,
           lag(s.holder) OVER (PARTITION BY s.case_id, s.track
                               ORDER BY s.from_at, s.from_position) AS before
    FROM case_holder_spells(%(as_of)s) s WHERE s.from_at <= %(on)s
    UNION ALL
    SELECT 'state', s.case_id, s.from_at, s.from_position, s.state, s.before
    FROM case_state_spells(%(as_of)s) s WHERE s.from_at <= %(on)s
    UNION ALL
    SELECT 'breach', c.case_id, coalesce(c.occurred_at, '-infinity'), c.position, 'breached', 'met'
    FROM case_changes c
    WHERE c.change = 'breached' AND known(c.position, c.annulled_at, %(as_of)s)
      AND coalesce(c.occurred_at, '-infinity') <= %(on)s
), traces AS (
    SELECT DISTINCT ON (c.case_id) c.case_id, coalesce(c.occurred_at, '-infinity') AS at, c.position
    FROM case_changes c
    WHERE c.change = 'noted' AND known(c.position, c.annulled_at, %(as_of)s)
    ORDER BY c.case_id, coalesce(c.occurred_at, '-infinity'), c.position
)
SELECT h.what,
       CASE WHEN h.holder IS NULL THEN 'taken'
            WHEN t.case_id IS NULL OR (h.at, h.position) < (t.at, t.position) THEN 'first'
            WHEN h.before IS NULL THEN 'given' ELSE 'passed' END AS how,
       count(*) AS moves, count(DISTINCT h.case_id) AS cases
FROM held h LEFT JOIN traces t ON t.case_id = h.case_id
WHERE h.holder IS DISTINCT FROM h.before
GROUP BY 1, 2 ORDER BY 1, 2

-- name: handovers
WITH held AS (
    SELECT s.case_id, s.holder, lag(s.holder) OVER (
               PARTITION BY s.case_id ORDER BY s.from_at, s.from_position) AS before
    FROM case_holder_spells(%(as_of)s) s
    WHERE s.track = %(track)s AND s.holder IS NOT NULL AND s.from_at <= %(on)s
), counted AS (
    SELECT case_id, count(*) FILTER (WHERE before <> holder) AS handovers FROM held GROUP BY case_id
)
SELECT handovers, count(*) AS cases FROM counted GROUP BY handovers ORDER BY handovers

-- name: holders
SELECT s.holder, count(DISTINCT s.case_id) AS cases, count(*) AS spells
FROM case_holder_spells(%(as_of)s) s
WHERE s.track = %(track)s AND s.holder IS NOT NULL AND s.from_at <= %(on)s
GROUP BY s.holder ORDER BY cases DESC, s.holder

-- name: hours_in_state
-- A state that is dated after the close of the case lasts no time, unless the case was reopened.
WITH closings AS (
    SELECT * FROM (
        SELECT DISTINCT ON (c.case_id) c.case_id, c.change FROM case_changes c
        WHERE c.change IN ('closed', 'reopened') AND known(c.position, c.annulled_at, %(as_of)s)
          AND coalesce(c.occurred_at, '-infinity') <= %(on)s
        ORDER BY c.case_id, coalesce(c.occurred_at, '-infinity') DESC, c.position DESC
    ) AS last_words WHERE change = 'closed'
), spent AS (
    SELECT s.case_id, s.state,
           sum(CASE WHEN s.to_at > %(on)s AND c.case_id IS NOT NULL THEN 0
                    ELSE extract(epoch FROM least(s.to_at, %(on)s) - s.from_at) / 3600 END)
               FILTER (WHERE isfinite(s.from_at)) AS hours
    FROM case_state_spells(%(as_of)s) s LEFT JOIN closings c ON c.case_id = s.case_id
    WHERE s.from_at <= %(on)s GROUP BY s.case_id, s.state
)
SELECT state, count(*) AS cases, sum(hours) AS hours,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS median_hours
FROM spent GROUP BY state ORDER BY state

-- name: durations
WITH timed AS (
    SELECT CASE %(by)s WHEN 'assignee' THEN c.assignee WHEN 'unit' THEN c.unit
                       WHEN 'resolver' THEN c.resolved_by WHEN 'kind' THEN c.kind
                       WHEN 'priority' THEN c.priority WHEN 'location' THEN c.location
                       ELSE 'whole' END AS "group",
           c.breached, c.reopened,
           days_between(c.opened_at, c.opened_precision, c.resolved_at, c.resolved_precision,
                        %(zone)s) * 24 AS to_resolved,
           days_between(c.opened_at, c.opened_precision, c.closed_at, c.closed_precision,
                        %(zone)s) * 24 AS to_closed
    FROM cases_of(%(as_of)s, %(on)s) c
    WHERE in_period(c.opened_at, %(since)s::timestamp, %(until)s::timestamp, %(zone)s)
       OR c.opened_at IS NULL AND %(since)s::timestamp = '-infinity'
)
SELECT "group", count(*) AS cases, count(*) FILTER (WHERE breached) AS breached,
       count(*) FILTER (WHERE reopened > 0) AS reopened, sum(reopened) AS reopenings,
       count(to_resolved) AS resolved, avg(to_resolved) AS to_resolved_mean,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY to_resolved) AS to_resolved_median,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY to_resolved) AS to_resolved_p90,
       count(to_closed) AS closed, avg(to_closed) AS to_closed_mean,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY to_closed) AS to_closed_median,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY to_closed) AS to_closed_p90
FROM timed GROUP BY "group" ORDER BY cases DESC, "group"
