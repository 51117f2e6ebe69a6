-- Purchases, what was returned of them, and the products of what was bought or offered.

-- name: tables
CREATE TABLE purchases (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    purchase     text NOT NULL,
    client       text,
    performed_by text,
    unit         text,
    deal         text,
    amount       numeric NOT NULL,
    currency     text,
    margin       numeric,
    annulled_at  annulled_position
);
CREATE TABLE returns (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    purchase     text NOT NULL,
    client       text,
    performed_by text,
    unit         text,
    amount       numeric NOT NULL,
    currency     text,
    annulled_at  annulled_position
);
-- Of purchases, returns and offers sent: a row a product, and one without for what the lines leave of
-- the amount.
CREATE TABLE product_lines (
    position    bigint NOT NULL,
    product     text,
    amount      numeric,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON purchases (position);
CREATE INDEX ON purchases (client);
CREATE INDEX ON purchases (occurred_at);
CREATE INDEX ON purchases (purchase);
CREATE INDEX ON returns (position);
CREATE INDEX ON returns (purchase);
CREATE INDEX ON returns (occurred_at);
CREATE INDEX ON product_lines (position);

-- name: functions
-- The purchase of this id that was returned at a time, at most one row: that of this client if several
-- clients have one. What is returned was bought before.
CREATE FUNCTION purchase_of(
    id text, buyer text, at timestamptz, "precision" text, as_of bigint, on_time timestamptz
) RETURNS SETOF purchases LANGUAGE sql STABLE AS $$
    SELECT * FROM purchases p
    WHERE p.purchase = id AND known(p.position, p.annulled_at, as_of)
      AND coalesce(p.occurred_at, '-infinity')
          <= least(on_time, last_moment(at, purchase_of."precision", zone_asked()))
    ORDER BY p.client IS DISTINCT FROM buyer, coalesce(p.occurred_at, '-infinity'), p.position LIMIT 1
$$;

-- name: purchases
SELECT p.purchase, p.client, p.deal, p.amount, coalesce(g.amount, 0) AS returned,
       p.currency, p.margin, p.performed_by, p.occurred_at, p.precision, p.position
FROM purchases p CROSS JOIN LATERAL (
    SELECT sum(r.amount) AS amount
    FROM returns r, purchase_of(r.purchase, r.client, r.occurred_at, r.precision, %(as_of)s, %(on)s) b
    WHERE r.purchase = p.purchase AND b.position = p.position
      AND coalesce(r.currency, p.currency) IS NOT DISTINCT FROM p.currency
      AND known(r.position, r.annulled_at, %(as_of)s)
      AND coalesce(r.occurred_at, '-infinity') <= %(on)s
) AS g
WHERE known(p.position, p.annulled_at, %(as_of)s)
  AND coalesce(p.occurred_at, '-infinity') <= %(on)s
  AND (%(clients)s::text[] IS NULL OR p.client = ANY (%(clients)s))
ORDER BY coalesce(p.occurred_at, '-infinity'), p.position
