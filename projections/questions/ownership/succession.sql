-- The facts that a plan for the clients of one employee is based on. The tables are those of people.sql,
-- ownership.sql, clients.sql and merges.sql. The surviving id determines the owner.

-- name: owned
-- The latest event about a field counts, under whichever id, as in card.sql.
WITH gone AS MATERIALIZED (
    SELECT g.client, g.survivor FROM absorbed_at(%(as_of)s, %(on)s) g
), said AS (
    SELECT DISTINCT ON (coalesce(g.survivor, f.client)) coalesce(g.survivor, f.client) AS client,
           f.change, f.value
    FROM fact_changes f LEFT JOIN gone g ON g.client = f.client
    WHERE f.field = %(field)s AND f.change <> 'confirmed'
      AND known(f.position, f.annulled_at, %(as_of)s)
      AND coalesce(f.occurred_at, '-infinity') <= %(on)s
    ORDER BY coalesce(g.survivor, f.client), coalesce(f.occurred_at, '-infinity') DESC,
             f.position DESC
), barred AS (
    SELECT client, array_agg(DISTINCT employee) AS employees FROM contacts_barred
    WHERE known(position, annulled_at, %(as_of)s) AND coalesce(occurred_at, '-infinity') <= %(on)s
      AND coalesce(until, 'infinity') > %(on)s
    GROUP BY client
)
SELECT s.client, CASE WHEN f.change = 'recorded' THEN f.value END AS value,
       coalesce(b.employees, '{}') AS barred
FROM owner_spells_at(%(as_of)s) s
LEFT JOIN said f ON f.client = s.client
LEFT JOIN barred b ON b.client = s.client
WHERE s.owner = %(employee)s AND s.from_at <= %(on)s AND %(on)s < s.to_at
  AND s.client NOT IN (SELECT client FROM gone)
ORDER BY s.client COLLATE "C"

-- name: present
WITH load AS (
    SELECT owner, count(*) AS clients FROM owner_spells_at(%(as_of)s)
    WHERE owner IS NOT NULL AND from_at <= %(on)s AND %(on)s < to_at
      AND client NOT IN (SELECT g.client FROM absorbed_at(%(as_of)s, %(on)s) g)
    GROUP BY owner
), skilled AS (
    SELECT employee, array_agg(DISTINCT value) AS values FROM skills
    WHERE field = %(field)s AND known(position, annulled_at, %(as_of)s)
      AND coalesce(occurred_at, '-infinity') <= %(on)s
    GROUP BY employee
)
SELECT p.employee, p.unit, coalesce(l.clients, 0) AS clients, coalesce(k.values, '{}') AS skills
FROM staff(%(as_of)s, %(on)s) p
LEFT JOIN load l ON l.owner = p.employee
LEFT JOIN skilled k ON k.employee = p.employee
WHERE NOT p.departed AND (%(employees)s::text[] IS NULL OR p.employee = ANY (%(employees)s))
  AND (%(unit)s::text IS NULL OR p.unit IN (SELECT units_under(%(unit)s, %(as_of)s, %(on)s)))
ORDER BY p.employee COLLATE "C"

-- name: place
SELECT unit, departed FROM staff(%(as_of)s, %(on)s) WHERE employee = %(employee)s
