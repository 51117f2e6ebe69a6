-- Metrics: from the tables of the other projections to the events behind every figure, and figures.
--
-- `evidence` begins every question: one row for each event and metric it counts in. A statement of
-- credit.sql comes next. `grouped` gives the employees credited (two, where credit is split), the
-- unit at the time, the group and the period. `figures` adds the rows up; `explained` shows them.

-- name: evidence
WITH wanted AS (
    SELECT * FROM unnest(%(names)s::text[], %(evidence)s::text[], %(figures)s::text[],
                         %(measures)s::text[], %(units)s::text[])
        AS w(metric, evidence, figure, measure, in_unit)
), periods AS (
    -- For what is counted at the end of a period; the last may be cut short by the time asked for.
    SELECT greatest(p, %(starts)s::timestamp) AS starts,
           least(p + %(step)s::interval, %(ends)s::timestamp) AS ends
    FROM generate_series(
        -- From the first deal known then, or there would be no beginning.
        date_trunc(%(every)s::text, CASE WHEN isfinite(%(starts)s::timestamp) THEN %(starts)s::timestamp
            ELSE coalesce((
                SELECT local_time(min(d.occurred_at), 'day', %(zone)s) FROM deal_changes d
                WHERE known(d.position, d.annulled_at, %(as_of)s)), %(on)s AT TIME ZONE %(zone)s)
            END),
        least(%(ends)s::timestamp - interval '1 microsecond', %(on)s AT TIME ZONE %(zone)s),
        %(step)s::interval) AS p
    WHERE %(step)s::interval IS NOT NULL AND 'deal_open' = ANY (%(evidence)s)
    UNION ALL
    SELECT %(starts)s::timestamp, %(ends)s::timestamp WHERE %(step)s::interval IS NULL
), ends AS (
    -- Up to (at, tie), exclusive; `before` is the same for dates and times of the zone.
    SELECT p.starts, p.ends AS before, p.ends AT TIME ZONE %(zone)s AS at, 0::bigint AS tie
    FROM periods p WHERE p.ends AT TIME ZONE %(zone)s <= %(on)s
    UNION ALL
    SELECT p.starts, 'infinity', %(on)s, 9223372036854775807
    FROM periods p WHERE p.ends AT TIME ZONE %(zone)s > %(on)s
), due AS (
    SELECT DISTINCT t.task FROM task_changes t
    WHERE 'task_due' = ANY (%(evidence)s)
      AND in_period(t.due_at, 'instant', %(starts)s, %(ends)s, %(zone)s)
), events AS (
    SELECT 'contact' AS evidence, i.position, i.occurred_at AS at, i.precision,
           i.position AS tie, i.client, NULL::text AS subject, NULL::text AS product,
           i.kind AS label, NULL::text AS holder, i.performed_by AS performer, i.unit AS given_unit,
           NULL::boolean AS counted, NULL::numeric AS amount, NULL::text AS currency,
           NULL::numeric AS days, NULL::timestamp AS period_starts
    FROM interactions i
    WHERE 'contact' = ANY (%(evidence)s) AND i.reach IS NOT NULL
      AND known(i.position, i.annulled_at, %(as_of)s)
      AND (in_period(i.occurred_at, i.precision, %(starts)s, %(ends)s, %(zone)s)
           OR i.occurred_at IS NULL AND %(starts)s::timestamp = '-infinity')
    UNION ALL
    SELECT 'outbound_call', i.position, i.occurred_at, i.precision, i.position, i.client, NULL,
           NULL, i.kind, NULL, i.performed_by, i.unit, coalesce(i.outcome = 'reached', false),
           NULL, NULL, NULL, NULL
    FROM interactions i
    WHERE 'outbound_call' = ANY (%(evidence)s) AND i.kind = 'call' AND i.direction = 'outbound'
      AND known(i.position, i.annulled_at, %(as_of)s)
      AND (in_period(i.occurred_at, i.precision, %(starts)s, %(ends)s, %(zone)s)
           OR i.occurred_at IS NULL AND %(starts)s::timestamp = '-infinity')
    UNION ALL
    SELECT 'offer_sent', o.position, o.occurred_at, o.precision, o.position, o.client, o.offer,
           o.product, o.change, NULL, o.performed_by, o.unit, NULL, o.amount, o.currency, NULL, NULL
    FROM offer_changes o
    WHERE 'offer_sent' = ANY (%(evidence)s) AND o.change = 'sent'
      AND known(o.position, o.annulled_at, %(as_of)s)
      AND (in_period(o.occurred_at, o.precision, %(starts)s, %(ends)s, %(zone)s)
           OR o.occurred_at IS NULL AND %(starts)s::timestamp = '-infinity')
    UNION ALL
    SELECT k.evidence, d.from_position, d.from_at, d.from_precision, d.from_position, d.client,
           d.deal, d.product, d.stage, d.holder, d.performed_by, d.unit, d.turned = 'won', d.amount,
           d.currency, CASE WHEN d.turned <> 'opened' THEN
               days_between(d.opened_at, d.opened_precision, d.from_at, d.from_precision, %(zone)s)
           END, NULL
    FROM deal_spells_at(%(as_of)s) d
    JOIN (VALUES ('opened', 'deal_opened'), ('won', 'deal_won'), ('won', 'deal_closed'),
                 ('lost', 'deal_lost'), ('lost', 'deal_closed')) AS k(turned, evidence)
        ON k.turned = d.turned
    WHERE k.evidence = ANY (%(evidence)s) AND d.turned IS NOT NULL
      AND in_period(d.from_at, d.from_precision, %(starts)s, %(ends)s, %(zone)s)
    UNION ALL
    SELECT 'deal_open', d.from_position, n.at, 'instant', n.tie, d.client, d.deal, d.product,
           d.stage, d.holder, d.holder, NULL, NULL, d.amount, d.currency, NULL, n.starts
    FROM ends n JOIN deal_spells_at(%(as_of)s) d
        ON d.status = 'open' AND d.from_at <= n.at + interval '1 day'
       AND d.to_at >= n.at - interval '1 day'
       AND d.from_at <= %(on)s AND (%(on)s < d.to_at OR n.tie = 0)
       AND (n.tie > 0 OR local_time(d.from_at, d.from_precision, %(zone)s) < n.before
            AND n.before <= local_time(d.to_at, d.to_precision, %(zone)s))
    WHERE 'deal_open' = ANY (%(evidence)s)
    UNION ALL
    SELECT 'task_due', t.position, t.due_at, 'instant', t.position, t.client, t.task, NULL, t.kind,
           t.debtor, t.debtor, NULL, t.overdue, NULL, NULL, NULL, NULL
    FROM due, LATERAL (
        -- OFFSET 0 keeps the look-up one of a task at a time, by the index.
        SELECT * FROM tasks_of(%(as_of)s, %(on)s) AS each WHERE each.task = due.task OFFSET 0
    ) AS t
    WHERE t.due_at <= %(on)s
      AND in_period(t.due_at, 'instant', %(starts)s, %(ends)s, %(zone)s)
      AND NOT (t.state = 'cancelled' AND t.ended_at < t.due_at)
)

