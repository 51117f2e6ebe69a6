-- The clients that anybody owns, and those whose owner has left. The tables are those of
-- clients.sql, timeline.sql, ownership.sql, people.sql and merges.sql. An absorbed id is not listed
-- apart: its contacts count for the client that it is part of.

-- name: clients
WITH owned AS (
    SELECT s.client, s.owner, s.kind, s.from_at, s.precision FROM owner_spells_at(%(as_of)s) s
    WHERE s.from_at <= %(on)s AND %(on)s < s.to_at AND s.owner IS NOT NULL
      AND (%(owner)s::text IS NULL OR s.owner = %(owner)s)
), gone AS MATERIALIZED (
    SELECT g.client, g.survivor FROM absorbed_at(%(as_of)s, %(on)s) g
), joined AS (
    SELECT g.survivor AS client, array_agg(g.client) AS ids, min(x.first_at) AS first_at,
           max(x.last_contact_at) AS last_contact_at, max(x.last_two_way_at) AS last_two_way_at,
           sum(x.contacts)::bigint AS contacts
    FROM gone g, LATERAL (
        SELECT * FROM client_activity_at(%(as_of)s, %(on)s) s WHERE s.client = g.client OFFSET 0
    ) x GROUP BY g.survivor
)
SELECT a.client, i.name, i.kind, i.status,
       t.since, told.since AS since_precision,
       o.owner, p.name AS owner_name, p.unit AS owner_unit, o.kind AS owner_kind,
       nullif(o.from_at, '-infinity') AS owner_since, o.precision AS owner_since_precision,
       t.last_contact_at, told.contact AS last_contact_precision,
       t.last_two_way_at, told.two_way AS last_two_way_precision,
       a.contacts + coalesce(j.contacts, 0) AS contacts,
       n.to_employee AS planned_owner, n.effective_at AS planned_at
FROM client_activity_at(%(as_of)s, %(on)s) a
LEFT JOIN client_identities_at(%(as_of)s, %(on)s) i ON i.client = a.client
LEFT JOIN joined j ON j.client = a.client
LEFT JOIN owned o ON o.client = a.client
LEFT JOIN next_changes(%(as_of)s, %(on)s) n ON n.client = a.client
LEFT JOIN staff(%(as_of)s, %(on)s) p ON p.employee = o.owner
CROSS JOIN LATERAL (
    SELECT nullif(coalesce(i.status_at, least(a.first_at, j.first_at)), '-infinity') AS since,
           nullif(greatest(a.last_contact_at, j.last_contact_at), '-infinity') AS last_contact_at,
           nullif(greatest(a.last_two_way_at, j.last_two_way_at), '-infinity') AS last_two_way_at
) AS t
LEFT JOIN LATERAL (
    SELECT min(x.precision) FILTER (WHERE x.occurred_at = t.since) AS since,
           min(x.precision) FILTER (WHERE x.occurred_at = t.last_contact_at
                                    AND x.reach IS NOT NULL) AS contact,
           min(x.precision) FILTER (WHERE x.occurred_at = t.last_two_way_at
                                    AND x.reach = 'two_way') AS two_way
    FROM timeline x
    WHERE x.client = ANY (array_append(j.ids, a.client))
      AND x.occurred_at = ANY (ARRAY[t.since, t.last_contact_at, t.last_two_way_at])
      AND (may_be_a_date(t.since) OR may_be_a_date(t.last_contact_at)
           OR may_be_a_date(t.last_two_way_at))
      AND x.type <> 'event.annulled' AND known(x.position, x.annulled_at, %(as_of)s)
) AS told ON true
WHERE a.client NOT IN (SELECT g.client FROM gone g)
  AND (%(owner)s::text IS NULL OR o.owner IS NOT NULL)
  AND (%(unit)s::text IS NULL
       OR p.unit IN (SELECT units_under(%(unit)s, %(as_of)s, %(on)s)))
  AND (%(search)s::text IS NULL OR strpos(i.folded, %(search)s) > 0
       OR a.client = %(search_id)s
       OR a.client IN (
           SELECT g.survivor FROM gone g, LATERAL (
               SELECT n.folded FROM client_identities_at(%(as_of)s, %(on)s) n
               WHERE n.client = g.client OFFSET 0
           ) n WHERE strpos(n.folded, %(search)s) > 0
           UNION SELECT g.survivor FROM gone g WHERE g.client = %(search_id)s))
