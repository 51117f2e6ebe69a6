-- Custody: the chain of owners of every client, and where it is broken. The tables are those of
-- ownership.sql and people.sql.

-- name: chain
SELECT nullif(s.from_at, '-infinity') AS from_at, s.precision AS from_precision,
       CASE WHEN e.position IS NOT NULL THEN finite(s.to_at) END AS to_at,
       e.precision AS to_precision, s.owner, s.kind, c.change, c.from_employee, c.reason, c.recorded_by, c.position, c.event_id
FROM owner_spells_at(%(as_of)s) s
JOIN ownership_changes c ON c.position = s.from_position AND c.client = s.client
-- What ends it later is known only if it had been decided before.
LEFT JOIN ownership_changes e ON e.position = s.to_position AND e.client = s.client
                             AND (s.to_at <= %(on)s OR e.decided_at <= %(on)s)
WHERE s.client = %(client)s AND s.from_at <= %(on)s
ORDER BY s.from_at, s.from_position

-- name: breaches
WITH spells AS MATERIALIZED (
    SELECT s.*, lead(s.from_at) OVER one AS next_at, lead(s.from_position) OVER one AS next_position
    FROM owner_spells_at(%(as_of)s) s
    WHERE (%(client)s::text IS NULL OR s.client = %(client)s)
    WINDOW one AS (PARTITION BY s.client ORDER BY s.from_at, s.from_position)
), changes AS MATERIALIZED (
    -- What is dated by a day is judged where it holds last.
    SELECT DISTINCT ON (client, position) * FROM (
        SELECT c.*, lag(c.state) OVER one AS before, lag(c.position) OVER one AS before_position
        FROM (
            SELECT o.*, owner_state(o.change, o.from_employee, o.to_employee) OVER (
                       PARTITION BY o.client ORDER BY o.at, o.position) AS state
            FROM ownership_steps(%(as_of)s) o
            WHERE %(client)s::text IS NULL OR o.client = %(client)s
        ) c WINDOW one AS (PARTITION BY c.client ORDER BY c.at, c.position)
    ) AS steps ORDER BY client, position, at DESC
), found AS (
    -- The last interval must be open; any other must end where the next one begins.
    SELECT client, CASE
               WHEN (to_at, to_position) < (from_at, from_position) THEN 'reversed'
               WHEN (to_at, to_position) > (coalesce(next_at, 'infinity'),
                   coalesce(next_position, 9223372036854775807)) THEN 'overlap'
               ELSE 'gap' END AS what,
           from_at, to_at, owner, NULL AS named,
           array_remove(ARRAY[from_position, next_position], NULL) AS positions
    FROM spells
    WHERE (to_at, to_position) <> (
        coalesce(next_at, 'infinity'), coalesce(next_position, 9223372036854775807))
       OR (to_at, to_position) < (from_at, from_position)
    UNION ALL
    SELECT c.client, 'missing', min(c.at), 'infinity', NULL, NULL, array_agg(c.position)
    FROM changes c WHERE c.client NOT IN (SELECT client FROM spells) GROUP BY c.client
    UNION ALL
    SELECT client, 'unknown owner', from_at, to_at, owner, owner, ARRAY[from_position] FROM spells
    WHERE owner NOT IN (
        SELECT e.employee FROM employment_changes e
        WHERE known(e.position, e.annulled_at, %(as_of)s))
    UNION ALL
    -- A change that names no giver is not a breach: it makes no statement about them. One that was
    -- planned names the owner of that time; what was recorded after it may have come before it.
    SELECT client, 'wrong giver', at, NULL, before[1], from_employee,
           array_remove(ARRAY[before_position, position], NULL)
    FROM changes c
    WHERE from_employee IS NOT NULL AND before[1] IS DISTINCT FROM from_employee
      AND NOT (before_position > position AND EXISTS (
          SELECT FROM ownership_changes p
          WHERE p.position = c.position AND p.client = c.client AND p.decided_at IS NOT NULL))
    UNION ALL
    SELECT client, 'contradiction', at, NULL, before[1], coalesce(to_employee, from_employee),
           array_remove(ARRAY[before_position, position], NULL)
    FROM changes
    WHERE (change = 'reserved' AND before[1] <> to_employee)
       OR (change = 'expired' AND before = ARRAY[from_employee, 'curator'])
    UNION ALL
    -- The access policy let it through.
    SELECT client, 'without right', coalesce(occurred_at, '-infinity'), NULL, NULL, employee,
           ARRAY[position]
    FROM access_rulings
    WHERE NOT refused AND known(position, annulled_at, %(as_of)s)
      AND client IS NOT NULL AND (%(client)s::text IS NULL OR client = %(client)s)
)
SELECT f.client, f.what, nullif(f.from_at, '-infinity') AS from_at,
       CASE WHEN f.to_at <= %(on)s THEN finite(f.to_at) END AS to_at, f.owner, f.named, f.positions,
       ARRAY(SELECT c.event_id::text FROM ownership_changes c
             WHERE c.position = ANY (f.positions) ORDER BY c.position) AS event_ids
FROM found f WHERE f.from_at <= %(on)s
ORDER BY f.client COLLATE "C", f.from_at, f.what
