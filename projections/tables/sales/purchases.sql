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
-- Of returns (positions), the purchase that each is of, one row a return that has one: the first of this
-- id that its client bought, otherwise the first that anybody did. What is returned was bought before.
-- Purchases and returns are sorted together, because many may share one id.
CREATE FUNCTION purchases_of(returns bigint[], as_of bigint, on_time timestamptz) RETURNS TABLE (
    returned bigint, at timestamptz, "precision" text, "position" bigint, client text,
    performed_by text, unit text, amount numeric, currency text
) LANGUAGE sql STABLE AS $$
    WITH asked AS (
        SELECT r.purchase, r.client, r.position AS returned,
               least(on_time, last_moment(r.occurred_at, r.precision, zone_asked())) AS by_then
        FROM returns r WHERE r.position = ANY (purchases_of.returns)
    ), sorted AS (
        SELECT b.purchase, b.client, b.at, b.position AS nth, b.bought, NULL::bigint AS returned,
               NULL::timestamptz AS by_then
        FROM (SELECT DISTINCT purchase FROM asked) AS a CROSS JOIN LATERAL (
            SELECT p.purchase, p.client, coalesce(p.occurred_at, '-infinity') AS at, p.position,
                   p AS bought
            FROM purchases p WHERE p.purchase = a.purchase AND known(p.position, p.annulled_at, as_of)
            OFFSET 0  -- looked up by its id
        ) AS b
        UNION ALL
        SELECT purchase, client, 'infinity', 9223372036854775807, NULL::purchases, returned, by_then
        FROM asked
    ), matched AS (
        SELECT returned, CASE WHEN first_value(at) OVER own <= by_then THEN first_value(bought) OVER own
                              WHEN first_value(at) OVER one <= by_then THEN first_value(bought) OVER one
                         END AS bought
        FROM sorted
        WINDOW one AS (PARTITION BY purchase ORDER BY at, nth),
               own AS (PARTITION BY purchase, client ORDER BY at, nth)
    )
    SELECT returned, coalesce((bought).occurred_at, '-infinity'), (bought).precision,
           (bought).position, (bought).client, (bought).performed_by, (bought).unit,
           (bought).amount, (bought).currency
    FROM matched WHERE (bought).position IS NOT NULL
$$;

-- name: purchases
SELECT p.purchase, p.client, p.deal, p.amount, coalesce(g.amount, 0) AS returned,
       p.currency, p.margin, p.performed_by, p.occurred_at, p.precision, p.position
FROM purchases p LEFT JOIN (
    SELECT b.position, sum(r.amount) AS amount
    FROM purchases_of(ARRAY(
        SELECT position FROM returns
        WHERE known(position, annulled_at, %(as_of)s) AND coalesce(occurred_at, '-infinity') <= %(on)s
          AND (%(clients)s::text[] IS NULL OR purchase = ANY (ARRAY(
              SELECT purchase FROM purchases WHERE client = ANY (%(clients)s))))
    ), %(as_of)s, %(on)s) AS b JOIN returns r ON r.position = b.returned
    WHERE coalesce(r.currency, b.currency) IS NOT DISTINCT FROM b.currency
    GROUP BY b.position
) AS g ON g.position = p.position
WHERE known(p.position, p.annulled_at, %(as_of)s)
  AND coalesce(p.occurred_at, '-infinity') <= %(on)s
  AND (%(clients)s::text[] IS NULL OR p.client = ANY (%(clients)s))
ORDER BY coalesce(p.occurred_at, '-infinity'), p.position
