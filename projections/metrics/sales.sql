-- Evidence of sales: offers, deals and their stages, purchases and buyers.
-- One row an event, in the columns of evidence_columns.sql.

-- name: offer_sent
-- For offers_sent.
-- An offer is sent once: what is sent again under its id revises it. By product, an offer of several counts once for each of them.
SELECT 'offer_sent', o.position, o.occurred_at, o.precision, o.position, o.client, o.offer,
       l.product, o.change, NULL, o.performed_by, o.unit, NULL::boolean, o.amount, o.currency,
       NULL::numeric, NULL::timestamp
FROM offer_changes o LEFT JOIN product_lines l
    ON %(by)s = 'product' AND l.position = o.position AND l.product IS NOT NULL
WHERE o.change = 'sent' AND known(o.position, o.annulled_at, %(as_of)s)
  AND NOT EXISTS (
      SELECT FROM offer_changes b
      WHERE b.offer = o.offer AND b.change = 'sent' AND known(b.position, b.annulled_at, %(as_of)s)
        AND (coalesce(b.occurred_at, '-infinity'), b.position)
            < (coalesce(o.occurred_at, '-infinity'), o.position))
  AND (in_period(o.occurred_at, %(starts)s, %(ends)s, %(zone)s)
       OR o.occurred_at IS NULL AND %(starts)s::timestamp = '-infinity')

-- name: deal_opened_or_closed
-- For deals_opened, deal_clients, deals_won, deals_lost, win_rate, won_value, won_value_mean,
-- won_value_median, cycle_won_mean, cycle_won_median, cycle_closed_mean, cycle_closed_median.
-- A win or a loss, unless it was undone in the same period; and, in the period in which it was undone,
-- one of an earlier period (deal_won_undone, deal_lost_undone). One of an unknown time is in no period,
-- and so is its undoing: undone, it counts nowhere. What closed a deal before the date of its opening
-- has the rest from that opening.
SELECT k.evidence, CASE WHEN k.undone THEN d.undone_position ELSE d.from_position END, d.from_at,
       d.from_precision, d.from_position, coalesce(d.client, o.client), d.deal,
       coalesce(d.product, o.product), d.stage, coalesce(d.holder, o.holder), d.performed_by, d.unit,
       d.turned = 'won', coalesce(d.amount, o.amount),
       CASE WHEN d.amount IS NULL THEN o.currency ELSE coalesce(d.currency, o.currency) END,
       CASE WHEN d.turned <> 'opened' AND NOT k.undone THEN
           days_between(coalesce(d.opened_at, o.opened_at),
                        coalesce(d.opened_precision, o.opened_precision),
                        d.from_at, d.from_precision, %(zone)s)
       END, CASE WHEN k.undone THEN d.undone_at AT TIME ZONE %(zone)s END
FROM deal_spells_at(%(as_of)s) d CROSS JOIN LATERAL (VALUES
    (false, 'deal_' || d.turned, d.from_at), (true, 'deal_' || d.turned || '_undone', d.undone_at)
) AS k(undone, evidence, at)
LEFT JOIN LATERAL late_opening(d.deal, d.opened_at, %(as_of)s, %(on)s) o ON true
WHERE d.turned IS NOT NULL AND k.evidence = ANY (%(evidence)s) AND k.at <= %(on)s
  AND in_period(k.at, %(starts)s, %(ends)s, %(zone)s)
  AND (in_period(d.from_at, %(starts)s, %(ends)s, %(zone)s)
       OR d.undone_at IS NOT NULL AND in_period(d.undone_at, %(starts)s, %(ends)s, %(zone)s))
  AND NOT (d.undone_at IS NOT NULL AND d.undone_at <= %(on)s
           AND (NOT isfinite(d.from_at)
                OR in_one_period(d.from_at, d.undone_at, %(every)s, %(starts)s, %(ends)s, %(zone)s)))

-- name: deal_open
-- For deals_open, deals_open.*.
SELECT 'deal_open', d.from_position, n.at, 'instant', n.tie, d.client, d.deal, d.product,
       d.stage, d.holder, d.holder, NULL, NULL::boolean, d.amount, d.currency, NULL::numeric,
       n.starts
