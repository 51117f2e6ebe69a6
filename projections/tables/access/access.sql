-- Access: who may see and decide, and what was decided without the right. The employments and units
-- are those of people.sql.

-- name: tables
CREATE TABLE access_changes (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    recorded_at  timestamptz NOT NULL,
    type         text NOT NULL,
    login        text NOT NULL,
    performed_by text,
    subject      text NOT NULL,
    value        text,
    place        text,
    reach        text,
    until        timestamptz,
    logins       text[] NOT NULL,
    annulled_at  annulled_position
);
CREATE TABLE access_rulings (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    precision   text NOT NULL,
    client      text,
    employee    text,
    decision    text NOT NULL,
    rule        text NOT NULL,
    refused     boolean NOT NULL,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON access_changes (position);
CREATE INDEX ON access_rulings (position);

-- name: steps
SELECT position, occurred_at AS at, recorded_at, type, login, performed_by, subject, value, place,
       reach, until, logins
FROM access_changes WHERE known(position, annulled_at, %(as_of)s)
UNION ALL
SELECT position, effective_at, NULL,
       CASE change WHEN 'departed' THEN 'employee.departed' ELSE 'employee.moved' END,
       '', NULL, employee, NULL, unit, NULL, NULL, '{}'
FROM employment_changes WHERE known(position, annulled_at, %(as_of)s)
UNION ALL
SELECT position, effective_at, NULL, 'org_unit.defined', '', NULL, unit, NULL, parent, NULL, NULL,
       '{}'
FROM unit_definitions WHERE known(position, annulled_at, %(as_of)s)
ORDER BY position

-- name: mode
SELECT value AS mode FROM access_changes
WHERE type = 'access_policy.published' AND known(position, annulled_at, %(as_of)s)
ORDER BY position DESC LIMIT 1

-- name: login
SELECT session_user::text
