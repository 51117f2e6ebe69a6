-- Evidence: which events count in which metrics. One statement a kind, or for kinds of one source.
--
-- Each gives, in this order, a row an event: evidence (its kind), position, at, precision,
-- tie (at one moment, what is known then: positions below), client, subject, product, label, holder
-- (credited where no owner is), performer, given_unit (by the producer), counted (in the numerator of
-- a ratio), amount, currency, days, period_starts (for what is counted at an end of a period).

-- name: contact
-- A call's being two-way is its having reached somebody, so one row tells both.
SELECT CASE WHEN i.kind = 'call' AND i.direction = 'outbound'
            THEN 'outbound_call'
            -- Who rang in vain has neither been touched by us nor tried.
            WHEN i.kind = 'missed_call' OR i.kind = 'call' AND i.reach = 'one_way'
            THEN 'missed_inbound' ELSE 'contact' END AS evidence,
       i.position, i.occurred_at AS at, i.precision, i.position AS tie, i.client,
       NULL::text AS subject, NULL::text AS product, i.kind AS label, NULL::text AS holder,
       i.performed_by AS performer, i.unit AS given_unit, i.reach = 'two_way' AS counted,
       NULL::numeric AS amount, NULL::text AS currency, NULL::numeric AS days,
       NULL::timestamp AS period_starts
FROM interactions i
WHERE i.reach IS NOT NULL AND known(i.position, i.annulled_at, %(as_of)s)
  AND ('contact' = ANY (%(evidence)s) OR i.kind = 'call' AND i.direction = 'outbound')
  AND (in_period(i.occurred_at, i.precision, %(starts)s, %(ends)s, %(zone)s)
       OR i.occurred_at IS NULL AND %(starts)s::timestamp = '-infinity')

-- name: offer_sent
SELECT 'offer_sent', o.position, o.occurred_at, o.precision, o.position, o.client, o.offer,
       o.product, o.change, NULL, o.performed_by, o.unit, NULL::boolean, o.amount, o.currency,
       NULL::numeric, NULL::timestamp
FROM offer_changes o
WHERE o.change = 'sent' AND known(o.position, o.annulled_at, %(as_of)s)
  AND (in_period(o.occurred_at, o.precision, %(starts)s, %(ends)s, %(zone)s)
       OR o.occurred_at IS NULL AND %(starts)s::timestamp = '-infinity')

-- name: deal_turned
-- Of several closes of a deal in a period the last, and none that was undone by its end.
SELECT 'deal_' || d.turned, d.from_position, d.from_at, d.from_precision, d.from_position, d.client,
       d.deal, d.product, d.stage, d.holder, d.performed_by, d.unit, d.turned = 'won', d.amount,
       d.currency, CASE WHEN d.turned <> 'opened' THEN
           days_between(d.opened_at, d.opened_precision, d.from_at, d.from_precision, %(zone)s)
       END, NULL::timestamp
FROM (
    SELECT *, row_number() OVER (
               PARTITION BY deal,
                   date_trunc(%(every)s::text, local_time(from_at, from_precision, %(zone)s))
               ORDER BY from_at DESC, from_position DESC) AS newest
    FROM deal_spells_at(%(as_of)s)
    WHERE turned IS NOT NULL AND from_at <= %(on)s
      AND in_period(from_at, from_precision, %(starts)s, %(ends)s, %(zone)s)
) AS d
WHERE 'deal_' || d.turned = ANY (%(evidence)s) AND (d.turned = 'opened' OR d.newest = 1)

-- name: deal_open
SELECT 'deal_open', d.from_position, n.at, 'instant', n.tie, d.client, d.deal, d.product,
       d.stage, d.holder, d.holder, NULL, NULL::boolean, d.amount, d.currency, NULL::numeric,
       n.starts
FROM ends n JOIN deal_spells_at(%(as_of)s) d
    ON d.status = 'open' AND d.from_at <= n.at + interval '1 day'
   AND d.to_at >= n.at - interval '1 day'
   -- No end is earlier than both of these; told apart from it, for the sake of the index.
   AND d.to_at >= least((%(starts)s::timestamp - interval '2 days') AT TIME ZONE 'UTC',
                        %(on)s::timestamptz - interval '2 days')
   AND d.from_at <= %(on)s AND (%(on)s < d.to_at OR n.tie = 0)
   AND (n.tie > 0 OR
        -- The zone's time, which costs the most, only where it makes a difference.
        (d.from_at < n.surely OR local_time(d.from_at, d.from_precision, %(zone)s) < n.before)
        AND (d.to_at = 'infinity' OR n.before <= local_time(d.to_at, d.to_precision, %(zone)s)))

-- name: stage_left
-- A stay of an open deal in a stage, when it ends: by another stage, a win or a loss. It is of who
-- held the deal then; its hours are unknown where its beginning is.
SELECT 'stage_left', s.to_position, s.to_at, s.to_precision, s.to_position, s.client, s.deal,
       s.product, s.stage, s.holder, s.holder, NULL, NULL::boolean,
       days_between(s.begun_at, s.begun_precision, s.to_at, s.to_precision, %(zone)s) * 24, NULL,
       NULL::numeric, NULL::timestamp
FROM (
    SELECT d.*, first_value(from_at) OVER stay AS begun_at,
           first_value(from_precision) OVER stay AS begun_precision,
           lead(stay) OVER (PARTITION BY deal ORDER BY from_at, from_position) > stay AS ends
    FROM (
        SELECT c.*, count(*) FILTER (WHERE fresh)
                   OVER (PARTITION BY deal ORDER BY from_at, from_position) AS stay
        FROM (
            SELECT a.*, (status, stage) IS DISTINCT FROM (lag(status) OVER one, lag(stage) OVER one)
                   AS fresh
            FROM deal_spells_at(%(as_of)s) a
            WHERE a.deal IN (
                SELECT b.deal FROM deal_spells_at(%(as_of)s) b WHERE b.status = 'open'
                  AND in_period(b.to_at, b.to_precision, %(starts)s, %(ends)s, %(zone)s))
            WINDOW one AS (PARTITION BY deal ORDER BY from_at, from_position)
        ) AS c
    ) AS d
    WINDOW stay AS (PARTITION BY deal, stay ORDER BY from_at, from_position)
) AS s
WHERE s.ends AND s.status = 'open' AND s.stage IS NOT NULL
  AND in_period(s.to_at, s.to_precision, %(starts)s, %(ends)s, %(zone)s)

-- name: task_due
SELECT 'task_due', t.position, t.due_at, 'instant', t.position, t.client, t.task, NULL,
       t.kind, t.debtor, t.debtor, NULL, t.overdue, NULL::numeric, NULL,
       -- What is not done yet has been late up to now.
       extract(epoch FROM greatest(coalesce(nullif(t.ended_at, '-infinity'),
           CASE WHEN t.ended_at IS NULL THEN %(on)s ELSE t.due_at END), t.due_at) - t.due_at) / 86400,
       NULL::timestamp
FROM (
    SELECT DISTINCT d.task FROM task_changes d
    WHERE in_period(d.due_at, 'instant', %(starts)s, %(ends)s, %(zone)s)
) AS due, LATERAL (
    -- OFFSET 0 keeps the look-up one of a task at a time, by the index.
    SELECT * FROM tasks_of(%(as_of)s, %(on)s) AS each WHERE each.task = due.task OFFSET 0
) AS t
WHERE t.due_at <= %(on)s AND in_period(t.due_at, 'instant', %(starts)s, %(ends)s, %(zone)s)
  AND NOT (t.state = 'cancelled' AND t.ended_at < t.due_at)
