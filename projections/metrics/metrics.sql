-- Metrics: from the tables of the other projections to the events behind every figure, and figures.
--
-- `frame` begins every question. The evidence wanted comes next, from evidence.sql and its like: one
-- row for each event, of one kind; a metric may want several. Then a statement of credit.sql.
-- `credited` or `held` gives the employees (two, where credit is split); `placed` the unit at the
-- time, if it is asked for; `named`, `belonging` or `facts` the group; `grouped` the period (NULL: the
-- whole, or unknown). `figures` and what is `told` after it add the rows up; `explained` shows them.
-- No question pays for another's joins.

-- name: frame
WITH wanted AS (
    SELECT * FROM unnest(%(names)s::text[], %(sources)s::text[], %(evidence)s::text[],
                         %(figures)s::text[], %(measures)s::text[], %(units)s::text[],
                         %(once)s::boolean[])
        AS w(metric, source, evidence, figure, measure, in_unit, once)
), periods AS (
    -- For what is counted at an end of a period; the last may be cut short by the time asked for.
    SELECT greatest(p, %(starts)s::timestamp) AS starts,
           least(p + %(step)s::interval, %(ends)s::timestamp) AS ends
    FROM generate_series(
        -- From the first event known then, or there would be no beginning.
        date_trunc(%(every)s::text, CASE WHEN isfinite(%(starts)s::timestamp) THEN %(starts)s::timestamp
            ELSE coalesce((
                SELECT local_time(min(e.occurred_at), 'day', %(zone)s) FROM entries e
                WHERE known(e.position, e.annulled_at, %(as_of)s)), %(on)s AT TIME ZONE %(zone)s)
            END),
        least(%(ends)s::timestamp - interval '1 microsecond', %(on)s AT TIME ZONE %(zone)s),
        %(step)s::interval) AS p
    WHERE %(step)s::interval IS NOT NULL
    UNION ALL
    SELECT %(starts)s::timestamp, %(ends)s::timestamp WHERE %(step)s::interval IS NULL
), ends AS (
    -- From `since` up to (at, tie), exclusive; `starts` and `before` are the same for dates and times
    -- of the zone. What was earlier than `surely` was before the end in every zone; at `begun` the
    -- period has begun by the clock and for dates (midnight UTC), too.
    SELECT p.starts, p.starts AT TIME ZONE %(zone)s AS since,
           greatest(p.starts AT TIME ZONE %(zone)s, p.starts AT TIME ZONE 'UTC') AS begun,
           p.ends AS before,
           p.ends AT TIME ZONE %(zone)s AS at, 0::bigint AS tie,
           p.ends AT TIME ZONE %(zone)s - interval '2 days' AS surely
    FROM periods p WHERE p.ends AT TIME ZONE %(zone)s <= %(on)s
    UNION ALL
    SELECT p.starts, p.starts AT TIME ZONE %(zone)s,
           greatest(p.starts AT TIME ZONE %(zone)s, p.starts AT TIME ZONE 'UTC'),
           'infinity', %(on)s, 9223372036854775807, 'infinity'
    FROM periods p WHERE p.ends AT TIME ZONE %(zone)s > %(on)s
)

-- name: nothing
-- What every statement of evidence gives, by name and type.
SELECT NULL::text AS evidence, NULL::bigint AS position, NULL::timestamptz AS at,
       NULL::text AS precision, NULL::bigint AS tie, NULL::text AS client, NULL::text AS subject,
       NULL::text AS product, NULL::text AS label, NULL::text AS holder, NULL::text AS performer,
       NULL::text AS given_unit, NULL::boolean AS counted, NULL::numeric AS amount,
       NULL::text AS currency, NULL::numeric AS days, NULL::timestamp AS period_starts
WHERE false

-- name: spanned
-- What is counted by a calendar as well.
SELECT * FROM spans

-- name: credited
, credited AS (
    -- Where nobody is to be credited for the client, to who held the deal.
    SELECT e.evidence, e.position, coalesce(e.at, '-infinity') AS at, e.precision, e.tie, e.client,
           e.subject, e.product, e.label, e.performer, e.given_unit, e.counted, e.amount,
           e.currency, e.days, e.period_starts, o.weight,
           CASE WHEN %(credit)s = 'performer' THEN e.performer
                ELSE coalesce(o.owner, e.holder) END AS employee
    FROM events e LEFT JOIN owned o
        ON o.client = e.client
       AND (o.from_at, o.from_position) <= (coalesce(e.at, '-infinity'), e.tie)
       AND (coalesce(e.at, '-infinity'), e.tie) < (o.to_at, o.to_position)
    WHERE coalesce(e.at, '-infinity') <= %(on)s
)

