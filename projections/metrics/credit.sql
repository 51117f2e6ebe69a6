-- Credit: who is credited for a client, from when to when, and with what weight (NULL: with the whole
-- event). One statement a mode; grouped_evidence.sql takes in the one that a question needs.
-- Half-open: (from_at, from_position) <= (time, position) < (to_at, to_position).

-- name: owner_at_event
SELECT client, owner, NULL::numeric AS weight, from_at, from_position, to_at, to_position
FROM owner_spells_at(%(as_of)s)

-- name: performer
SELECT client, owner, NULL::numeric AS weight, from_at, from_position, to_at, to_position
FROM owner_spells WHERE false

-- name: first_claimant
-- From the claim on: a claim made today changes no past figure. A reservation of a client that had
-- an owner already is not a claim.
SELECT DISTINCT ON (client) client, owner, NULL::numeric AS weight, from_at, from_position,
       'infinity'::timestamptz AS to_at, 9223372036854775807 AS to_position
FROM owner_spells_at(%(as_of)s) WHERE owner IS NOT NULL
ORDER BY client, from_at, from_position

-- name: split
WITH changes AS (
    SELECT client, owner, from_at, from_position,
           lead(from_at, 1, 'infinity') OVER one AS to_at,
           lead(from_position, 1, 9223372036854775807) OVER one AS to_position,
           lag(owner) OVER one AS former
    FROM (SELECT *, lag(owner) OVER (PARTITION BY client ORDER BY from_at, from_position) AS before,
                 row_number() OVER (PARTITION BY client ORDER BY from_at, from_position) AS nth
          FROM owner_spells_at(%(as_of)s)) AS spells
    WHERE nth = 1 OR owner IS DISTINCT FROM before
    WINDOW one AS (PARTITION BY client ORDER BY from_at, from_position)
), windows AS (
    -- The window ends at (from_at + days, 0), which is before any event of that moment.
    SELECT *, former IS NOT NULL AND owner IS NOT NULL AND isfinite(from_at) AS divided,
           least(from_at + %(days)s::int * interval '24 hours', to_at) AS until,
           CASE WHEN from_at + %(days)s::int * interval '24 hours' <= to_at
                THEN 0 ELSE to_position END AS until_position
    FROM changes
)
SELECT client, former AS owner, %(share)s::numeric AS weight, from_at, from_position,
       until AS to_at, until_position AS to_position
FROM windows WHERE divided
UNION ALL
SELECT client, owner, 1 - %(share)s::numeric, from_at, from_position, until, until_position
FROM windows WHERE divided
UNION ALL
SELECT client, owner, NULL, CASE WHEN divided THEN until ELSE from_at END,
       CASE WHEN divided THEN until_position ELSE from_position END, to_at, to_position
FROM windows

-- name: current_owner
SELECT client, owner, NULL::numeric AS weight, '-infinity'::timestamptz AS from_at,
       0::bigint AS from_position, 'infinity'::timestamptz AS to_at,
       9223372036854775807 AS to_position
FROM owner_spells_at(%(as_of)s)
WHERE owner IS NOT NULL AND from_at <= %(on)s AND %(on)s < to_at
