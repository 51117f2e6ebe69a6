-- Roles: who could do what. The staff and the units are those of people.sql.

-- name: tables
CREATE TABLE role_changes (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    precision   text NOT NULL,
    employee    text NOT NULL,
    role        text NOT NULL,
    scope       text,
    reach       text,
    change      text NOT NULL,
    until       timestamptz,
    recorded_by text NOT NULL,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON role_changes (position);
CREATE INDEX ON role_changes (employee);

-- name: roles
WITH last_words AS (
    SELECT DISTINCT ON (employee, role, scope, reach) *, coalesce(occurred_at, '-infinity') AS at
    FROM role_changes
    WHERE known(position, annulled_at, %(as_of)s) AND coalesce(occurred_at, '-infinity') <= %(on)s
      AND (%(employee)s::text IS NULL OR employee = %(employee)s)
      AND (%(role)s::text IS NULL OR role = %(role)s)
    ORDER BY employee, role, scope, reach, coalesce(occurred_at, '-infinity') DESC, position DESC
)
SELECT w.employee, p.name, p.unit, w.role, w.scope, w.reach,
       CASE WHEN w.scope IS NOT NULL THEN ARRAY(
           SELECT u FROM units_under(w.scope, %(as_of)s, %(on)s) u ORDER BY u COLLATE "C") END AS units,
       w.occurred_at AS since, w.precision, w.until, w.recorded_by, w.position
FROM last_words w LEFT JOIN staff(%(as_of)s, %(on)s) p ON p.employee = w.employee
WHERE w.change = 'granted' AND (w.until IS NULL OR %(on)s < w.until)
  AND p.departed IS NOT TRUE
  AND NOT EXISTS (
      SELECT FROM employment_changes e
      WHERE e.employee = w.employee AND e.change = 'departed'
        AND known(e.position, e.annulled_at, %(as_of)s)
        AND (coalesce(e.effective_at, '-infinity'), e.position) > (w.at, w.position)
        AND coalesce(e.effective_at, '-infinity') <= %(on)s)
ORDER BY w.employee COLLATE "C", w.role COLLATE "C", w.scope COLLATE "C" NULLS FIRST,
         w.reach NULLS FIRST