-- name: held
-- What counts for its holder, whatever the mode: no owner is looked for.
, credited AS (
    SELECT evidence, position, coalesce(at, '-infinity') AS at, precision, tie, client, subject,
           product, label, performer, given_unit, counted, amount, currency, days, period_starts,
           NULL::numeric AS weight, holder AS employee
    FROM events WHERE coalesce(at, '-infinity') <= %(on)s
)

-- name: placed
, placed AS (
    -- The unit is the one the producer gave, if it is about the employee credited; or the one the
    -- employee belonged to at that moment.
    SELECT c.*, CASE WHEN c.employee IS NULL OR c.employee = c.performer
                     THEN coalesce(c.given_unit, s.unit) ELSE s.unit END AS unit
    FROM credited c LEFT JOIN employment_spells(%(as_of)s) s
        ON s.employee = c.employee AND (s.from_at, s.from_position) <= (c.at, c.tie)
       AND (c.at, c.tie) < (s.to_at, s.to_position)
)

-- name: unplaced
-- Where no unit is asked for.
, placed AS (SELECT *, NULL::text AS unit FROM credited)

-- name: named
, named AS (
    SELECT p.*, CASE %(by)s WHEN 'employee' THEN p.employee WHEN 'unit' THEN p.unit
                    WHEN 'product' THEN p.product WHEN 'client' THEN p.client ELSE 'whole' END AS name
    FROM placed p
)

-- name: belonging
-- The manager above the unit, or the branch.
, unit_states AS MATERIALIZED (
    SELECT * FROM unit_spells(%(as_of)s)
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
), named AS (
    SELECT p.*, b.belongs AS name FROM placed p
    LEFT JOIN belonging b ON b.unit = p.unit AND b.from_at <= p.at AND p.at < b.to_at
)

-- name: facts
, facts AS MATERIALIZED (
    SELECT DISTINCT ON (client) client, CASE change WHEN 'recorded' THEN value END AS value
    FROM fact_changes
    WHERE field = %(field)s AND change IN ('recorded', 'retracted')
      AND known(position, annulled_at, %(as_of)s)
      AND coalesce(occurred_at, '-infinity') <= %(on)s
    ORDER BY client, coalesce(occurred_at, '-infinity') DESC, position DESC
), named AS (
    SELECT p.*, f.value AS name FROM placed p LEFT JOIN facts f ON f.client = p.client
)

-- name: grouped
, grouped AS (
    SELECT p.*, coalesce(p.name, '(none)') AS "group",
           CASE WHEN %(step)s::interval IS NOT NULL THEN date_trunc(%(every)s::text, coalesce(
               p.period_starts, local_time(p.at, p.precision, %(zone)s))) END AS period
    FROM named p
)

-- name: figures
-- Added up first and joined with the metrics after: rows are many, sums few. What is told of the
-- sums (`sums`, `clients`) and of the rows (`middles`) has one form, so that a question that wants
-- one of them does not look for the others.
, narrow AS (
    SELECT evidence, "group", period, label, coalesce(currency, '') AS currency, counted, amount,
           days, client, position, weight
    FROM grouped
), added AS (
    -- By client only what is for nothing but telling clients apart.
    SELECT evidence, "group", period, label, currency, weight, apart AS client, count(*) AS n,
           count(*) FILTER (WHERE counted) AS hits, count(amount) AS amounts,
           sum(amount) AS amount, count(days) AS spans, sum(days) AS days
    FROM (
        SELECT *, CASE WHEN evidence = ANY (%(apart)s) THEN client END AS apart FROM narrow
    ) AS rows
    GROUP BY evidence, "group", period, label, currency, weight, apart
)

-- name: seen_in_sums
, seen AS (
    SELECT evidence, "group", period, client, weight, hits > 0 AS counted FROM added
)

-- name: seen_in_rows
, seen AS (
    SELECT evidence, "group", period, client, weight, counted FROM narrow
)

