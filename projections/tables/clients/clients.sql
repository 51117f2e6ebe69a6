-- Clients: what was recorded about them, one row a change. The questions are in card.sql and
-- portfolio.sql.
--
--   client_steps          became known, was qualified, started to buy
--   fact_changes          fields recorded, confirmed, retracted
--   preferences           how the client likes things
--   competitor_offers     what others offer
--   special_terms         terms that others do not have
--   person_changes        contact persons: added, other roles, left
--   client_identities_of  name, kind and status that follow from what was known at a position
--   client_identities     the same as known at the checkpoint, materialized for all clients
--   client_identities_at  the one of the two that answers the question

-- name: tables
CREATE TABLE client_steps (
    position      bigint NOT NULL,
    occurred_at   timestamptz,
    precision     text NOT NULL,
    client        text NOT NULL,
    step          text NOT NULL,
    kind          text,
    name          text,
    folded        text,
    parent        text,
    referred_by   text,
    found_through text,
    score         smallint,
    remark        text,
    first_deal    text,
    annulled_at   annulled_position
);
CREATE TABLE fact_changes (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    client       text NOT NULL,
    field        text NOT NULL,
    change       text NOT NULL,
    value        text,
    learnt_from  text,
    confidence   numeric,
    method       text,
    reason       text,
    performed_by text,
    unit         text,
    annulled_at  annulled_position
);
CREATE TABLE preferences (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    precision   text NOT NULL,
    client      text NOT NULL,
    topic       text NOT NULL,
    value       text NOT NULL,
    learnt_from text,
    annulled_at annulled_position
);
CREATE TABLE competitor_offers (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    client       text NOT NULL,
    competitor   text NOT NULL,
    product      text,
    price        numeric,
    currency     text,
    terms        text,
    learnt_from  text,
    performed_by text,
    annulled_at  annulled_position
);
CREATE TABLE special_terms (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    precision   text NOT NULL,
    client      text NOT NULL,
    kind        text NOT NULL,
    terms       text NOT NULL,
    valid_until date,
    approved_by text,
    annulled_at annulled_position
);
CREATE TABLE person_changes (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    client       text,
    contact      text NOT NULL,
    change       text NOT NULL,
    name         text,
    roles        text[],
    job          text,
    phone        text,
    email        text,
    new_employer text,
    annulled_at  annulled_position
);
-- status: client or prospect, since status_at; last_at: the latest time of any event it depends on.
CREATE TABLE client_identities (
    client    text NOT NULL,
    name      text,
    folded    text,
    kind      text,
    status    text NOT NULL,
    status_at timestamptz NOT NULL,
    last_at   timestamptz NOT NULL
);

-- name: indexes
CREATE INDEX ON client_steps (position);
CREATE INDEX ON client_steps (client);
CREATE INDEX ON fact_changes (position);
CREATE INDEX ON fact_changes (client, field);
CREATE INDEX ON preferences (position);
CREATE INDEX ON preferences (client);
CREATE INDEX ON competitor_offers (position);
CREATE INDEX ON competitor_offers (client);
CREATE INDEX ON special_terms (position);
CREATE INDEX ON special_terms (client);
CREATE INDEX ON person_changes (position);
CREATE INDEX ON person_changes (client);
CREATE INDEX ON person_changes (contact);
CREATE INDEX ON client_identities (client);
CREATE INDEX ON client_identities (last_at);

-- name: functions
CREATE FUNCTION client_identities_of(
    as_of bigint, on_time timestamptz DEFAULT 'infinity'
) RETURNS SETOF client_identities LANGUAGE sql STABLE AS $$
    SELECT client,
           (array_agg(name ORDER BY at DESC, position DESC) FILTER (WHERE name IS NOT NULL))[1],
           (array_agg(folded ORDER BY at DESC, position DESC) FILTER (WHERE name IS NOT NULL))[1],
           (array_agg(kind ORDER BY at DESC, position DESC) FILTER (WHERE kind IS NOT NULL))[1],
           CASE WHEN bool_or(step IN ('registered', 'converted'))
                THEN 'client' ELSE 'prospect' END,
           coalesce(min(at) FILTER (WHERE step IN ('registered', 'converted')), min(at)),
           max(at)
    FROM (
        SELECT *, coalesce(occurred_at, '-infinity') AS at FROM client_steps
        WHERE known(position, annulled_at, as_of)
          AND coalesce(occurred_at, '-infinity') <= on_time
    ) AS steps GROUP BY client
$$;

-- The materialized table serves every client whose steps had all been taken at the time asked for.
CREATE FUNCTION client_identities_at(as_of bigint, on_time timestamptz)
RETURNS SETOF client_identities LANGUAGE sql STABLE AS $$
    SELECT * FROM client_identities
    WHERE as_of >= (SELECT position FROM progress) AND last_at <= on_time
    UNION ALL
    SELECT i.* FROM client_identities_of(as_of, on_time) i
    WHERE as_of >= (SELECT position FROM progress)
      AND EXISTS (SELECT FROM client_identities WHERE last_at > on_time)
      AND i.client IN (SELECT client FROM client_identities WHERE last_at > on_time)
    UNION ALL
    SELECT * FROM client_identities_of(as_of, on_time)
    WHERE as_of < (SELECT position FROM progress)
$$;

-- name: names
SELECT client, name FROM client_identities_at(%(as_of)s, %(on)s) WHERE name IS NOT NULL
