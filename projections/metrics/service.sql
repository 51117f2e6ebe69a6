-- Evidence of service: answers to inquiries, returned calls, cases, satisfaction.
-- One row an event, in the columns of evidence_columns.sql.

-- name: inquiry
-- For response_mean, response_median, response_p90, response_within_norm, response_business_mean,
-- response_business_median, response_business_p90, response_business_within_norm.
-- An inquiry and its first human reply. The hours are unknown unless both times are known to the
-- minute.
SELECT 'inquiry', i.position, i.occurred_at, i.precision, i.position, i.client, i.subject, NULL,
       i.channel, NULL, a.performed_by, i.unit, coalesce(a.hours <= %(norm_hours)s, false), a.hours,
       NULL, NULL::numeric, NULL::timestamp
FROM interactions i LEFT JOIN LATERAL (
    SELECT o.performed_by, CASE WHEN i.precision IN ('instant', 'minute')
               AND o.precision IN ('instant', 'minute')
               THEN extract(epoch FROM o.occurred_at - i.occurred_at) / 3600 END AS hours
    FROM answer_to(ARRAY[i.client], i.subject, i.occurred_at, i.position, %(as_of)s, %(on)s) o
) AS a ON true
WHERE i.kind = 'inquiry' AND known(i.position, i.annulled_at, %(as_of)s)
  AND in_period(i.occurred_at, %(starts)s, %(ends)s, %(zone)s)

-- name: missed_call
-- For missed_returned.
-- Counts if we have called the client back since, or called anybody in reply to the call, whether or
-- not they answered.
SELECT 'missed_call', i.position, i.occurred_at, i.precision, i.position, i.client, i.subject, NULL,
       i.kind, NULL, i.performed_by, i.unit, EXISTS (
           SELECT FROM (
               -- Two queries, so that each uses its index.
               (SELECT * FROM interactions a WHERE a.client = i.client OFFSET 0)
               UNION ALL
               (SELECT * FROM interactions a WHERE a.in_reply_to = i.subject OFFSET 0)
           ) AS c
           WHERE c.kind = 'call' AND c.direction = 'outbound'
             AND known(c.position, c.annulled_at, %(as_of)s) AND c.occurred_at <= %(on)s
             AND is_after(c.occurred_at, c.precision, c.position, i.occurred_at, i.position,
                          %(zone)s)),
       NULL::numeric, NULL, NULL::numeric, NULL::timestamp
FROM interactions i
WHERE i.kind = 'missed_call' AND known(i.position, i.annulled_at, %(as_of)s)
  AND in_period(i.occurred_at, %(starts)s, %(ends)s, %(zone)s)

-- name: case_resolved
-- For resolution_mean, resolution_median, reopen_rate, resolution_business_mean,
-- resolution_business_median.
-- Each solution, from the opening of the case; counts if the case was reopened. A solution recorded
-- twice in a row counts once.
SELECT 'case_resolved', c.position, c.occurred_at, c.precision, c.position, s.client, c.case_id,
       NULL, s.kind, coalesce(h.holder, c.performed_by), c.performed_by, c.unit,
       coalesce(s.next = 'reopened', false),
       days_between(s.opened_at, s.opened_precision, c.occurred_at, c.precision, %(zone)s) * 24,
       NULL, NULL::numeric, NULL::timestamp
FROM case_changes c, LATERAL (
    SELECT max(o.client) AS client, min(o.kind) AS kind,
           (array_agg(o.occurred_at ORDER BY o.at, o.position)
               FILTER (WHERE o.change = 'opened'))[1] AS opened_at,
           (array_agg(o.precision ORDER BY o.at, o.position)
               FILTER (WHERE o.change = 'opened'))[1] AS opened_precision,
           (array_agg(o.change ORDER BY o.at, o.position) FILTER (
               WHERE o.change IN ('resolved', 'reopened')
                 AND (o.at, o.position) > (c.occurred_at, c.position)))[1] AS next,
           (array_agg(o.change ORDER BY o.at DESC, o.position DESC) FILTER (
               WHERE o.change IN ('resolved', 'reopened')
                 AND (o.at, o.position) < (c.occurred_at, c.position)))[1] AS former
    FROM (
        SELECT *, coalesce(occurred_at, '-infinity') AS at FROM case_changes a
        WHERE a.case_id = c.case_id AND known(a.position, a.annulled_at, %(as_of)s)
          AND coalesce(a.occurred_at, '-infinity') <= %(on)s OFFSET 0
    ) AS o
) AS s LEFT JOIN LATERAL (
    SELECT * FROM case_holdings a
    WHERE a.case_id = c.case_id AND a.track = 'person'
      AND known(a.position, a.annulled_at, %(as_of)s)
      AND (coalesce(a.occurred_at, '-infinity'), a.position) < (c.occurred_at, c.position)
    ORDER BY coalesce(a.occurred_at, '-infinity') DESC, a.position DESC LIMIT 1
) AS h ON true
WHERE c.change = 'resolved' AND known(c.position, c.annulled_at, %(as_of)s)
  AND in_period(c.occurred_at, %(starts)s, %(ends)s, %(zone)s)
  AND s.former IS DISTINCT FROM 'resolved'

-- name: satisfaction
-- For nps, csat_top_share, ces_mean.
-- The last answer in the period of each contact person, or client, to each question. The two highest
-- answers of its scale count (of three or two the highest); for NPS they are worth 100, and up to six
-- -100. A CSAT answer whose scale is unknown is left out; CES has a mean for each scale, as a currency,
-- and so the last answer on each.
SELECT o.instrument, o.position, o.occurred_at, o.precision, o.position, o.client, o.subject, NULL,
       o.instrument, NULL, o.performed_by, o.unit,
       o.score >= o.high - CASE WHEN o.high - o.low > 2 THEN 1 ELSE 0 END,
       CASE WHEN o.instrument <> 'nps' THEN o.score WHEN o.score >= 9 THEN 100
            WHEN o.score <= 6 THEN -100 ELSE 0 END::numeric,
       o.scale, NULL::numeric, NULL::timestamp
FROM (
    SELECT *, split_part(scale, '-', 1)::int AS low, split_part(scale, '-', 2)::int AS high,
           row_number() OVER (
        PARTITION BY instrument, CASE instrument WHEN 'ces' THEN scale END,
            coalesce(contact, client, position::text),
            date_trunc(%(every)s::text, occurred_at AT TIME ZONE %(zone)s)
        ORDER BY occurred_at DESC, position DESC) AS newest
    FROM interactions
    WHERE kind = 'satisfaction' AND known(position, annulled_at, %(as_of)s)
      AND occurred_at <= %(on)s AND instrument = ANY (%(evidence)s)
      AND in_period(occurred_at, %(starts)s, %(ends)s, %(zone)s)
      AND (instrument <> 'csat' OR scale IS NOT NULL)
) AS o
WHERE o.newest = 1
