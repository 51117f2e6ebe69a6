-- Ownership: whose client it is at any time, on both time axes.
--
--   ownership_changes    what happened, one row an event
--   approaches_refused   attempts on clients of others
--   team_changes         who else works with the client
--   ownership_steps      the changes at the times from which they hold
--   owner_spells_of      the intervals that follow from what was known at a position
--   owner_spells         the same as known at the checkpoint, materialized for all clients
--   owner_spells_at      the one of the two that answers the question
--   credited_at          when what is known as a day or month is credited to an owner
--   portfolio_at         the intervals of one owner that hold at a time, found by the owner

-- name: tables
CREATE TABLE ownership_changes (
    position      bigint NOT NULL,
    effective_at  timestamptz,
    precision     text NOT NULL,
    client        text NOT NULL,
    change        text NOT NULL,
    from_employee text,
    to_employee   text,
    reason        text,
    remark        text,
    approved_by   text,
    recorded_by   text NOT NULL,
    expires_at    timestamptz,
    event_id      uuid NOT NULL,
    unit          text,
    decided_at    timestamptz,
    annulled_at   annulled_position
);
CREATE TABLE approaches_refused (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    precision   text NOT NULL,
    client      text NOT NULL,
    employee    text NOT NULL,
    owner       text,
    attempted   text NOT NULL,
    rule        text NOT NULL,
    annulled_at annulled_position
);
CREATE TABLE contacts_barred (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    precision   text NOT NULL,
    client      text NOT NULL,
    employee    text NOT NULL,
    until       timestamptz,
    annulled_at annulled_position
);
CREATE TABLE team_changes (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    precision   text NOT NULL,
    client      text NOT NULL,
    employee    text NOT NULL,
    change      text NOT NULL,
    team_role   text,
    unit        text,
    reason      text,
    annulled_at annulled_position
);
-- Half-open: (from_at, from_position) <= (time, position) < (to_at, to_position). Position breaks
-- ties, so an event at the very moment of a hand-over belongs to whoever owned when it was recorded.
CREATE TABLE owner_spells (
    client        text NOT NULL,
    owner         text,
    kind          text,
    from_at       timestamptz NOT NULL,
    from_position bigint NOT NULL,
    to_at         timestamptz NOT NULL,
    to_position   bigint NOT NULL,
    precision     text NOT NULL
);

-- name: indexes
CREATE INDEX ON ownership_changes (position);
-- All that the intervals of a client follow from, and all that a portfolio needs of an interval: a
-- thousand clients are scattered over as many pages of the table.
CREATE INDEX ON ownership_changes (client) INCLUDE (
    position, annulled_at, effective_at, precision, change, from_employee, to_employee);
CREATE INDEX ON ownership_changes (to_employee, client, position);
CREATE INDEX ON ownership_changes (effective_at) WHERE decided_at IS NOT NULL;
CREATE INDEX ON approaches_refused (position);
CREATE INDEX ON approaches_refused (client);
CREATE INDEX ON contacts_barred (position);
CREATE INDEX ON contacts_barred (client);
CREATE INDEX ON team_changes (position);
CREATE INDEX ON team_changes (client);
CREATE INDEX ON owner_spells (client, from_at);
CREATE INDEX ON owner_spells (owner, to_at) INCLUDE (
    client, kind, from_at, from_position, to_position, precision);

-- name: functions
-- How ownership evolves, one change after the other; the state is {owner, kind} or NULL.
-- The first reservation holds until it expires; a curator outranks any reservation. In PL/pgSQL,
-- for an aggregate pays the price of starting an SQL function once a row.
CREATE FUNCTION evolve_owner(
    state text[], change text, from_employee text, to_employee text
) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN CASE
        WHEN change IN ('assigned', 'reassigned') THEN ARRAY[to_employee, 'curator']
        WHEN change = 'reserved' THEN coalesce(state, ARRAY[to_employee, 'reserved'])
        WHEN change = 'expired' AND state = ARRAY[from_employee, 'reserved'] THEN NULL
        WHEN change = 'released' THEN NULL
        ELSE state END;
END
$$;
CREATE AGGREGATE owner_state(text, text, text) (SFUNC = evolve_owner, STYPE = text[]);

-- A change known as a day or month holds from its beginning, and again from whatever had been recorded
-- before of a time or day in it.
CREATE FUNCTION ownership_steps(as_of bigint) RETURNS TABLE (
    client text, at timestamptz, "position" bigint, "precision" text, change text,
    from_employee text, to_employee text
) LANGUAGE sql STABLE AS $$
    SELECT c.client, coalesce(c.effective_at, '-infinity'), c.position, c.precision, c.change,
           c.from_employee, c.to_employee
    FROM ownership_changes c WHERE known(c.position, c.annulled_at, as_of)
    UNION ALL
    SELECT c.client, b.effective_at, c.position, 'instant', c.change, c.from_employee,
           c.to_employee
    FROM ownership_changes c JOIN ownership_changes b
         ON b.client = c.client AND b.position < c.position AND b.effective_at > c.effective_at
        AND b.effective_at < is_over(c.effective_at, c.precision, zone_asked())
    WHERE c.precision IN ('day', 'month')
      AND known(c.position, c.annulled_at, as_of) AND known(b.position, b.annulled_at, as_of)
$$;