-- name: grouped
, credited AS (
    -- Where nobody is to be credited for the client, to who held the deal.
    SELECT e.evidence, e.position, coalesce(e.at, '-infinity') AS at, e.precision, e.tie, e.client,
           e.subject, e.product, e.label, e.performer, e.given_unit, e.counted, e.amount,
           e.currency, e.days, e.period_starts, o.weight,
           CASE WHEN e.evidence = 'task_due' THEN e.holder
                WHEN %(credit)s = 'performer' THEN e.performer
                ELSE coalesce(o.owner, e.holder) END AS employee
    FROM events e LEFT JOIN owned o
        ON o.client = e.client AND e.evidence <> 'task_due'
       AND (o.from_at, o.from_position) <= (coalesce(e.at, '-infinity'), e.tie)
       AND (coalesce(e.at, '-infinity'), e.tie) < (o.to_at, o.to_position)
    WHERE coalesce(e.at, '-infinity') <= %(on)s
), placed AS (
    -- The unit is the one the producer gave, if it is about the employee credited; or the one the
    -- employee belonged to at that moment.
    SELECT c.*, CASE WHEN c.employee IS NULL OR c.employee = c.performer
                     THEN coalesce(c.given_unit, s.unit) ELSE s.unit END AS unit
    FROM credited c LEFT JOIN employment_spells(%(as_of)s) s
        ON s.employee = c.employee AND (s.from_at, s.from_position) <= (c.at, c.tie)
       AND (c.at, c.tie) < (s.to_at, s.to_position)
), unit_states AS MATERIALIZED (
    SELECT * FROM unit_spells(%(as_of)s) WHERE %(by)s IN ('team', 'office')
), epochs AS (
    SELECT from_at, lead(from_at, 1, 'infinity') OVER (ORDER BY from_at) AS to_at
    FROM (SELECT DISTINCT from_at FROM unit_states) AS moments
), climbed AS (
    -- From every unit upwards, as the tree stood between two changes of it.
    WITH RECURSIVE climb AS (
        SELECT e.from_at, e.to_at, u.unit, u.unit AS reached, u.parent, u.kind, u.manager,
               0 AS height
        FROM epochs e JOIN unit_states u ON u.from_at <= e.from_at AND e.from_at < u.to_at
        UNION ALL
        SELECT c.from_at, c.to_at, c.unit, u.unit, u.parent, u.kind, u.manager, c.height + 1
        FROM climb c JOIN unit_states u
            ON u.unit = c.parent AND u.from_at <= c.from_at AND c.from_at < u.to_at
        WHERE c.height < 30
    )
    SELECT unit, from_at, to_at,
           CASE %(by)s WHEN 'team'
               THEN (array_agg(manager ORDER BY height) FILTER (WHERE manager IS NOT NULL))[1]
               ELSE (array_agg(reached ORDER BY height) FILTER (WHERE kind = 'branch'))[1]
           END AS belongs
    FROM climb GROUP BY unit, from_at, to_at
), belonging AS MATERIALIZED (
    SELECT unit, belongs, from_at, lead(from_at, 1, 'infinity') OVER one AS to_at
    FROM (SELECT *, lag(belongs) OVER one AS before, row_number() OVER one AS nth FROM climbed
          WINDOW one AS (PARTITION BY unit ORDER BY from_at)) AS steps
    WHERE nth = 1 OR belongs IS DISTINCT FROM before
    WINDOW one AS (PARTITION BY unit ORDER BY from_at)
), facts AS MATERIALIZED (
    SELECT DISTINCT ON (client) client, CASE change WHEN 'recorded' THEN value END AS value
    FROM fact_changes
    WHERE %(by)s = 'fact' AND field = %(field)s AND change IN ('recorded', 'retracted')
      AND known(position, annulled_at, %(as_of)s)
      AND coalesce(occurred_at, '-infinity') <= %(on)s
    ORDER BY client, coalesce(occurred_at, '-infinity') DESC, position DESC
), grouped AS (
    SELECT p.*,
           coalesce(CASE %(by)s WHEN 'employee' THEN p.employee WHEN 'unit' THEN p.unit
                        WHEN 'team' THEN b.belongs WHEN 'office' THEN b.belongs
                        WHEN 'product' THEN p.product WHEN 'client' THEN p.client
                        WHEN 'fact' THEN f.value ELSE 'whole' END, '(none)') AS "group",
           coalesce(to_char(coalesce(p.period_starts, local_time(p.at, p.precision, %(zone)s)),
                            %(pattern)s), %(unknown)s) AS period
    FROM placed p
    LEFT JOIN belonging b ON b.unit = p.unit AND b.from_at <= p.at AND p.at < b.to_at
    LEFT JOIN facts f ON f.client = p.client
)