-- Letter by letter, the same in every database: ё stands with е.
ORDER BY replace(i.folded, 'ё', 'е') COLLATE "C" NULLS LAST, i.folded COLLATE "C",
         a.client COLLATE "C"

-- name: portfolio
-- All look-ups are of a client at a time, by the index: OFFSET 0 and LIMIT keep them so.
WITH owned AS MATERIALIZED (
    SELECT * FROM portfolio_at(%(employee)s, %(as_of)s, %(on)s)
), gone AS MATERIALIZED (
    SELECT g.client, g.survivor FROM absorbed_at(%(as_of)s, %(on)s) g
), joined AS (
    SELECT o.client, array_agg(g.client) AS ids, max(x.occurred_at) AS last_contact_at
    FROM owned o JOIN gone g ON g.survivor = o.client, LATERAL (
        SELECT t.occurred_at FROM timeline t
        WHERE t.client = g.client AND t.reach IS NOT NULL AND t.occurred_at <= %(on)s
          AND known(t.position, t.annulled_at, %(as_of)s)
        ORDER BY t.occurred_at DESC LIMIT 1) x
    GROUP BY o.client
)
SELECT o.client, i.name, o.kind, nullif(o.from_at, '-infinity') AS since, o.precision,
       t.last_contact_at, told.precision AS last_contact_precision,
       o.from_position AS position, n.to_employee AS planned_owner, n.effective_at AS planned_at
FROM owned o
LEFT JOIN next_changes(%(as_of)s, %(on)s) n ON n.client = o.client
LEFT JOIN joined j ON j.client = o.client
LEFT JOIN LATERAL (
    SELECT s.name, s.folded FROM client_steps s
    WHERE s.client = o.client AND s.name IS NOT NULL
      AND known(s.position, s.annulled_at, %(as_of)s)
      AND coalesce(s.occurred_at, '-infinity') <= %(on)s
    ORDER BY coalesce(s.occurred_at, '-infinity') DESC, s.position DESC LIMIT 1) i ON true
LEFT JOIN LATERAL (
    SELECT t.occurred_at AS last_contact_at FROM timeline t
    WHERE t.client = o.client AND t.reach IS NOT NULL AND t.occurred_at <= %(on)s
      AND known(t.position, t.annulled_at, %(as_of)s)
    ORDER BY t.occurred_at DESC LIMIT 1) a ON true
CROSS JOIN LATERAL (
    SELECT greatest(a.last_contact_at, j.last_contact_at) AS last_contact_at
) AS t
CROSS JOIN LATERAL contact_known_to(
    array_append(j.ids, o.client), t.last_contact_at, %(as_of)s) AS told
WHERE o.client NOT IN (SELECT g.client FROM gone g)
ORDER BY i.folded COLLATE "C" NULLS LAST, o.client COLLATE "C"

-- name: orphans
-- A client is an orphan from the departure, or from when somebody who had left came to own it.
WITH gone AS MATERIALIZED (
    SELECT g.client, g.survivor FROM absorbed_at(%(as_of)s, %(on)s) g
), joined AS (
    SELECT g.survivor AS client, array_agg(g.client) AS ids,
           max(x.last_contact_at) AS last_contact_at
    FROM gone g, LATERAL (
        SELECT * FROM client_activity_at(%(as_of)s, %(on)s) s WHERE s.client = g.client OFFSET 0
    ) x GROUP BY g.survivor
)
SELECT s.client, i.name, s.owner AS former_owner, d.name AS former_owner_name, d.unit,
       nullif(since.at, '-infinity') AS since, since.precision,
       (%(on)s AT TIME ZONE %(zone)s)::date
           - (nullif(since.at, '-infinity') AT TIME ZONE %(zone)s)::date AS days,
       t.last_contact_at, told.precision AS last_contact_precision
