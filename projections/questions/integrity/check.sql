-- What points nowhere, and what contradicts. The tables are those of all subjects; `mentions` and
-- `look` are those of mentions.sql. Every statement has the same columns; position
-- is that of the first of so many events.
--
--   mentioned     ids that no event begins; look-alike ids; what was begun twice
--   without       contacts and work without a client, or with several
--   backwards     what ended before it began, or had anything else happen to it
--   annulled      annulments that annul nothing
--   returned      returns of more than was bought, or in another currency
--   acted         who acted while they were not employed
--   given         who was given clients or work while they were not employed
--   left_open     open work of those who have left
--   begun         the ids among which the nearest is looked for
--   counted       how much one of the statements above finds

-- name: mentioned
-- What stands in envelopes is much and of few kinds: of clients it is counted already.
WITH counted AS (
    SELECT m.kind, m.id, count(*) FILTER (WHERE m.part = 'begins') AS begun,
           bool_or(m.part = 'own') AS own, count(*) AS events, min(m.position) AS position
    FROM mentions() m
    WHERE m.kind NOT IN ('pipeline', 'stage', 'role', 'field') AND m.part <> 'about'
      AND known(m.position, m.annulled_at, %(as_of)s) AND coalesce(m.at, '-infinity') <= %(on)s
    GROUP BY m.kind, m.id
    UNION ALL
    SELECT 'client', client, 0, false, events, NULL
    FROM client_activity_at(%(as_of)s, %(on)s)
    UNION ALL
    SELECT 'employee', performed_by, 0, false, count(*), min(position) FROM entries
    WHERE performed_by IS NOT NULL AND known(position, annulled_at, %(as_of)s)
      AND coalesce(occurred_at, '-infinity') <= %(on)s
    GROUP BY performed_by
    UNION ALL
    SELECT 'unit', unit, 0, false, count(*), min(position) FROM entries
    WHERE unit IS NOT NULL AND known(position, annulled_at, %(as_of)s)
      AND coalesce(occurred_at, '-infinity') <= %(on)s
    GROUP BY unit
), ids AS MATERIALIZED (
    SELECT kind, id, look(id) AS look, sum(begun)::bigint AS begun, bool_or(own) AS own,
           sum(events)::bigint AS events, min(position) AS position
    FROM counted GROUP BY kind, id
), looks AS MATERIALIZED (
    SELECT i.kind, array_agg(i.id ORDER BY i.begun > 0 DESC, i.events DESC, i.id COLLATE "C") AS alike
    FROM ids i JOIN (
        SELECT kind, look FROM ids GROUP BY kind, look HAVING count(*) > 1
    ) AS several ON several.kind = i.kind AND several.look = i.look
    GROUP BY i.kind, i.look
), found AS (
    SELECT CASE WHEN own AND kind IN ('deal', 'case', 'offer', 'task', 'dispute', 'batch',
                                      'interaction')
                THEN 'never-opened' ELSE 'unknown' END AS kind,
           kind AS what, id, NULL AS near, events, position
    FROM ids WHERE begun = 0
    UNION ALL
    SELECT 'look-alike', i.kind, i.id, l.alike[1], i.events, i.position
    FROM looks l JOIN ids i ON i.kind = l.kind AND i.id = ANY (l.alike[2:])
    UNION ALL
    SELECT 'opened-twice', kind, id, NULL, begun, position FROM ids
    WHERE begun > 1 AND kind IN ('deal', 'case', 'dispute', 'purchase')
), placed AS (
    SELECT *, coalesce(position, (
        SELECT min(t.position) FROM timeline t
        WHERE t.client = found.id AND known(t.position, t.annulled_at, %(as_of)s))) AS first
    FROM found WHERE kind = ANY (%(kinds)s)
)
SELECT p.kind, p.what, p.id, p.near, NULL AS employee,
       CASE p.what WHEN 'client' THEN p.id END AS client, p.events,
       (SELECT e.occurred_at FROM entries e WHERE e.position = p.first) AS at,
       (SELECT e.precision FROM entries e WHERE e.position = p.first) AS precision,
       p.first AS position
