-- Transfers: batches of clients that passed from one employee to others.
--
--   batch_steps  started, completed, turned (the reversal began), reversed
--   batch_moves  the clients of a batch, as they passed on and went back

-- name: tables
CREATE TABLE batch_steps (
    position      bigint NOT NULL,
    occurred_at   timestamptz,
    precision     text NOT NULL,
    batch         text NOT NULL,
    step          text NOT NULL,
    from_employee text,
    rule          text,
    reason        text,
    planned       bigint,
    skipped       bigint,
    kept          bigint,
    approved_by   text,
    recorded_by   text NOT NULL,
    annulled_at   annulled_position
);
CREATE TABLE batch_moves (
    position      bigint NOT NULL,
    batch         text NOT NULL,
    client        text NOT NULL,
    from_employee text,
    to_employee   text NOT NULL,
    back          boolean NOT NULL,
    annulled_at   annulled_position
);

-- name: indexes
CREATE INDEX ON batch_steps (position);
CREATE INDEX ON batch_moves (position);
CREATE INDEX ON batch_moves (batch);

-- name: batches
WITH steps AS (
    SELECT * FROM batch_steps
    WHERE known(position, annulled_at, %(as_of)s) AND coalesce(occurred_at, '-infinity') <= %(on)s
      AND (%(batch)s::text IS NULL OR batch = %(batch)s)
), moves AS (
    SELECT batch, count(*) FILTER (WHERE NOT back) AS moved, count(*) FILTER (WHERE back) AS restored
    FROM batch_moves WHERE known(position, annulled_at, %(as_of)s)
      AND (%(batch)s::text IS NULL OR batch = %(batch)s)
    GROUP BY batch
), coming AS (
    SELECT m.batch, count(*) AS ahead, min(c.effective_at) AS effective_at
    FROM batch_moves m JOIN ownership_changes c ON c.position = m.position
    WHERE known(m.position, m.annulled_at, %(as_of)s) AND NOT m.back AND c.effective_at > %(on)s
      AND (%(batch)s::text IS NULL OR m.batch = %(batch)s)
    GROUP BY m.batch
)
SELECT s.batch,
       CASE WHEN r.batch IS NOT NULL THEN 'reversed'
            WHEN s.batch IN (SELECT batch FROM steps WHERE step = 'turned') THEN 'reversing'
            WHEN c.batch IS NOT NULL THEN 'complete'
            ELSE 'open' END AS state,
       s.from_employee, s.rule, s.reason, s.planned, coalesce(m.moved, 0) AS moved, c.skipped,
       coalesce(m.restored, 0) AS restored, r.kept,
       s.occurred_at AS started_at, s.precision AS started_precision,
       c.occurred_at AS completed_at, c.precision AS completed_precision,
       r.occurred_at AS reversed_at, r.precision AS reversed_precision,
       coalesce(n.ahead, 0) AS ahead, n.effective_at, s.approved_by, s.recorded_by, s.position
FROM steps s
LEFT JOIN (SELECT DISTINCT ON (batch) * FROM steps WHERE step = 'completed'
           ORDER BY batch, position) c ON c.batch = s.batch
LEFT JOIN (SELECT DISTINCT ON (batch) * FROM steps WHERE step = 'reversed'
           ORDER BY batch, position) r ON r.batch = s.batch
LEFT JOIN moves m ON m.batch = s.batch
LEFT JOIN coming n ON n.batch = s.batch
WHERE s.step = 'started'
ORDER BY s.position DESC

-- name: successors
SELECT coalesce(m.to_employee, b.from_employee) AS to_employee,
       count(m.client) AS moved, count(b.client) AS restored
FROM (SELECT * FROM batch_moves
      WHERE batch = %(batch)s AND NOT back AND known(position, annulled_at, %(as_of)s)) m
FULL JOIN (SELECT * FROM batch_moves
      WHERE batch = %(batch)s AND back AND known(position, annulled_at, %(as_of)s)) b
    ON b.client = m.client
GROUP BY 1 ORDER BY min(coalesce(m.to_employee, b.from_employee) COLLATE "C")

-- name: passed
-- The clients that are with those to whom the batch passed them on; not those that went back.
SELECT client, to_employee FROM (
    SELECT DISTINCT ON (client) * FROM batch_moves
    WHERE batch = %(batch)s AND known(position, annulled_at, %(as_of)s)
    ORDER BY client, position DESC
) AS last_moves WHERE NOT back ORDER BY client COLLATE "C"