FROM ends n JOIN deal_spells_at(%(as_of)s) d
    ON d.status = 'open' AND d.from_at <= n.at AND d.to_at >= n.at
   -- No end is earlier than both of these; a condition of its own, so that the index is used.
   AND d.to_at >= least(first_instant(%(starts)s, %(zone)s), %(on)s)
   AND d.from_at <= %(on)s AND (%(on)s < d.to_at OR n.tie = 0)
   AND (n.tie > 0 OR d.from_at < n.at)

-- name: stage_left
-- For stage_time_mean, stage_time_mean.*, stage_time_median, stage_time_business_mean,
-- stage_time_business_mean.*, stage_time_business_median.
-- A stay of an open deal in a stage, when it ends: by another stage, a win or a loss. Its holder is
-- the one of that moment; its hours are unknown if its beginning is.
SELECT 'stage_left', s.to_position, s.to_at, s.to_precision, s.to_position, s.client, s.deal,
       s.product, s.stage, s.holder, s.holder, NULL, NULL::boolean,
       days_between(s.begun_at, s.begun_precision, s.to_at, s.to_precision, %(zone)s) * 24, NULL,
       NULL::numeric, NULL::timestamp
FROM (
    SELECT d.*, first_value(from_at) OVER stay AS begun_at,
           first_value(from_precision) OVER stay AS begun_precision,
           lead(stay) OVER (PARTITION BY deal ORDER BY from_at, from_position) > stay AS ends
    FROM (
        SELECT c.*, count(*) FILTER (WHERE fresh)
                   OVER (PARTITION BY deal ORDER BY from_at, from_position) AS stay
        FROM (
            SELECT a.*, (status, stage) IS DISTINCT FROM (lag(status) OVER one, lag(stage) OVER one)
                   AS fresh
            FROM deal_spells_at(%(as_of)s) a
            WHERE a.deal IN (
                SELECT b.deal FROM deal_spells_at(%(as_of)s) b WHERE b.status = 'open'
                  AND in_period(b.to_at, %(starts)s, %(ends)s, %(zone)s))
            WINDOW one AS (PARTITION BY deal ORDER BY from_at, from_position)
        ) AS c
    ) AS d
    WINDOW stay AS (PARTITION BY deal, stay ORDER BY from_at, from_position)
) AS s
WHERE s.ends AND s.status = 'open' AND s.stage IS NOT NULL
  AND in_period(s.to_at, %(starts)s, %(ends)s, %(zone)s)

-- name: purchase
-- For purchases, purchase_value, repeat_purchase_rate.
-- Counts if the client had bought before in the same period. By product, a purchase of several counts
-- once for each of them; purchase_rest is what the lines leave of its amount. A return takes its amount
-- from whoever was credited with the purchase, in the period in which it was returned, or like the
-- purchase in none if the time of that is unknown; it is no purchase. Only a return of a purchase that
-- nobody recorded is credited by itself.
SELECT CASE WHEN l.product IS NULL AND l.position IS NOT NULL THEN 'purchase_rest' ELSE 'purchase' END,
       p.position, p.occurred_at, p.precision, p.position, p.client, p.purchase, l.product,
       NULL, NULL, p.performed_by, p.unit,
       p.client IS NOT NULL AND dense_rank() OVER (
           PARTITION BY p.client,
               date_trunc(%(every)s::text, p.occurred_at AT TIME ZONE %(zone)s)
           ORDER BY coalesce(p.occurred_at, '-infinity'), p.position) > 1,
       CASE WHEN l.position IS NULL THEN p.amount ELSE l.amount END, p.currency, NULL::numeric,
       NULL::timestamp
FROM purchases p LEFT JOIN product_lines l ON %(by)s = 'product' AND l.position = p.position
WHERE known(p.position, p.annulled_at, %(as_of)s) AND coalesce(p.occurred_at, '-infinity') <= %(on)s
  AND (in_period(p.occurred_at, %(starts)s, %(ends)s, %(zone)s)
       OR p.occurred_at IS NULL AND %(starts)s::timestamp = '-infinity')
