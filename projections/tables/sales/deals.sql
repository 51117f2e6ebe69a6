-- Deals, their holders and stages over time, and pipelines.
--
--   deal_changes      what happened, one row an event
--   deal_spells_of    the intervals that follow from what was known at a position
--   deal_spells       the same as known at the checkpoint, materialized for all deals
--   deal_spells_at    the one of the two that answers the question

-- name: tables
CREATE TABLE pipeline_stages (
    position       bigint NOT NULL,
    effective_at   timestamptz,
    precision      text NOT NULL,
    pipeline       text NOT NULL,
    revision       integer NOT NULL,
    ordinal        integer NOT NULL,
    stage          text NOT NULL,
    allotted_hours numeric,
    max_gap_hours  numeric,
    annulled_at    annulled_position
);
CREATE TABLE deal_changes (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    deal         text NOT NULL,
    change       text NOT NULL,
    client       text,
    performed_by text,
    unit         text,
    holder       text,
    stage        text,
    pipeline     text,
    product      text,
    amount       numeric,
    currency     text,
    reason       text,
    competitor   text,
    title        text,
    annulled_at  annulled_position
);
-- One row a change; half-open: (from_at, from_position) <= (time, position) < (to_at, to_position).
-- turned: opened, won, lost or reopened where the change made it so, and NULL where it only repeats
-- what was so already; thus a win recorded twice is one win. undone_*: of a win or a loss, when the
-- deal ceased to be so, by being reopened, lost or won. late: an opening with changes dated before it.
CREATE TABLE deal_spells (
    deal             text NOT NULL,
    change           text NOT NULL,
    turned           text,
    status           text NOT NULL,
    client           text,
    holder           text,
    stage            text,
    pipeline         text,
    product          text,
    amount           numeric,
    currency         text,
    performed_by     text,
    unit             text,
    opened_at        timestamptz,
    opened_precision text,
    from_at          timestamptz NOT NULL,
    from_precision   text NOT NULL,
    from_position    bigint NOT NULL,
    to_at            timestamptz NOT NULL,
    to_precision     text,
    to_position      bigint NOT NULL,
    undone_at        timestamptz,
    undone_position  bigint,
    late             boolean NOT NULL
);

-- name: indexes
CREATE INDEX ON pipeline_stages (position);
CREATE INDEX ON deal_changes (position);
CREATE INDEX ON deal_changes (deal);
CREATE INDEX ON deal_spells (deal);
CREATE INDEX ON deal_spells (deal) WHERE late;
CREATE INDEX ON deal_spells (client);
CREATE INDEX ON deal_spells (from_at) WHERE turned IS NOT NULL;
CREATE INDEX ON deal_spells (to_at) WHERE status = 'open';
CREATE INDEX ON deal_spells (undone_at) WHERE undone_at IS NOT NULL;