FROM placed p

-- name: without
-- A return without a client is of the client of its purchase, and lacks none.
WITH gone AS MATERIALIZED (SELECT client, survivor FROM absorbed_at(%(as_of)s, %(on)s)
), work AS (
    SELECT CASE w.what WHEN 'return' THEN 'purchase' ELSE w.what END AS what, w.id, w.position,
           w.what = 'return' AS returned, coalesce(g.survivor, w.client) AS client
    FROM (
        SELECT 'deal' AS what, deal AS id, client, occurred_at AS at, position, annulled_at
        FROM deal_changes
        UNION ALL SELECT 'case', case_id, client, occurred_at, position, annulled_at
        FROM case_changes
        UNION ALL SELECT 'offer', offer, client, occurred_at, position, annulled_at
        FROM offer_changes
        UNION ALL SELECT 'task', task, client, occurred_at, position, annulled_at
        FROM task_changes
        UNION ALL SELECT 'purchase', purchase, client, occurred_at, position, annulled_at
        FROM purchases
        UNION ALL SELECT 'return', purchase, client, occurred_at, position, annulled_at
        FROM returns
        UNION ALL SELECT 'dispute', dispute, client, occurred_at, position, annulled_at
        FROM dispute_changes
    ) AS w LEFT JOIN gone g ON g.client = w.client
    WHERE known(w.position, w.annulled_at, %(as_of)s) AND coalesce(w.at, '-infinity') <= %(on)s
), things AS (
    SELECT what, id, min(client) AS client, max(client) AS other, count(*) AS events,
           min(position) AS position,
           coalesce(bool_and(client IS NULL) FILTER (WHERE NOT returned), min(client) IS NULL)
               AS lacking
    FROM work GROUP BY what, id
), found AS (
    SELECT 'no-client' AS kind, what, id, NULL AS near, NULL AS client, events, position
    FROM things WHERE lacking AND what <> 'task'
    UNION ALL
    SELECT 'two-clients', what, id, other, client, events, position FROM things
    WHERE client <> other
    UNION ALL
    SELECT 'no-client', replace(kind, '_', ' '), subject, NULL, NULL, 1, position
    FROM interactions
    WHERE client IS NULL AND (reach IS NOT NULL OR kind IN ('inquiry', 'touchpoint'))
      AND known(position, annulled_at, %(as_of)s) AND coalesce(occurred_at, '-infinity') <= %(on)s
)
SELECT f.kind, f.what, f.id, f.near,
       (SELECT e.performed_by FROM entries e WHERE e.position = f.position) AS employee,
       f.client, f.events,
       (SELECT e.occurred_at FROM entries e WHERE e.position = f.position) AS at,
       (SELECT e.precision FROM entries e WHERE e.position = f.position) AS precision, f.position
FROM found f WHERE f.kind = ANY (%(kinds)s)