-- name: figures
-- Added up first and joined with the metrics after: rows are many, sums few.
, narrow AS MATERIALIZED (
    SELECT evidence, "group", period, label, coalesce(currency, '') AS currency, counted, amount,
           days, client, position, weight
    FROM grouped
), added AS MATERIALIZED (
    SELECT evidence, "group", period, label, currency, coalesce(weight, 1) AS weight, count(*) AS n,
           count(*) FILTER (WHERE counted) AS hits,
           count(amount) AS amounts, sum(amount) AS amount, count(days) AS spans, sum(days) AS days
    FROM narrow GROUP BY evidence, "group", period, label, currency, narrow.weight
), plain AS (
    SELECT a.*, w.measure, replace(w.metric, '*', coalesce(a.label, '(none)')) AS metric,
           CASE w.in_unit WHEN 'currency' THEN a.currency END AS in_currency
    FROM added a JOIN wanted w ON w.evidence = a.evidence AND w.figure NOT IN ('distinct', 'median')
)
SELECT "group", period, metric, nullif(in_currency, '') AS currency, trim_scale(sum(weight * n)) AS n,
       trim_scale(sum(weight * hits)) AS hits,
       trim_scale(sum(weight * CASE measure WHEN 'amount' THEN amounts WHEN 'days' THEN spans END))
           AS told,
       sum(weight * CASE measure WHEN 'amount' THEN amount WHEN 'days' THEN days END) AS total,
       NULL::float8 AS middle
FROM plain GROUP BY "group", period, metric, in_currency
UNION ALL
SELECT "group", period, w.metric, NULL, count(o.client), NULL, NULL, NULL, NULL
FROM (SELECT n.evidence, n."group", n.period, n.client FROM narrow n
      WHERE n.evidence IN (SELECT evidence FROM wanted WHERE figure = 'distinct')
      GROUP BY n.evidence, n."group", n.period, n.client) AS o
JOIN wanted w ON w.evidence = o.evidence AND w.figure = 'distinct'
GROUP BY "group", period, w.metric
UNION ALL
SELECT "group", period, metric, currency, NULL, NULL, count(measured), NULL,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY measured::float8)
FROM (
    -- An event split between two of one group is one of its events.
    SELECT DISTINCT n."group", n.period, w.metric, n.position,
           CASE w.in_unit WHEN 'currency' THEN nullif(n.currency, '') END AS currency,
           CASE w.measure WHEN 'amount' THEN n.amount ELSE n.days END AS measured
    FROM narrow n JOIN wanted w ON w.evidence = n.evidence AND w.figure = 'median'
) AS once
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4

-- name: explained
SELECT replace(w.metric, '*', coalesce(g.label, '(none)')) AS metric, g."group", g.period,
       g.position, nullif(g.at, '-infinity') AS occurred_at, g.precision, g.client, g.subject,
       g.employee, coalesce(g.weight, 1) AS weight, g.performer, g.unit, g.counted,
       CASE w.measure WHEN 'amount' THEN g.amount WHEN 'days' THEN g.days END AS value,
       CASE w.measure WHEN 'amount' THEN g.currency END AS currency
FROM grouped g JOIN wanted w ON w.evidence = g.evidence
WHERE %(group)s::text IS NULL OR g."group" = %(group)s
ORDER BY g.at, g.position, g.weight, g.employee
