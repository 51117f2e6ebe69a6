-- Template: the events behind the figures of one metric, in order of time.
-- put: grouped_evidence
wanted AS (
    SELECT *, evidence = ANY (%(undone)s::text[]) AS undone
    FROM unnest(%(names)s::text[], %(evidence)s::text[], %(measures)s::text[], %(units)s::text[],
                %(beside)s::boolean[])
        AS w(metric, evidence, measure, in_unit, beside)
)
-- when: besides
, counted AS (
    -- The clients that count, each group and period once: what stands beside them is looked up in these.
    SELECT DISTINCT g.client, g."group", coalesce(g.period, '-infinity') AS period
    FROM grouped g JOIN wanted w ON w.evidence = g.evidence AND NOT w.beside
)
-- end
SELECT replace(w.metric, '*', coalesce(g.label, '(none)')) AS metric, g."group",
       coalesce(to_char(g.period, %(pattern)s), %(unknown)s) AS period,
       g.position, nullif(coalesce(u.occurred_at, g.at), '-infinity') AS occurred_at,
       coalesce(u.precision, g.precision) AS precision, g.client, g.subject,
       g.employee, coalesce(g.weight, 1) AS weight, g.performer, g.unit,
       CASE WHEN w.in_unit = 'ratio' THEN g.counted END AS counted,
       CASE w.measure WHEN 'amount' THEN g.amount WHEN 'days' THEN g.days END AS value,
       CASE w.measure WHEN 'amount' THEN g.currency END AS currency
FROM grouped g JOIN wanted w ON w.evidence = g.evidence
-- What takes back is shown at the time of the event that undid it.
LEFT JOIN entries u ON w.undone AND u.position = g.position
-- when: besides
LEFT JOIN counted c ON c.client = g.client AND c."group" = g."group"
    AND c.period = coalesce(g.period, '-infinity')
-- end
WHERE (%(group)s::text IS NULL OR g."group" = %(group)s)
  -- when: besides
  AND (NOT w.beside OR c.client IS NOT NULL)
  -- end
ORDER BY coalesce(u.occurred_at, g.at), g.position, g.weight, g.employee, g.client, g.subject
