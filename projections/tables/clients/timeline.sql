-- The timeline: one row for every event that names a client; and how much has been heard of each.
--
--   timeline            one row an event
--   client_activity_of  first and last event and contact of every client, as known at a position
--   client_activity     the same as known at the checkpoint, materialized for all clients
--   client_activity_at  the one of the two that answers the question

-- name: tables
CREATE TABLE timeline (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    client       text NOT NULL,
    type         text NOT NULL,
    kind         text NOT NULL,
    reach        text,
    performed_by text,
    recorded_by  text NOT NULL,
    channel      text,
    subject      text,
    summary      text NOT NULL,
    summary_at   timestamptz,
    words        text,
    annulled_at  annulled_position
);
-- -infinity stands for an unknown time, NULL for no such event; last_at is the latest of them.
CREATE TABLE client_activity (
    client          text NOT NULL,
    first_at        timestamptz NOT NULL,
    last_at         timestamptz NOT NULL,
    last_contact_at timestamptz,
    last_two_way_at timestamptz,
    contacts        bigint NOT NULL,
    events          bigint NOT NULL
);

-- name: indexes
CREATE INDEX ON timeline (position);
-- With what a last contact as of any position needs, without a look into the table.
CREATE INDEX ON timeline (client, occurred_at) INCLUDE (position, annulled_at, reach);
CREATE INDEX ON client_activity (client);
CREATE INDEX ON client_activity (last_at);

-- name: not_understood
-- What a client's event says is not known, but that there is one.
INSERT INTO timeline (position, occurred_at, precision, client, type, kind, performed_by, recorded_by,
                      summary)
SELECT position, occurred_at, precision, client, type, 'not_understood', performed_by, recorded_by,
       'not understood: ' || reason
FROM not_understood
WHERE client IS NOT NULL AND position > %(after)s AND position <= %(upto)s

-- name: functions
-- A summary with the time that it ends in, if any, in a zone.
CREATE FUNCTION summary_in(zone text, summary text, summary_at timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT summary
        || coalesce(' ' || to_char(summary_at AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI'), '')
$$;

-- An annulment does not count as news from a client, though its timeline shows it.
CREATE FUNCTION client_activity_of(
    as_of bigint, on_time timestamptz DEFAULT 'infinity'
) RETURNS SETOF client_activity LANGUAGE sql STABLE AS $$
    SELECT client, min(at), max(at),
           max(at) FILTER (WHERE reach IS NOT NULL),
           max(at) FILTER (WHERE reach = 'two_way'),
           count(reach), count(*)
    FROM (
        SELECT client, reach, coalesce(occurred_at, '-infinity') AS at FROM timeline
        WHERE known(position, annulled_at, as_of) AND type <> 'event.annulled'
          AND coalesce(occurred_at, '-infinity') <= on_time
    ) AS entries GROUP BY client
$$;

-- The materialized table serves every client whose events had all happened at the time asked for.
CREATE FUNCTION client_activity_at(as_of bigint, on_time timestamptz)
RETURNS SETOF client_activity LANGUAGE sql STABLE AS $$
    SELECT * FROM client_activity
    WHERE as_of >= (SELECT position FROM progress) AND last_at <= on_time
    UNION ALL
    SELECT a.* FROM client_activity_of(as_of, on_time) a
    WHERE as_of >= (SELECT position FROM progress)
      AND EXISTS (SELECT FROM client_activity WHERE last_at > on_time)
      AND a.client IN (SELECT client FROM client_activity WHERE last_at > on_time)
    UNION ALL
    SELECT * FROM client_activity_of(as_of, on_time)
    WHERE as_of < (SELECT position FROM progress)
$$;

-- Only the beginning of a day may stand for a date; the precision of any other time need not be looked
-- up.
CREATE FUNCTION may_be_a_date(at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT at = first_instant(date_trunc('day', at AT TIME ZONE zone_asked()), zone_asked())
        OR at < '0002-01-01'
$$;

-- How exactly the time of a contact with a client, under any of its ids, is known.
CREATE FUNCTION contact_known_to(ids text[], at timestamptz, as_of bigint)
RETURNS TABLE ("precision" text) LANGUAGE sql STABLE AS $$
    SELECT min(x.precision) FROM timeline x
    WHERE x.client = ANY (ids) AND x.occurred_at = at AND x.reach IS NOT NULL
      AND may_be_a_date(at) AND known(x.position, x.annulled_at, as_of)
$$;