FROM staff(%(as_of)s, %(on)s) d
JOIN owner_spells_at(%(as_of)s) s ON s.owner = d.employee
JOIN ownership_changes c ON c.position = s.from_position
LEFT JOIN client_identities_at(%(as_of)s, %(on)s) i ON i.client = s.client
LEFT JOIN client_activity_at(%(as_of)s, %(on)s) a ON a.client = s.client
LEFT JOIN joined j ON j.client = s.client,
LATERAL (
    SELECT greatest(s.from_at, coalesce(d.departed_at, '-infinity')) AS at,
           CASE WHEN s.from_at > coalesce(d.departed_at, '-infinity') THEN c.precision
                ELSE d.departed_precision END AS precision
) AS since
CROSS JOIN LATERAL (
    SELECT nullif(greatest(a.last_contact_at, j.last_contact_at), '-infinity') AS last_contact_at
) AS t
CROSS JOIN LATERAL contact_known_to(
    array_append(j.ids, s.client), t.last_contact_at, %(as_of)s) AS told
WHERE d.departed AND s.from_at <= %(on)s AND %(on)s < s.to_at
  AND s.client NOT IN (SELECT g.client FROM gone g)
ORDER BY since.at, s.client COLLATE "C"

-- name: departures
-- One that passed on at the very moment of the departure, but was recorded after it, is placed then.
WITH orphaned AS (
    SELECT d.employee, s.client, s.to_at, s.to_position,
           extract(epoch FROM least(s.to_at, %(on)s)
               - greatest(s.from_at, d.departed_at)) / 3600 AS hours
    FROM staff(%(as_of)s, %(on)s) d
    JOIN owner_spells_at(%(as_of)s) s ON s.owner = d.employee
    WHERE d.departed AND s.from_at <= %(on)s AND s.from_at < s.to_at
      AND (s.to_at, s.to_position) > (coalesce(d.departed_at, '-infinity'), d.departed_position)
      AND s.client NOT IN (SELECT g.client FROM absorbed_at(%(as_of)s, %(on)s) g)
), each AS (
    SELECT employee, client, sum(hours) AS hours, max(to_at) AS to_at,
           (array_agg(to_position ORDER BY to_at DESC, to_position DESC))[1] AS to_position
    FROM orphaned GROUP BY employee, client
)
SELECT d.employee, d.name, d.unit, d.departed_at, d.departed_precision,
       count(e.client) AS clients,
       count(e.client) FILTER (WHERE e.to_at <= %(on)s AND n.owner IS NOT NULL) AS placed,
       count(e.client) FILTER (WHERE e.to_at <= %(on)s AND n.owner IS NULL) AS pool,
       count(e.client) FILTER (WHERE e.to_at > %(on)s) AS orphans,
       round(sum(e.hours), 1) AS orphan_hours, round(avg(e.hours), 1) AS mean_hours,
       round(max(e.hours), 1) AS longest_hours,
       coalesce(max(w.deals), '{}') AS open_deals, coalesce(max(w.tasks), '{}') AS open_tasks,
       coalesce(max(w.cases), '{}') AS open_cases
FROM staff(%(as_of)s, %(on)s) d
LEFT JOIN each e ON e.employee = d.employee
LEFT JOIN owner_spells_at(%(as_of)s) n
    ON n.client = e.client AND n.from_at = e.to_at AND n.from_position = e.to_position
LEFT JOIN (
    SELECT employee, array_agg(id ORDER BY id COLLATE "C") FILTER (WHERE what = 'deal') AS deals,
           array_agg(id ORDER BY id COLLATE "C") FILTER (WHERE what = 'task') AS tasks,
           array_agg(id ORDER BY id COLLATE "C") FILTER (WHERE what = 'case') AS cases
    FROM left_open(%(as_of)s, %(on)s) GROUP BY employee
) AS w ON w.employee = d.employee
WHERE d.departed
GROUP BY d.employee, d.name, d.unit, d.departed_at, d.departed_precision
ORDER BY d.departed_at DESC NULLS LAST, d.employee COLLATE "C"