-- name: backwards
WITH ends AS (
    -- apart: what several have the same id in
    SELECT 'deal' AS what, deal AS id, '' AS apart, change = 'opened' AS begins,
           occurred_at AS at, precision, position, annulled_at, client, performed_by
    FROM deal_changes
    UNION ALL SELECT 'case', case_id, '', change = 'opened', occurred_at, precision, position,
           annulled_at, client, performed_by
    FROM case_changes
    UNION ALL SELECT 'offer', offer, '', change = 'sent', occurred_at, precision, position, annulled_at,
           client, performed_by
    FROM offer_changes
    UNION ALL SELECT 'task', task, '', change = 'assigned', occurred_at, precision, position,
           annulled_at, client, performed_by
    FROM task_changes
    UNION ALL SELECT 'dispute', dispute, '', change = 'opened', occurred_at, precision, position,
           annulled_at, client, NULL
    FROM dispute_changes
    UNION ALL SELECT 'employee', employee, '', change = 'hired', effective_at, precision, position,
           annulled_at, NULL, employee
    FROM employment_changes WHERE change IN ('hired', 'departed')
    UNION ALL SELECT 'purchase', purchase, '', true, occurred_at, precision, position, annulled_at,
           client, performed_by
    FROM purchases p WHERE EXISTS (SELECT FROM returns r WHERE r.purchase = p.purchase)
    UNION ALL SELECT 'purchase', purchase, '', false, occurred_at, precision, position,
           annulled_at, client, performed_by
    FROM returns
    UNION ALL SELECT 'contact person', contact, '', change = 'added', occurred_at, precision,
           position, annulled_at, client, NULL
    FROM person_changes WHERE change IN ('added', 'left')
    UNION ALL SELECT 'reservation', client, coalesce(to_employee, from_employee, ''),
           change = 'reserved', effective_at, precision, position, annulled_at, client,
           coalesce(to_employee, from_employee)
    FROM ownership_changes WHERE change IN ('reserved', 'expired')
    UNION ALL SELECT 'team member', employee, client, change = 'added', occurred_at, precision,
           position, annulled_at, client, employee
    FROM team_changes
    UNION ALL SELECT 'conflict', employee, client, change = 'reported', occurred_at, precision,
           position, annulled_at, client, employee
    FROM conflict_changes
    UNION ALL SELECT 'role', role, concat(employee, ' ', scope), change = 'granted', occurred_at,
           precision, position, annulled_at, NULL, employee
    FROM role_changes
    UNION ALL SELECT 'merge', absorbed, survivor, change = 'merged', occurred_at, precision,
           position, annulled_at, absorbed, NULL
    FROM merges
), begun AS (
    SELECT what, id, apart, min(coalesce(at, '-infinity')) AS at FROM ends
    WHERE begins AND known(position, annulled_at, %(as_of)s)
      AND coalesce(at, '-infinity') <= %(on)s
    GROUP BY what, id, apart
)
SELECT 'ends-first' AS kind, e.what, e.id, NULL AS near, min(e.performed_by) AS employee,
       min(e.client) AS client, count(*) AS events, min(e.at) AS at,
       (array_agg(e.precision ORDER BY e.at, e.position))[1] AS precision,
       min(e.position) AS position
FROM ends e JOIN begun b ON b.what = e.what AND b.id = e.id AND b.apart = e.apart
WHERE NOT e.begins AND known(e.position, e.annulled_at, %(as_of)s) AND e.at <= %(on)s
  AND last_moment(e.at, e.precision, %(zone)s) < b.at
GROUP BY e.what, e.id, e.apart

-- name: annulled
-- The target is found when the annulment is unfolded: an event before it that is no annulment.
SELECT 'annuls-nothing' AS kind, a.event_type AS what, a.event_id::text AS id, NULL AS near,
       NULL AS employee, NULL AS client, 1 AS events, NULL::timestamptz AS at, NULL AS precision,
       a.position
FROM annulments a
WHERE a.target IS NULL AND known(a.position, a.annulled_at, %(as_of)s)

-- name: returned
WITH given AS (
    SELECT r.purchase, coalesce(r.currency, p.currency, '') AS currency,
           min(r.performed_by) AS employee,
           min(r.client) AS client, sum(r.amount) AS amount, count(*) AS events,
           (array_agg(r.occurred_at ORDER BY r.position))[1] AS at,
           (array_agg(r.precision ORDER BY r.position))[1] AS precision, min(r.position) AS position
    FROM returns r LEFT JOIN LATERAL (
        -- As purchases_of() finds it, but also one dated after its return.
        SELECT currency FROM purchases p
        WHERE p.purchase = r.purchase AND known(p.position, p.annulled_at, %(as_of)s)
          AND coalesce(p.occurred_at, '-infinity') <= %(on)s
        ORDER BY p.client IS DISTINCT FROM r.client, coalesce(p.occurred_at, '-infinity'),
                 p.position LIMIT 1
    ) AS p ON r.currency IS NULL
    WHERE known(r.position, r.annulled_at, %(as_of)s)
      AND coalesce(r.occurred_at, '-infinity') <= %(on)s
    GROUP BY 1, 2
)
SELECT 'returned-more' AS kind, 'purchase' AS what, g.purchase AS id, NULL AS near, g.employee,
       g.client, g.events, g.at, g.precision, g.position