-- name: functions
-- Holder, stage and status are the last ones recorded; the rest of a deal is recorded once. Its amount,
-- in the currency of that amount, is that of the win that counts while it is won, and otherwise that of
-- its opening. A deal is open until it is won or lost, whenever its opening is dated, and only what
-- reopens it opens it again. Its opening says who pursued it first.
CREATE FUNCTION deal_spells_of(as_of bigint)
RETURNS SETOF deal_spells LANGUAGE sql STABLE AS $$
    WITH numbered AS (
        SELECT *, row_number() OVER one AS nth
        FROM (
            SELECT d.*, coalesce(d.occurred_at, '-infinity') AS at
            FROM deal_changes d WHERE known(d.position, d.annulled_at, as_of)
        ) AS d WINDOW one AS (PARTITION BY deal ORDER BY at, position)
    ), placed AS (
        SELECT *, coalesce(
                   max(nth) FILTER (WHERE holder IS NOT NULL AND change <> 'opened') OVER one,
                   max(nth) FILTER (WHERE holder IS NOT NULL) OVER one) AS held,
               max(nth) FILTER (WHERE stage IS NOT NULL) OVER one AS staged,
               max(nth) FILTER (WHERE change IN ('won', 'lost', 'reopened')) OVER one AS turned,
               min(nth) FILTER (WHERE change = 'opened') OVER one AS opened,
               max(client) OVER one AS its_client, max(pipeline) OVER one AS its_pipeline,
               max(product) OVER one AS its_product,
               min(nth) FILTER (WHERE change = 'opened' AND num_nonnulls(amount, currency) > 0)
                   OVER one AS asked
        FROM numbered WINDOW one AS (PARTITION BY deal ORDER BY at, position)
    ), stated AS (
        SELECT *, nth_value(holder, held::int) OVER one AS its_holder,
               nth_value(stage, staged::int) OVER one AS its_stage,
               nth_value(amount, asked::int) OVER one AS its_amount,
               nth_value(currency, asked::int) OVER one AS its_currency,
               nth_value(at, opened::int) OVER one AS opened_at,
               nth_value(precision, opened::int) OVER one AS opened_precision,
               CASE nth_value(change, turned::int) OVER one
                   WHEN 'won' THEN 'won' WHEN 'lost' THEN 'lost' ELSE 'open' END AS status
        FROM placed WINDOW one AS (PARTITION BY deal ORDER BY at, position)
    ), flipped AS (
        SELECT *, status <> lag(status, 1, 'open') OVER one AS flips
        FROM stated WINDOW one AS (PARTITION BY deal ORDER BY at, position)
    ), followed AS (
        SELECT *, max(nth) FILTER (WHERE flips) OVER one AS came,
               CASE WHEN flips AND status <> 'open' THEN min(nth) FILTER (WHERE flips) OVER (
                      PARTITION BY deal ORDER BY at DESC, position DESC
                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) END::int AS undone
        FROM flipped WINDOW one AS (PARTITION BY deal ORDER BY at, position)
    )
    SELECT deal, change, CASE WHEN nth = opened OR flips THEN change END,
           status, coalesce(client, its_client), its_holder, its_stage, its_pipeline, its_product,
           CASE status WHEN 'won' THEN nth_value(amount, came::int) OVER one ELSE its_amount END,
           CASE status WHEN 'won' THEN coalesce(nth_value(currency, came::int) OVER one, its_currency)
                ELSE its_currency END, performed_by, unit,
           opened_at, opened_precision, at, precision, position,
           lead(at, 1, 'infinity') OVER one, lead(precision) OVER one,
           lead(position, 1, 9223372036854775807) OVER one,
           nth_value(at, undone) OVER whole, nth_value(position, undone) OVER whole,
           coalesce(nth = opened, false) AND nth > 1
    FROM followed
    WINDOW one AS (PARTITION BY deal ORDER BY at, position),
           whole AS (one ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
$$;

CREATE FUNCTION deal_spells_at(as_of bigint) RETURNS SETOF deal_spells LANGUAGE sql STABLE AS $$
    SELECT * FROM deal_spells WHERE as_of >= (SELECT position FROM progress)
    UNION ALL
    SELECT * FROM deal_spells_of(as_of) WHERE as_of < (SELECT position FROM progress)
$$;

-- The opening of a deal that was closed before the date of it: at most one row. Seldom called, and so
-- no SQL function, which would be planned with every statement that may call it.
CREATE FUNCTION late_opening(of text, known_at timestamptz, as_of bigint, on_time timestamptz)
RETURNS SETOF deal_spells LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
    IF known_at IS NULL THEN
        RETURN QUERY SELECT * FROM deal_spells_at(as_of) a
                     WHERE a.deal = of AND a.late AND a.from_at <= on_time;
    END IF;
END $$;

-- Days between two moments; NULL if unknown, or if the second lies before the first. Where one of them is
-- known as a day or month alone, the dates are compared, and what lies within that day or month took no
-- time.
CREATE FUNCTION days_between(
    start timestamptz, start_precision text, ending timestamptz, ending_precision text, zone text
) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN isfinite(start) AND isfinite(ending)
                     AND start <= last_moment(ending, ending_precision, zone) THEN CASE
        WHEN (start_precision = 'month' OR ending_precision = 'month')
             AND date_trunc('month', start AT TIME ZONE zone)
               = date_trunc('month', ending AT TIME ZONE zone) THEN 0
        WHEN start_precision IN ('day', 'month') OR ending_precision IN ('day', 'month') THEN
            (ending AT TIME ZONE zone)::date - (start AT TIME ZONE zone)::date
        ELSE extract(epoch FROM ending - start) / 86400 END END
$$;

-- The pipelines as last published: stage, ordinal, allotted hours.
CREATE FUNCTION stages_at(as_of bigint, on_time timestamptz) RETURNS TABLE (
    pipeline text, ordinal integer, stage text, allotted_hours numeric
) LANGUAGE sql STABLE AS $$
    WITH seen AS (
        SELECT p.*, rank() OVER (PARTITION BY p.pipeline ORDER BY
                   coalesce(p.effective_at, '-infinity') DESC, p.position DESC) AS newest
        FROM pipeline_stages p
        WHERE known(p.position, p.annulled_at, as_of)
          AND coalesce(p.effective_at, '-infinity') <= on_time
    )
    SELECT s.pipeline, s.ordinal, s.stage, s.allotted_hours FROM seen s WHERE s.newest = 1
$$;

-- name: deals
WITH spells AS NOT MATERIALIZED (
    SELECT * FROM deal_spells_at(%(as_of)s) WHERE from_at <= %(on)s
), closings AS (
    SELECT DISTINCT ON (deal) deal, from_at AS at, from_precision AS precision FROM spells
    WHERE turned IN ('won', 'lost') ORDER BY deal, from_at DESC, from_position DESC
)
SELECT s.deal, s.client, s.product, s.pipeline, s.holder, s.status, s.stage, s.amount, s.currency,
       nullif(s.opened_at, '-infinity') AS opened_at, s.opened_precision,
       nullif(c.at, '-infinity') AS closed_at, c.precision AS closed_precision,
       CASE WHEN s.status = 'open'
            THEN days_between(s.opened_at, s.opened_precision, %(on)s, 'instant', %(zone)s)
            ELSE days_between(s.opened_at, s.opened_precision, c.at, c.precision, %(zone)s)
       END AS days,
       s.from_position AS position
FROM spells s LEFT JOIN closings c ON c.deal = s.deal AND s.status <> 'open'
WHERE %(on)s < s.to_at
  AND (%(clients)s::text[] IS NULL OR s.client = ANY (%(clients)s))
  AND (%(holder)s::text IS NULL OR s.holder = %(holder)s)
  AND (%(status)s::text IS NULL OR s.status = %(status)s)
  AND (%(stage)s::text IS NULL OR s.stage = %(stage)s)
ORDER BY s.opened_at NULLS FIRST, s.deal

-- name: history
-- What happened on a date is shown once, after what had been recorded before of a time within it.
SELECT s.change, s.status, s.stage, s.holder, s.client, s.amount, s.currency, s.performed_by,
       nullif(s.from_at, '-infinity') AS from_at, s.from_precision,
       finite(lead(s.from_at, 1, s.until) OVER one) AS to_at,
       lead(s.from_precision, 1, s.until_precision) OVER one AS to_precision,
       s.from_position AS position
FROM (
    -- What ends it after the time asked for is not known then.
    SELECT *, CASE WHEN to_at <= %(on)s THEN to_at END AS until,
           CASE WHEN to_at <= %(on)s THEN to_precision END AS until_precision,
           row_number() OVER (PARTITION BY from_position ORDER BY from_at DESC) AS nth
    FROM deal_spells_at(%(as_of)s) a WHERE a.deal = %(deal)s AND a.from_at <= %(on)s
) AS s
WHERE s.nth = 1
WINDOW one AS (ORDER BY s.from_at, s.from_position)
ORDER BY s.from_at, s.from_position

-- name: aging
WITH open_deals AS (
    SELECT s.stage, s.holder,
           days_between(s.opened_at, s.opened_precision, %(on)s, 'instant', %(zone)s) AS days
    FROM deal_spells_at(%(as_of)s) s
    WHERE s.status = 'open' AND s.from_at <= %(on)s AND %(on)s < s.to_at
)
SELECT o.stage, o.holder, l.older_than, count(*) AS deals
FROM open_deals o JOIN unnest(%(older_than)s::int[]) AS l(older_than) ON floor(o.days) > l.older_than
GROUP BY o.stage, o.holder, l.older_than ORDER BY o.stage, o.holder, l.older_than
