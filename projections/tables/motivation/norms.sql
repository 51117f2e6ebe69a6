-- Norms: one row a version of a norm, and one a breach that was put on record.

-- name: tables
CREATE TABLE norm_versions (
    position        bigint NOT NULL,
    norm            text NOT NULL,
    version         bigint NOT NULL,
    metric          text NOT NULL,
    bound           text NOT NULL,
    value           numeric NOT NULL,
    currency        text,
    every           text NOT NULL,
    per_working_day boolean NOT NULL,
    counting        boolean NOT NULL,
    hours           numeric,
    calendar        text,
    credit          text NOT NULL,
    scope           text NOT NULL,
    scope_id        text,
    effective_from  date NOT NULL,
    until           date,
    late            text,
    annulled_at     annulled_position
);
CREATE TABLE norm_breaches (
    position    bigint NOT NULL,
    recorded_by text NOT NULL,
    norm        text NOT NULL,
    version     bigint NOT NULL,
    employee    text NOT NULL,
    period      text NOT NULL,
    value       numeric NOT NULL,
    "limit"     numeric NOT NULL,
    numerator   numeric,
    denominator numeric,
    evidence    bigint[] NOT NULL,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON norm_versions (position);
CREATE INDEX ON norm_breaches (position);
CREATE INDEX ON norm_breaches (period);

-- name: norms
SELECT DISTINCT ON (norm, version)
       position, norm, version, metric, bound, value, currency, every, per_working_day, counting,
       hours, calendar, credit, scope, scope_id, effective_from, until, late
FROM norm_versions
WHERE known(position, annulled_at, %(as_of)s) AND (%(norm)s::text IS NULL OR norm = %(norm)s)
-- Where a service recorded one version twice, the first counts.
ORDER BY norm, version, position

-- name: recorded
SELECT norm, version, employee, period, value, "limit", numerator, denominator, evidence,
       recorded_by AS by, position, annulled_at <= %(as_of)s AS annulled
FROM norm_breaches
WHERE position <= %(as_of)s AND period = ANY (%(periods)s)
ORDER BY period, norm, employee, position
