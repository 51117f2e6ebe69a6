-- People: who worked where, and what the units were, at any time.

-- name: tables
CREATE TABLE unit_definitions (
    position     bigint NOT NULL,
    effective_at timestamptz,
    precision    text NOT NULL,
    unit         text NOT NULL,
    name         text NOT NULL,
    kind         text NOT NULL,
    parent       text,
    manager      text,
    annulled_at  annulled_position
);
CREATE TABLE employment_changes (
    position     bigint NOT NULL,
    effective_at timestamptz,
    precision    text NOT NULL,
    employee     text NOT NULL,
    change       text NOT NULL,
    unit         text,
    name         text,
    job          text,
    decided_at   timestamptz,
    annulled_at  annulled_position
);
CREATE TABLE absences (
    position    bigint NOT NULL,
    employee    text NOT NULL,
    first_day   date NOT NULL,
    last_day    date NOT NULL,
    substitute  text,
    annulled_at annulled_position
);
CREATE TABLE skills (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    precision   text NOT NULL,
    employee    text NOT NULL,
    field       text NOT NULL,
    value       text NOT NULL,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON unit_definitions (position);
CREATE INDEX ON employment_changes (position);
CREATE INDEX ON employment_changes (employee);
CREATE INDEX ON absences (position);
CREATE INDEX ON skills (position);

-- name: functions
-- Spells of every unit: from, to (half-open; from = -infinity where the time is unknown).
CREATE FUNCTION unit_spells(as_of bigint) RETURNS TABLE (
    unit text, name text, kind text, parent text, manager text,
    from_at timestamptz, from_position bigint, to_at timestamptz, to_position bigint
) LANGUAGE sql STABLE AS $$
    SELECT u.unit, u.name, u.kind, u.parent, u.manager,
           coalesce(u.effective_at, '-infinity'), u.position,
           lead(coalesce(u.effective_at, '-infinity'), 1, 'infinity') OVER one,
           lead(u.position, 1, 9223372036854775807) OVER one
    FROM unit_definitions u
    WHERE known(u.position, u.annulled_at, as_of)
    WINDOW one AS (PARTITION BY u.unit ORDER BY coalesce(u.effective_at, '-infinity'), u.position)
$$;

-- A unit and everything below it, as the tree stood at a time.
CREATE FUNCTION units_under(root text, as_of bigint, on_time timestamptz) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE tree AS (
        SELECT unit, parent FROM unit_spells(as_of) WHERE from_at <= on_time AND on_time < to_at
    ), below(unit) AS (
        SELECT root UNION SELECT t.unit FROM tree t JOIN below b ON t.parent = b.unit
    )
    SELECT unit FROM below
$$;

-- Every unit with each unit above it, and from when to when: as units_under, but upwards and at
-- all times at once. A circle of units ends, since no interval is found twice.
CREATE FUNCTION unit_chains(as_of bigint) RETURNS TABLE (
    unit text, above text, from_at timestamptz, to_at timestamptz
) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE spells AS MATERIALIZED (
        SELECT unit, parent, from_at, to_at FROM unit_spells(as_of)
        WHERE parent IS NOT NULL AND from_at < to_at
    ), chains(unit, above, from_at, to_at) AS (
        SELECT s.unit, s.parent, s.from_at, s.to_at FROM spells s
        UNION
        SELECT c.unit, s.parent, greatest(c.from_at, s.from_at), least(c.to_at, s.to_at)
        FROM chains c JOIN spells s
             ON s.unit = c.above AND s.from_at < c.to_at AND c.from_at < s.to_at
    )
    SELECT unit, above, from_at, to_at FROM chains
$$;

-- Spells of employment: one employee, one unit, from, to; none after a departure.
CREATE FUNCTION employment_spells(as_of bigint) RETURNS TABLE (
    employee text, unit text, change text,
    from_at timestamptz, from_position bigint, to_at timestamptz, to_position bigint
) LANGUAGE sql STABLE AS $$
    SELECT * FROM (
        SELECT e.employee, e.unit, e.change,
               coalesce(e.effective_at, '-infinity') AS from_at, e.position,
               lead(coalesce(e.effective_at, '-infinity'), 1, 'infinity') OVER one,
               lead(e.position, 1, 9223372036854775807) OVER one
        FROM employment_changes e
        WHERE known(e.position, e.annulled_at, as_of)
        WINDOW one AS (
            PARTITION BY e.employee ORDER BY coalesce(e.effective_at, '-infinity'), e.position)
    ) AS spells WHERE change <> 'departed'
$$;

-- The same from the first to the last moment: somebody who left on a date worked on that date.
CREATE FUNCTION employed(as_of bigint, zone text) RETURNS TABLE (
    employee text, from_at timestamptz, to_at timestamptz
) LANGUAGE sql STABLE AS $$
    SELECT s.employee, s.from_at, last_moment(s.to_at, e.precision, zone)
    FROM employment_spells(as_of) s LEFT JOIN employment_changes e ON e.position = s.to_position
$$;

-- Everybody employed up to a time: the latest name, job and unit, and whether they had left.
-- departed_at is NULL for those still here, and for those who left at an unknown time.
CREATE FUNCTION staff(as_of bigint, on_time timestamptz) RETURNS TABLE (
    employee text, name text, job text, unit text, hired_at timestamptz, hired_precision text,
    departed boolean, departed_at timestamptz, departed_precision text, departed_position bigint
) LANGUAGE sql STABLE AS $$
    SELECT employee, name, job, unit, hired_at, hired_precision, last_change = 'departed',
           CASE WHEN last_change = 'departed' THEN last_at END,
           CASE WHEN last_change = 'departed' THEN last_precision END,
           CASE WHEN last_change = 'departed' THEN last_position END
    FROM (
        SELECT e.employee,
               (array_agg(e.name ORDER BY at DESC, e.position DESC)
                   FILTER (WHERE e.name IS NOT NULL))[1] AS name,
               (array_agg(e.job ORDER BY at DESC, e.position DESC)
                   FILTER (WHERE e.job IS NOT NULL))[1] AS job,
               (array_agg(e.unit ORDER BY at DESC, e.position DESC)
                   FILTER (WHERE e.unit IS NOT NULL))[1] AS unit,
               min(e.effective_at) FILTER (WHERE e.change = 'hired') AS hired_at,
               (array_agg(e.precision ORDER BY at, e.position)
                   FILTER (WHERE e.change = 'hired'))[1] AS hired_precision,
               (array_agg(e.change ORDER BY at DESC, e.position DESC))[1] AS last_change,
               (array_agg(e.effective_at ORDER BY at DESC, e.position DESC))[1] AS last_at,
               (array_agg(e.precision ORDER BY at DESC, e.position DESC))[1] AS last_precision,
               (array_agg(e.position ORDER BY at DESC, e.position DESC))[1] AS last_position
        FROM employment_changes e, LATERAL (SELECT coalesce(e.effective_at, '-infinity') AS at) t
        WHERE known(e.position, e.annulled_at, as_of) AND at <= on_time
        GROUP BY e.employee
    ) AS latest
$$;

-- name: employees
SELECT s.employee, s.name, s.job, s.unit, u.name AS unit_name, u.manager, s.hired_at,
       s.hired_precision, s.departed, s.departed_at, s.departed_precision,
       n.change AS planned, n.unit AS planned_unit, n.effective_at AS planned_at
FROM staff(%(as_of)s, %(on)s) s
LEFT JOIN unit_spells(%(as_of)s) u ON u.unit = s.unit AND u.from_at <= %(on)s AND %(on)s < u.to_at
LEFT JOIN (
    -- The next change that was dated ahead.
    SELECT DISTINCT ON (e.employee) e.* FROM employment_changes e
    WHERE e.decided_at <= %(on)s AND e.effective_at > %(on)s
      AND known(e.position, e.annulled_at, %(as_of)s)
    ORDER BY e.employee, e.effective_at, e.position
) AS n ON n.employee = s.employee
WHERE (%(unit)s::text IS NULL OR s.unit IN (SELECT units_under(%(unit)s, %(as_of)s, %(on)s)))
ORDER BY s.employee

-- name: units_then
SELECT unit, name, kind, parent, manager FROM unit_spells(%(as_of)s)
WHERE from_at <= %(on)s AND %(on)s < to_at
ORDER BY unit

-- name: employments
SELECT employee, change, unit, job, effective_at, precision FROM employment_changes
WHERE known(position, annulled_at, %(as_of)s)
ORDER BY employee, coalesce(effective_at, '-infinity'), position

-- name: absences
SELECT employee, first_day, last_day FROM absences
WHERE known(position, annulled_at, %(as_of)s)
  AND first_day < %(until)s AND last_day >= %(since)s
ORDER BY employee, first_day

-- name: managed
SELECT s.employee FROM staff(%(as_of)s, %(on)s) s
WHERE s.unit IN (
    SELECT units_under(u.unit, %(as_of)s, %(on)s) FROM unit_spells(%(as_of)s) u
    WHERE u.manager = %(manager)s AND u.from_at <= %(on)s AND %(on)s < u.to_at)
ORDER BY s.employee
