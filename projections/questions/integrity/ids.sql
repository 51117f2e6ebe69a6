-- Whether an id is known. The function `mentions` is that of mentions.sql.

-- name: known
SELECT EXISTS (
    SELECT FROM mentions() m
    WHERE m.kind = %(kind)s AND m.id = %(id)s AND m.position <= %(as_of)s
      AND (m.part <> 'named' OR %(kind)s IN ('employee', 'unit', 'client'))
) AS found

-- name: ids
SELECT DISTINCT m.id FROM mentions() m
WHERE m.kind = %(kind)s AND known(m.position, m.annulled_at, %(as_of)s)
  AND (m.part <> 'named' OR %(kind)s IN ('employee', 'unit', 'client'))
ORDER BY m.id

-- name: quick_employee
SELECT EXISTS (SELECT FROM employment_changes
               WHERE employee = %(id)s AND position <= %(as_of)s) AS found

-- name: quick_client
SELECT EXISTS (SELECT FROM timeline WHERE client = %(id)s AND position <= %(as_of)s) AS found

-- name: quick_deal
SELECT EXISTS (SELECT FROM deal_changes WHERE deal = %(id)s AND position <= %(as_of)s) AS found

-- name: quick_case
SELECT EXISTS (SELECT FROM case_changes WHERE case_id = %(id)s AND position <= %(as_of)s) AS found

-- name: quick_unit
SELECT EXISTS (SELECT FROM unit_definitions
               WHERE unit = %(id)s AND position <= %(as_of)s) AS found