-- Spells in which nothing changed hands are kept apart from their neighbours only by
-- ownership_changes; here consecutive spells of one owner and kind are one.
CREATE FUNCTION owner_spells_of(as_of bigint)
RETURNS SETOF owner_spells LANGUAGE sql STABLE AS $$
    WITH stepped AS (
        SELECT client, at, position, precision, owner_state(change, from_employee, to_employee)
                   OVER (PARTITION BY client ORDER BY at, position) AS state
        FROM ownership_steps(as_of)
    ), moved AS (
        SELECT *, lag(state) OVER one AS before, row_number() OVER one AS nth FROM stepped
        WINDOW one AS (PARTITION BY client ORDER BY at, position)
    )
    SELECT client, state[1], state[2], at, position,
           lead(at, 1, 'infinity') OVER one, lead(position, 1, 9223372036854775807) OVER one,
           precision
    FROM moved WHERE nth = 1 OR state IS DISTINCT FROM before
    WINDOW one AS (PARTITION BY client ORDER BY at, position)
$$;

-- When an event that is known as a day or month is credited: then, or after what had changed hands
-- before it was recorded and within it, up to the time asked for. One row, so that the planner takes
-- it into the question.
CREATE FUNCTION credited_at(
    at timestamptz, "precision" text, "position" bigint, client text, as_of bigint,
    on_time timestamptz
) RETURNS TABLE (credited_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT greatest(at, max(c.effective_at)) FROM ownership_changes c
    WHERE c.client = $4 AND c.position < $3 AND known(c.position, c.annulled_at, as_of)
      AND c.effective_at > at AND c.effective_at < at + interval '32 days'  -- cheaply first
      AND c.effective_at < is_over(at, $2, zone_asked()) AND c.effective_at <= on_time
$$;

CREATE FUNCTION owner_spells_at(as_of bigint) RETURNS SETOF owner_spells LANGUAGE sql STABLE AS $$
    SELECT * FROM owner_spells WHERE as_of >= (SELECT position FROM progress)
    UNION ALL
    SELECT * FROM owner_spells_of(as_of) WHERE as_of < (SELECT position FROM progress)
$$;

-- As known at an earlier position, only the clients are looked at that passed to the employee, and
-- to nobody else after that; arrays of their ids, so that one pass over the index finds them all.
CREATE FUNCTION portfolio_at(employee text, as_of bigint, on_time timestamptz)
RETURNS SETOF owner_spells LANGUAGE sql STABLE AS $$
    SELECT * FROM owner_spells
    WHERE as_of >= (SELECT position FROM progress)
      AND owner = employee AND from_at <= on_time AND on_time < to_at
    UNION ALL
    SELECT s.* FROM owner_spells_of(as_of) s
    WHERE as_of < (SELECT position FROM progress) AND s.client = ANY (ARRAY(
        SELECT client FROM (
            SELECT DISTINCT ON (c.client) c.client, c.to_employee FROM ownership_steps(as_of) c
            WHERE c.client = ANY (ARRAY(
                    SELECT m.client FROM ownership_changes m
                    WHERE m.to_employee = employee AND m.position <= as_of))
              AND c.at <= on_time
              AND (c.change IN ('assigned', 'reassigned', 'released') OR c.to_employee = employee)
            ORDER BY c.client, c.at DESC, c.position DESC
        ) latest WHERE latest.to_employee = employee))
      AND s.owner = employee AND s.from_at <= on_time AND on_time < s.to_at
$$;

-- The next change of each client's owner that was dated ahead.
CREATE FUNCTION next_changes(as_of bigint, on_time timestamptz) RETURNS TABLE (
    client text, effective_at timestamptz, to_employee text, "position" bigint
) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (c.client) c.client, c.effective_at, c.to_employee, c.position
    FROM ownership_changes c
    WHERE c.decided_at <= on_time AND c.effective_at > on_time
      AND known(c.position, c.annulled_at, as_of)
    ORDER BY c.client, c.effective_at, c.position
$$;

-- name: planned
-- The changes of owner that are dated ahead.
SELECT c.effective_at, c.client, c.change, c.from_employee, c.to_employee, c.reason, c.recorded_by,
       c.position, c.event_id
FROM ownership_changes c
WHERE c.decided_at <= %(on)s AND c.effective_at > %(on)s
  AND known(c.position, c.annulled_at, %(as_of)s)
  AND (%(clients)s::text[] IS NULL OR c.client = ANY (%(clients)s))
  AND (%(employee)s::text IS NULL OR %(employee)s IN (c.from_employee, c.to_employee))
  AND (%(batch)s::text IS NULL OR c.position IN (
      SELECT m.position FROM batch_moves m WHERE m.batch = %(batch)s))
ORDER BY c.effective_at, c.position

-- name: history
SELECT c.effective_at, c.precision, c.change, c.from_employee, c.to_employee, c.reason, c.remark,
       c.approved_by, c.recorded_by, c.position, c.client
FROM ownership_changes c
WHERE known(c.position, c.annulled_at, %(as_of)s) AND c.client = ANY (%(clients)s)
  AND coalesce(c.effective_at, '-infinity') <= %(on)s
ORDER BY coalesce(c.effective_at, '-infinity'), c.position

-- name: owner
SELECT s.owner, s.kind, nullif(s.from_at, '-infinity') AS from_at,
       s.precision AS from_precision, ahead.effective_at AS to_at, ahead.precision AS to_precision,
       s.from_position AS position
FROM owner_spells_at(%(as_of)s) s
-- What ends it later is known only if it had been decided before.
LEFT JOIN ownership_changes ahead
       ON ahead.position = s.to_position AND ahead.client = s.client AND ahead.decided_at <= %(on)s
WHERE s.client = %(client)s AND s.from_at <= %(on)s AND %(on)s < s.to_at