-- name: sums
    -- Of evidence in which a client comes up once, unless it is split, clients are counted like events.
    SELECT a."group", a.period, replace(w.metric, '*', coalesce(a.label, '(none)')) AS metric,
           CASE w.in_unit WHEN 'currency' THEN nullif(a.currency, '') END AS currency, a.weight,
           CASE WHEN w.figure <> 'mean' THEN a.n WHEN w.measure = 'days' THEN a.spans
                ELSE a.amounts END AS n,
           a.hits, CASE w.measure WHEN 'amount' THEN a.amount WHEN 'days' THEN a.days END AS total,
           NULL::float8 AS middle
    FROM added a JOIN wanted w ON w.evidence = a.evidence
    WHERE w.figure <> ALL (%(one_by_one)s) OR w.once AND a.weight IS NULL

-- name: clients
    SELECT c."group", c.period, w.metric, NULL::text AS currency, NULL::numeric AS weight, c.n, c.hits,
           NULL::numeric AS total, NULL::float8 AS middle
    FROM (
        SELECT "group", period, source, count(*) AS n, count(*) FILTER (WHERE counted) AS hits
        FROM (
            SELECT s."group", s.period, k.source, s.client, bool_or(s.counted) AS counted
            FROM seen s JOIN (
                SELECT DISTINCT source, evidence, once FROM wanted
                WHERE figure IN ('distinct', 'client_share')
            ) AS k ON k.evidence = s.evidence
            WHERE s.client IS NOT NULL AND NOT (k.once AND s.weight IS NULL)
            GROUP BY s."group", s.period, k.source, s.client
        ) AS each GROUP BY "group", period, source
    ) AS c JOIN (
        SELECT DISTINCT metric, source FROM wanted WHERE figure IN ('distinct', 'client_share')
    ) AS w ON w.source = c.source

-- name: middles
    SELECT "group", period, metric, currency, NULL::numeric AS weight, count(measured) AS n,
           NULL::bigint AS hits, NULL::numeric AS total,
           percentile_cont(CASE figure WHEN 'p90' THEN 0.9 ELSE 0.5 END)
               WITHIN GROUP (ORDER BY measured::float8) AS middle
    FROM (
        -- An event split between two of one group is one of its events.
        SELECT DISTINCT n."group", n.period, w.metric, w.figure, n.position,
               CASE w.in_unit WHEN 'currency' THEN nullif(n.currency, '') END AS currency,
               CASE w.measure WHEN 'amount' THEN n.amount ELSE n.days END AS measured
        FROM narrow n JOIN wanted w ON w.evidence = n.evidence AND w.figure IN ('median', 'p90')
    ) AS once
    GROUP BY "group", period, metric, currency, figure

-- name: told
)
-- Whole events are counted apart from the parts of those that are split, of which few questions know.
SELECT "group", coalesce(to_char(period, %(pattern)s), %(unknown)s) AS period, metric, currency,
       (sum(n) FILTER (WHERE weight IS NULL))::bigint AS n, trim_scale(sum(weight * n)) AS n_parts,
       (sum(hits) FILTER (WHERE weight IS NULL))::bigint AS hits,
       trim_scale(sum(weight * hits)) AS hits_parts,
       sum(CASE WHEN weight IS NULL THEN total ELSE weight * total END) AS total,
       max(middle) AS middle
FROM told GROUP BY "group", told.period, metric, currency

-- name: explained
SELECT replace(w.metric, '*', coalesce(g.label, '(none)')) AS metric, g."group",
       coalesce(to_char(g.period, %(pattern)s), %(unknown)s) AS period,
       g.position, nullif(g.at, '-infinity') AS occurred_at, g.precision, g.client, g.subject,
       g.employee, coalesce(g.weight, 1) AS weight, g.performer, g.unit,
       CASE WHEN w.in_unit = 'ratio' THEN g.counted END AS counted,
       CASE w.measure WHEN 'amount' THEN g.amount WHEN 'days' THEN g.days END AS value,
       CASE w.measure WHEN 'amount' THEN g.currency END AS currency
FROM grouped g JOIN wanted w ON w.evidence = g.evidence
WHERE %(group)s::text IS NULL OR g."group" = %(group)s
ORDER BY g.at, g.position, g.weight, g.employee, g.client, g.subject
