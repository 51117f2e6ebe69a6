-- Reductions of a bonus: one row a reduction proposed, and one a decision about it.

-- name: tables
CREATE TABLE reductions_proposed (
    position    bigint NOT NULL,
    reduction   text NOT NULL,
    employee    text NOT NULL,
    period      text NOT NULL,
    amount      numeric NOT NULL,
    currency    text NOT NULL,
    rule        text NOT NULL,
    evidence    bigint[] NOT NULL,
    annulled_at annulled_position
);
CREATE TABLE reductions_decided (
    position    bigint NOT NULL,
    recorded_by text NOT NULL,
    reduction   text NOT NULL,
    decision    text NOT NULL,
    reason      text NOT NULL,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON reductions_proposed (position);
CREATE INDEX ON reductions_proposed (period);
CREATE INDEX ON reductions_decided (position);
CREATE INDEX ON reductions_decided (reduction);

-- name: reductions
SELECT DISTINCT ON (p.period, p.employee, p.reduction)
       p.reduction, p.employee, p.period, p.amount, p.currency, p.rule, p.evidence, d.decision,
       d.reason, d.recorded_by AS by, p.position
FROM reductions_proposed p LEFT JOIN reductions_decided d
    ON d.reduction = p.reduction AND known(d.position, d.annulled_at, %(as_of)s)
WHERE known(p.position, p.annulled_at, %(as_of)s)
  AND (%(period)s::text IS NULL OR p.period = %(period)s)
  AND (%(employee)s::text IS NULL OR p.employee = %(employee)s)
-- The first proposal of an id and the last decision about it.
ORDER BY p.period, p.employee, p.reduction, p.position, d.position DESC NULLS LAST
