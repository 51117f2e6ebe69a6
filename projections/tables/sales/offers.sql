-- Offers: what was offered to whom, and how it ended. One row an event.

-- name: tables
CREATE TABLE offer_changes (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    offer        text NOT NULL,
    change       text NOT NULL,
    client       text,
    performed_by text,
    unit         text,
    deal         text,
    product      text,
    amount       numeric,
    currency     text,
    valid_until  timestamptz,
    reason       text,
    annulled_at  annulled_position
);

-- name: indexes
CREATE INDEX ON offer_changes (position);
CREATE INDEX ON offer_changes (client);
CREATE INDEX ON offer_changes (offer);
CREATE INDEX ON offer_changes (occurred_at);

-- name: offers
-- The client is named by the first event that knows it; the state is that of the last answer, if there
-- is one, whenever the offer is said to have been sent. What is sent again under its id revises it.
WITH seen AS (
    SELECT o.*, coalesce(o.occurred_at, '-infinity') AS at FROM offer_changes o
    WHERE known(o.position, o.annulled_at, %(as_of)s)
      AND coalesce(o.occurred_at, '-infinity') <= %(on)s
), stated AS (
    SELECT offer,
           (array_agg(client ORDER BY at, position) FILTER (WHERE client IS NOT NULL))[1] AS client,
           (array_agg(deal ORDER BY at, position) FILTER (WHERE deal IS NOT NULL))[1] AS deal,
           (array_agg(amount ORDER BY at DESC, position DESC) FILTER (WHERE change = 'sent'))[1]
               AS amount,
           (array_agg(currency ORDER BY at DESC, position DESC) FILTER (WHERE change = 'sent'))[1]
               AS currency,
           (array_agg(performed_by ORDER BY at, position) FILTER (WHERE change = 'sent'))[1]
               AS sent_by,
           min(occurred_at) FILTER (WHERE change = 'sent') AS sent_at,
           (array_agg(precision ORDER BY occurred_at, position) FILTER (WHERE change = 'sent'))[1]
               AS sent_precision,
           (array_agg(valid_until ORDER BY at DESC, position DESC) FILTER (WHERE change = 'sent'))[1]
               AS valid_until,
           (array_agg(change ORDER BY change = 'sent', at DESC, position DESC))[1] AS state,
           (array_agg(occurred_at ORDER BY change = 'sent', at DESC, position DESC))[1] AS since,
           (array_agg(precision ORDER BY change = 'sent', at DESC, position DESC))[1] AS since_precision
    FROM seen GROUP BY offer
)
SELECT * FROM stated WHERE %(clients)s::text[] IS NULL OR client = ANY (%(clients)s)
ORDER BY sent_at NULLS FIRST, offer