FROM given g JOIN LATERAL (
    SELECT sum(p.amount) FILTER (WHERE coalesce(p.currency, '') = g.currency) AS amount
    FROM purchases p
    WHERE p.purchase = g.purchase AND known(p.position, p.annulled_at, %(as_of)s)
      AND coalesce(p.occurred_at, '-infinity') <= %(on)s
    HAVING count(*) > 0
) AS bought ON g.amount > coalesce(bought.amount, 0)

-- name: acted
WITH spells AS MATERIALIZED (
    SELECT * FROM employed(%(as_of)s, %(zone)s)
), acts AS (
    SELECT a.performed_by, a.position, a.occurred_at, a.precision FROM entries a
    WHERE a.occurred_at <= %(on)s AND known(a.position, a.annulled_at, %(as_of)s)
      AND a.performed_by IN (SELECT employee FROM spells)
      AND NOT EXISTS (
          SELECT FROM spells s
          WHERE s.employee = a.performed_by
            AND s.from_at <= last_moment(a.occurred_at, a.precision, %(zone)s)
            AND a.occurred_at <= s.to_at)
)
SELECT 'not-employed' AS kind, 'act' AS what, performed_by AS id, NULL AS near,
       performed_by AS employee, NULL AS client, count(*) AS events, min(occurred_at) AS at,
       (array_agg(precision ORDER BY occurred_at, position))[1] AS precision,
       (array_agg(position ORDER BY occurred_at, position))[1] AS position
FROM acts GROUP BY performed_by

-- name: given
WITH spells AS MATERIALIZED (
    SELECT * FROM employed(%(as_of)s, %(zone)s)
), given AS (
    SELECT 'client' AS what, client AS id, to_employee AS employee, client, effective_at AS at,
           precision, position, annulled_at
    FROM ownership_changes WHERE to_employee IS NOT NULL AND change <> 'expired'
    UNION ALL SELECT 'deal', deal, holder, client, occurred_at, precision, position, annulled_at
    FROM deal_changes WHERE holder IS NOT NULL
    UNION ALL SELECT 'task', task, assignee, client, occurred_at, precision, position, annulled_at
    FROM task_changes WHERE assignee IS NOT NULL
    UNION ALL SELECT 'case', case_id, holder, NULL, occurred_at, precision, position, annulled_at
    FROM case_holdings WHERE track = 'person' AND holder IS NOT NULL
)
SELECT 'not-employed' AS kind, g.what, g.id, NULL AS near, g.employee, min(g.client) AS client,
       count(*) AS events, min(g.at) AS at,
       (array_agg(g.precision ORDER BY g.at, g.position))[1] AS precision,
       min(g.position) AS position
FROM given g
WHERE g.at <= %(on)s AND known(g.position, g.annulled_at, %(as_of)s)
  AND g.employee IN (SELECT employee FROM spells)
  AND NOT EXISTS (
      SELECT FROM spells s
      WHERE s.employee = g.employee AND s.from_at <= last_moment(g.at, g.precision, %(zone)s)
        AND g.at <= s.to_at)
GROUP BY g.what, g.id, g.employee

-- name: left_open
SELECT 'left-open' AS kind, w.what, w.id, NULL AS near, w.employee, w.client, w.events,
       w.departed_at AS at, w.departed_precision AS precision, w.position
FROM left_open(%(as_of)s, %(on)s) w

-- name: begun
SELECT DISTINCT m.id FROM mentions() m
WHERE m.kind = %(kind)s AND m.part = 'begins' AND known(m.position, m.annulled_at, %(as_of)s)

-- name: counted
SELECT f.kind, count(*) AS found FROM ({statement}) AS f GROUP BY f.kind
