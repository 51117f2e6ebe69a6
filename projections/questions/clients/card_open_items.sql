-- What is open with a client: the sections of the card that a new owner must know first. Each line
-- as card_lines.py describes; driven by the index on client; OFFSET 0 keeps it one look-up a task or case.

-- name: open_promises
-- Meetings planned and neither held nor cancelled; inquiries and letters that wait for an answer by
-- a stated time. Of several with one id the latest counts. Other promises are tasks and cases.
SELECT p.kind || ' ' || p.subject AS name, p.due AS value,
       CASE WHEN p.kind = 'letter' THEN 'day' ELSE 'instant' END AS value_precision,
       p.occurred_at AS since, p.precision, p.position, p.channel, p.performed_by,
       CASE WHEN p.kind = 'letter' THEN is_over(p.due, 'day', %(zone)s) ELSE p.due END
           <= %(on)s AS overdue
FROM (
    -- A letter waits for its answer until a day, whose midnight UTC is kept, is over.
    SELECT DISTINCT ON (kind COLLATE "C", subject COLLATE "C") *,
           CASE WHEN kind = 'letter' THEN first_instant(due_at AT TIME ZONE 'UTC', %(zone)s)
           ELSE due_at END AS due
    FROM interactions
    WHERE client = ANY (%(clients)s) AND kind IN ('meeting_planned', 'inquiry', 'letter')
      AND due_at IS NOT NULL AND subject IS NOT NULL
      AND known(position, annulled_at, %(as_of)s) AND coalesce(occurred_at, '-infinity') <= %(on)s
    ORDER BY kind COLLATE "C", subject COLLATE "C", coalesce(occurred_at, '-infinity') DESC,
             position DESC
) AS p
WHERE NOT EXISTS (
    SELECT FROM interactions a
    WHERE a.client = ANY (%(clients)s) AND known(a.position, a.annulled_at, %(as_of)s)
      AND coalesce(a.occurred_at, '-infinity') <= %(on)s
      AND CASE WHEN p.kind = 'meeting_planned'
          THEN a.subject = p.subject AND a.kind IN ('meeting', 'meeting_cancelled')
          ELSE a.in_reply_to = p.subject END)
ORDER BY p.due, p.position

-- name: open_deals
SELECT s.deal AS name, s.amount AS value, nullif(s.opened_at, '-infinity') AS since,
       s.opened_precision AS precision, s.from_position AS position, s.currency, s.stage, s.holder,
       s.product, o.title, s.client
FROM deal_spells_at(%(as_of)s) s LEFT JOIN LATERAL (
    SELECT title FROM deal_changes c
    WHERE c.deal = s.deal AND c.title IS NOT NULL AND known(c.position, c.annulled_at, %(as_of)s)
      AND coalesce(c.occurred_at, '-infinity') <= %(on)s
    ORDER BY coalesce(c.occurred_at, '-infinity') DESC, c.position DESC LIMIT 1
) AS o ON true
WHERE s.client = ANY (%(clients)s) AND s.status = 'open' AND s.from_at <= %(on)s
  AND %(on)s < s.to_at
ORDER BY s.opened_at, s.deal COLLATE "C"

-- name: open_offers
-- As it was sent last, since it was sent first.
SELECT o.offer AS name, o.amount AS value, o.since, o.since_precision AS precision, o.position,
       o.currency, o.valid_until, o.deal, o.performed_by, o.client
FROM (
    SELECT *, first_value(occurred_at) OVER one AS since,
           first_value(precision) OVER one AS since_precision, lead(position) OVER one AS next
    FROM offer_changes
    WHERE client = ANY (%(clients)s) AND change = 'sent' AND known(position, annulled_at, %(as_of)s)
      AND coalesce(occurred_at, '-infinity') <= %(on)s
    WINDOW one AS (PARTITION BY offer ORDER BY coalesce(occurred_at, '-infinity'), position)
) AS o
WHERE o.next IS NULL AND NOT EXISTS (
    SELECT FROM offer_changes a
    WHERE a.offer = o.offer AND a.change <> 'sent' AND known(a.position, a.annulled_at, %(as_of)s)
      AND coalesce(a.occurred_at, '-infinity') <= %(on)s)
ORDER BY o.since, o.offer COLLATE "C", o.position

-- name: open_tasks
SELECT t.task AS name, t.title AS value, a.occurred_at AS since, a.precision, t.position,
       t.assignee, t.due_at, t.overdue, t.deal, t.client
FROM (SELECT DISTINCT task FROM task_changes WHERE client = ANY (%(clients)s)) mine, LATERAL (
    SELECT * FROM tasks_of(%(as_of)s, %(on)s) s WHERE s.task = mine.task OFFSET 0
) t JOIN task_changes a ON a.position = t.position
WHERE t.state = 'open' AND t.client = ANY (%(clients)s)
ORDER BY t.due_at, t.task COLLATE "C"

-- name: open_cases
SELECT c.case_id AS name, coalesce(c.state, c.status) AS value, c.opened_at AS since, o.precision,
       c.position, c.assignee, c.unit, c.priority, c.due_at, c.breached, o.subject, c.client
FROM (SELECT DISTINCT case_id FROM case_changes WHERE client = ANY (%(clients)s)) mine, LATERAL (
    SELECT * FROM cases_of(%(as_of)s, %(on)s) s WHERE s.case_id = mine.case_id OFFSET 0
) c JOIN case_changes o ON o.position = c.position
WHERE c.status = 'open' AND c.client = ANY (%(clients)s)
ORDER BY c.opened_at, c.case_id COLLATE "C"
