-- Settlement: schemes, closed periods and statements. One row an event.

-- name: tables
CREATE TABLE schemes_published (
    position       bigint NOT NULL,
    recorded_at    timestamptz NOT NULL,
    scheme         text NOT NULL,
    version        bigint NOT NULL,
    effective_from date NOT NULL,
    toml           text NOT NULL,
    sha256         text NOT NULL,
    remark         text,
    annulled_at    annulled_position
);
CREATE TABLE periods_closed (
    position       bigint NOT NULL,
    recorded_at    timestamptz NOT NULL,
    period         text NOT NULL,
    zone           text NOT NULL,
    as_of          bigint NOT NULL,
    scheme         text NOT NULL,
    scheme_version bigint NOT NULL,
    credit         text NOT NULL,
    statements     bigint NOT NULL,
    digest         text NOT NULL,
    late_scheme    text,
    annulled_at    annulled_position
);
CREATE TABLE statements_issued (
    position    bigint NOT NULL,
    statement   text NOT NULL,
    employee    text NOT NULL,
    period      text NOT NULL,
    total       numeric NOT NULL,
    currency    text NOT NULL,
    sha256      text NOT NULL,
    document    text NOT NULL,
    annulled_at annulled_position
);
CREATE TABLE statement_rulings (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    recorded_by text NOT NULL,
    statement   text NOT NULL,
    ruling      text NOT NULL,
    delta       numeric,
    said        text NOT NULL,
    evidence    bigint[] NOT NULL,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON schemes_published (position);
CREATE INDEX ON periods_closed (position);
CREATE INDEX ON statements_issued (position);
CREATE INDEX ON statements_issued (statement);
CREATE INDEX ON statements_issued (period);
CREATE INDEX ON statements_issued (employee);
CREATE INDEX ON statement_rulings (position);
CREATE INDEX ON statement_rulings (statement);

-- name: functions
-- What became of statements: the sum of their corrections, and how often they were disputed.
CREATE FUNCTION rulings_of(as_of bigint) RETURNS TABLE (
    statement text, corrected numeric, disputes bigint
) LANGUAGE sql STABLE AS $$
    SELECT r.statement, coalesce(sum(r.delta), 0), count(*) FILTER (WHERE r.ruling = 'disputed')
    FROM statement_rulings r WHERE known(r.position, r.annulled_at, as_of)
    GROUP BY r.statement
$$;

-- Corrections of statements that were never issued: of employees who became known only after the
-- period was closed. The statement's name has period and employee. position: of the first.
CREATE FUNCTION never_issued(as_of bigint) RETURNS TABLE (
    statement text, employee text, period text, corrected numeric, disputes bigint,
    "position" bigint
) LANGUAGE sql STABLE AS $$
    SELECT r.statement, substr(r.statement, strpos(r.statement, '/') + 1),
           split_part(r.statement, '/', 1), sum(r.delta),
           count(*) FILTER (WHERE r.ruling = 'disputed'), min(r.position)
    FROM statement_rulings r
    WHERE known(r.position, r.annulled_at, as_of) AND NOT EXISTS (
        SELECT FROM statements_issued i
        WHERE i.statement = r.statement AND known(i.position, i.annulled_at, as_of))
    GROUP BY r.statement HAVING sum(r.delta) IS NOT NULL
$$;

-- name: schemes
SELECT scheme, version, effective_from, recorded_at, sha256, remark, position, toml
FROM schemes_published
WHERE known(position, annulled_at, %(as_of)s) AND (%(scheme)s::text IS NULL OR scheme = %(scheme)s)
ORDER BY scheme, version, position

-- name: closings
SELECT c.period, c.zone, c.as_of, c.scheme, c.scheme_version, c.credit, c.statements,
       s.total, s.currency, coalesce(s.corrected, 0) + coalesce(u.corrected, 0) AS corrected,
       coalesce(s.disputes, 0) + coalesce(u.disputes, 0) AS disputes,
       c.late_scheme, c.digest, c.recorded_at AS closed_at, c.position
FROM periods_closed c LEFT JOIN LATERAL (
    SELECT sum(i.total) AS total, min(i.currency) AS currency, sum(r.corrected) AS corrected,
           sum(r.disputes)::bigint AS disputes
    FROM statements_issued i LEFT JOIN rulings_of(%(as_of)s) r ON r.statement = i.statement
    WHERE i.period = c.period AND known(i.position, i.annulled_at, %(as_of)s)
) AS s ON true LEFT JOIN LATERAL (
    SELECT sum(n.corrected) AS corrected, sum(n.disputes)::bigint AS disputes
    FROM never_issued(%(as_of)s) n WHERE n.period = c.period
) AS u ON true
WHERE known(c.position, c.annulled_at, %(as_of)s)
  AND (%(period)s::text IS NULL OR c.period = %(period)s)
ORDER BY c.period, c.position

-- name: issued
SELECT i.statement, i.employee, i.period, i.total, i.currency, coalesce(r.corrected, 0) AS corrected,
       coalesce(r.disputes, 0) AS disputes, i.sha256, i.position, i.document
FROM statements_issued i LEFT JOIN rulings_of(%(as_of)s) r ON r.statement = i.statement
WHERE known(i.position, i.annulled_at, %(as_of)s)
  AND (%(period)s::text IS NULL OR i.period = %(period)s)
  AND (%(employee)s::text IS NULL OR i.employee = %(employee)s)
  AND (%(named)s::text IS NULL OR i.statement = %(named)s)
ORDER BY i.period, i.employee, i.position

-- name: never_issued
SELECT n.statement, n.employee, n.period, 0::numeric AS total,
       (SELECT min(i.currency) FROM statements_issued i
        WHERE i.period = n.period AND known(i.position, i.annulled_at, %(as_of)s)) AS currency,
       n.corrected, n.disputes, NULL AS sha256, n.position
FROM never_issued(%(as_of)s) n
WHERE (%(period)s::text IS NULL OR n.period = %(period)s)
  AND (%(employee)s::text IS NULL OR n.employee = %(employee)s)
ORDER BY n.period, n.employee

-- name: rulings
SELECT ruling, delta, said, evidence, recorded_by AS by, occurred_at AS at, position
FROM statement_rulings
WHERE statement = %(named)s AND known(position, annulled_at, %(as_of)s)
ORDER BY position