UNION ALL
SELECT 'purchase_returned', r.position, w.at, w.precision, w.position, w.client, r.purchase,
       coalesce(l.product, g.only_product), NULL, NULL, w.performed_by, w.unit, NULL,
       CASE WHEN l.position IS NULL THEN r.amount ELSE l.amount END,
       coalesce(r.currency, p.currency), NULL,
       CASE WHEN isfinite(w.at) AND isfinite(r.occurred_at) THEN r.occurred_at AT TIME ZONE %(zone)s
            ELSE '-infinity' END
FROM returns r LEFT JOIN purchases_of(ARRAY(
    SELECT position FROM returns
    WHERE in_period(occurred_at, %(starts)s, %(ends)s, %(zone)s)
       OR %(starts)s::timestamp = '-infinity'
), %(as_of)s, %(on)s) AS p ON p.returned = r.position CROSS JOIN LATERAL (
    SELECT p.at, p.precision, p.position, p.client, p.performed_by, p.unit WHERE p.position IS NOT NULL
    UNION ALL
    SELECT r.occurred_at, r.precision, r.position, r.client, r.performed_by, r.unit
    WHERE p.position IS NULL
) AS w LEFT JOIN LATERAL (
    -- The lines of the return; without them, those of the purchase if all of it was returned, or has
    -- one product.
    SELECT CASE WHEN EXISTS (SELECT FROM product_lines a WHERE a.position = r.position)
                THEN r.position WHEN r.amount = p.amount THEN p.position END AS whose,
           (SELECT min(a.product) FROM product_lines a WHERE a.position = p.position
            HAVING count(*) = 1) AS only_product
    WHERE %(by)s = 'product'
) AS g ON true LEFT JOIN product_lines l ON l.position = g.whose
WHERE 'purchase_returned' = ANY (%(evidence)s) AND known(r.position, r.annulled_at, %(as_of)s)
  AND coalesce(r.occurred_at, '-infinity') <= %(on)s
  AND (in_period(r.occurred_at, %(starts)s, %(ends)s, %(zone)s) AND w.at > '-infinity'
       OR (r.occurred_at IS NULL OR w.at = '-infinity') AND %(starts)s::timestamp = '-infinity')

-- name: buyer
-- For retention_rate, reactivation_rate.
-- Clients that had bought before the period began, by the last purchase before it: active if that
-- was within active_days, and counted if still active at the end; otherwise inactive, and counted if
-- they bought in the period.
SELECT CASE WHEN b.active THEN 'buyer_active' ELSE 'buyer_inactive' END, b.position,
       b.since, 'instant', 0, b.client, NULL, NULL, NULL, NULL,
       b.performed_by, b.unit, CASE WHEN b.active THEN b.still ELSE b.bought END, NULL::numeric,
       NULL, NULL::numeric, b.starts
FROM (
    SELECT n.starts, n.since, p.*, p.at >= n.starts - %(active_days)s::int * interval '1 day' AS active,
           max(p.at) OVER one >= least(n.before, %(on)s AT TIME ZONE %(zone)s)
               - %(active_days)s::int * interval '1 day' AS still,
           max(p.at) OVER one >= n.starts AS bought,
           row_number() OVER (PARTITION BY p.client, n.starts
                              ORDER BY p.at < n.starts DESC, p.at DESC, p.position DESC) AS nth
    FROM ends n JOIN (
        SELECT client, position, performed_by, unit,
               coalesce(occurred_at AT TIME ZONE %(zone)s, '-infinity') AS at
        FROM purchases
        WHERE client IS NOT NULL AND known(position, annulled_at, %(as_of)s)
          AND coalesce(occurred_at, '-infinity') <= %(on)s
        OFFSET 0  -- the local time is asked for once
    ) AS p ON p.at < n.before
    WHERE isfinite(n.starts)
    WINDOW one AS (PARTITION BY p.client, n.starts)
) AS b
WHERE b.nth = 1 AND b.at < b.starts
  AND CASE WHEN b.active THEN 'buyer_active' ELSE 'buyer_inactive' END = ANY (%(evidence)s)
