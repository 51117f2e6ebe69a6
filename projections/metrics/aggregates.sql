-- Template: the figures of metrics, one row for each group, period, metric and currency. Which events
-- a metric counts is in the file of its subject (for win_rate sales.sql); ratios are divided in rows.py.
--
--   grouped_evidence   the evidence with group and period
--   measured, sums     its narrow rows, and those added up: rows are many, sums few
--   clients_seen       clients to be counted once each (clients_touched, contact_rate …)
--   wanted             the metrics asked for, one row for each kind of evidence of each
--   aggregates         what the metrics come to; only the parts that a metric asked for needs
-- put: grouped_evidence
measured AS (
    SELECT evidence, "group", period, label, coalesce(currency, '') AS currency, counted, amount,
           days, client, position, weight
    FROM grouped
),
sums AS (
    -- By client only the evidence from which nothing but distinct clients is counted.
    SELECT evidence, "group", period, label, currency, weight, one_client AS client, count(*) AS n,
           count(*) FILTER (WHERE counted) AS hits, count(amount) AS amounts,
           sum(amount) AS amount, count(days) AS spans, sum(days) AS days
    FROM (
        SELECT *, CASE WHEN evidence = ANY (%(by_client)s) THEN client END AS one_client
        FROM measured
    ) AS rows
    GROUP BY evidence, "group", period, label, currency, weight, one_client
),
-- when: clients
clients_seen AS (
    -- when: clients_from_sums
    SELECT evidence, "group", period, client, weight, hits > 0 AS counted FROM sums
    -- otherwise
    SELECT evidence, "group", period, client, weight, counted FROM measured
    -- end
),
-- end
wanted AS (
    SELECT * FROM unnest(%(names)s::text[], %(sources)s::text[], %(evidence)s::text[],
                         %(figures)s::text[], %(measures)s::text[], %(units)s::text[],
                         %(once)s::boolean[], %(beside)s::boolean[])
        AS w(metric, source, evidence, figure, measure, in_unit, once, beside)
),
aggregates AS (
    SELECT NULL::text AS "group", NULL::timestamp AS period, NULL::text AS metric,
           NULL::text AS currency, NULL::numeric AS weight, NULL::bigint AS n, NULL::bigint AS hits,
           NULL::numeric AS total, NULL::float8 AS percentile
    WHERE false
    -- when: totals
    UNION ALL
    -- Counts, shares, sums and means. Clients are counted like events where each comes up once,
    -- unless the event is split.
    SELECT s."group", s.period, replace(w.metric, '*', coalesce(s.label, '(none)')),
           CASE WHEN w.in_unit IN ('currency', 'scale') THEN nullif(s.currency, '') END, s.weight,
           CASE WHEN w.figure <> 'mean' THEN s.n WHEN w.measure = 'days' THEN s.spans
                ELSE s.amounts END,
           s.hits, CASE w.measure WHEN 'amount' THEN s.amount WHEN 'days' THEN s.days END, NULL
    FROM sums s JOIN wanted w ON w.evidence = s.evidence
    WHERE w.figure <> ALL (%(not_from_sums)s) OR w.once AND s.weight IS NULL
    -- end
    -- when: clients
    UNION ALL
    -- Distinct clients, and those of them with evidence that counts.
    SELECT c."group", c.period, w.metric, NULL, NULL, c.n, c.hits, NULL, NULL
    FROM (
        SELECT "group", period, source, count(*) AS n, count(*) FILTER (WHERE counted) AS hits
        FROM (
            SELECT s."group", s.period, k.source, s.client, bool_or(s.counted) AS counted
            FROM clients_seen s JOIN (
                SELECT DISTINCT source, evidence, once, beside FROM wanted
                WHERE figure IN ('distinct', 'client_share')
            ) AS k ON k.evidence = s.evidence
            WHERE s.client IS NOT NULL AND NOT (k.once AND s.weight IS NULL)
            GROUP BY s."group", s.period, k.source, s.client
            HAVING NOT bool_and(k.beside)
        ) AS each GROUP BY "group", period, source
    ) AS c JOIN (
        SELECT DISTINCT metric, source FROM wanted WHERE figure IN ('distinct', 'client_share')
    ) AS w ON w.source = c.source
    -- end
    -- when: percentiles
    UNION ALL
    -- Medians and 90th percentiles, of the events themselves.
    SELECT "group", period, metric, currency, NULL, count(value), NULL, NULL,
           percentile_cont(CASE figure WHEN 'p90' THEN 0.9 ELSE 0.5 END)
               WITHIN GROUP (ORDER BY value::float8)
    FROM (
        -- An event split between two of one group is one of its events.
        SELECT DISTINCT m."group", m.period, w.metric, w.figure, m.position,
               CASE WHEN w.in_unit IN ('currency', 'scale') THEN nullif(m.currency, '') END
                   AS currency,
               CASE w.measure WHEN 'amount' THEN m.amount ELSE m.days END AS value
        FROM measured m JOIN wanted w ON w.evidence = m.evidence AND w.figure IN ('median', 'p90')
    ) AS once
    GROUP BY "group", period, metric, currency, figure
    -- end
)
-- Whole events and the parts of split ones are added up separately: most questions have no parts.
SELECT "group", coalesce(to_char(period, %(pattern)s), %(unknown)s) AS period, metric, currency,
       (sum(n) FILTER (WHERE weight IS NULL))::bigint AS n, trim_scale(sum(weight * n)) AS n_parts,
       (sum(hits) FILTER (WHERE weight IS NULL))::bigint AS hits,
       trim_scale(sum(weight * hits)) AS hits_parts,
       sum(CASE WHEN weight IS NULL THEN total ELSE weight * total END) AS total,
       max(percentile) AS percentile
FROM aggregates GROUP BY "group", aggregates.period, metric, currency
