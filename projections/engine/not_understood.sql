-- Events that could not be understood; see not_understood.py.

-- name: tables
CREATE TABLE not_understood (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    type         text NOT NULL,
    version      smallint NOT NULL,
    reason       text NOT NULL,
    client       text,
    performed_by text,
    recorded_by  text NOT NULL,
    annulled_at  annulled_position
);

-- name: indexes
CREATE INDEX ON not_understood (position);

-- name: not_understood
-- What the body may not say, the ledger's columns do.
UPDATE not_understood n SET client = e.client, performed_by = e.performed_by
FROM events e
WHERE e.position = n.position AND n.position > %(after)s AND n.position <= %(upto)s

-- name: exists
-- Tables that an older version of this program built have none of this name.
SELECT to_regclass('not_understood') IS NOT NULL

-- name: concerning
-- A day's leeway: a date may begin later in the zone of the question.
SELECT position, type, reason FROM not_understood
WHERE known(position, annulled_at, %(as_of)s)
  AND coalesce(occurred_at, '-infinity') - interval '1 day' <= %(on)s
  AND (%(clients)s::text[] IS NULL OR client IS NULL OR client = ANY (%(clients)s))
ORDER BY position

-- name: listed
-- Annulled ones concern nobody any longer.
SELECT position, type, reason FROM not_understood
WHERE annulled_at = 9223372036854775807 ORDER BY position
