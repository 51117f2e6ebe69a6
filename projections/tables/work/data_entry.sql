-- Data entry: one row an event; how those who should record what they do keep the ledger.

-- name: tables
CREATE TABLE entries (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    recorded_at  timestamptz NOT NULL,
    client       text,
    performed_by text,
    unit         text,
    imported     boolean NOT NULL,
    annulled_at  annulled_position
);

-- name: indexes
CREATE INDEX ON entries (position);
CREATE INDEX ON entries (occurred_at);
-- Recorded in the order of positions, and so they stand in the table: ranges of pages will do.
CREATE INDEX ON entries USING brin (recorded_at);

-- name: functions
-- How long after it happened it was recorded; a day or a month has happened when it is over.
CREATE FUNCTION entered_after(
    occurred_at timestamptz, "precision" text, recorded_at timestamptz, zone text
) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT recorded_at - is_over(occurred_at, "precision", zone)
$$;

-- name: adoption
WITH here AS (
    SELECT employee, min(name) AS name, min(unit) AS unit FROM staff(%(as_of)s, %(on)s)
    WHERE NOT departed OR departed_at >= first_instant(%(since)s::date, %(zone)s)
    GROUP BY employee
), days AS MATERIALIZED (
    SELECT d::date AS day, first_instant(d, %(zone)s) AS begins,
           first_instant(d + interval '1 day', %(zone)s) AS ends
    FROM generate_series(%(since)s::date::timestamp, %(until)s::date::timestamp
                         - interval '1 day', interval '1 day') AS d
    WHERE extract(isodow FROM d) < 6
), workdays AS (
    SELECT h.employee, count(DISTINCT d.day) AS workdays
    FROM here h JOIN employment_spells(%(as_of)s) s ON s.employee = h.employee
    JOIN days d ON s.from_at < d.ends AND d.begins < s.to_at AND d.begins <= %(on)s
    WHERE NOT EXISTS (
          SELECT FROM absences a WHERE a.employee = h.employee
            AND known(a.position, a.annulled_at, %(as_of)s)
            AND d.day BETWEEN a.first_day AND a.last_day)
    GROUP BY h.employee
), acts AS (
    SELECT performed_by AS employee, count(*) AS events, count(occurred_at) AS told,
           count(*) FILTER (
               WHERE precision <> 'month' AND (occurred_at AT TIME ZONE %(zone)s)::date
                   = (recorded_at AT TIME ZONE %(zone)s)::date) AS same_day,
           count(*) FILTER (WHERE entered_after(occurred_at, precision, recorded_at, %(zone)s)
                                  > interval '24 hours') AS late,
           count(*) FILTER (WHERE entered_after(occurred_at, precision, recorded_at, %(zone)s)
                                  > interval '7 days') AS back_dated
    FROM entries
    WHERE NOT imported AND performed_by IS NOT NULL AND known(position, annulled_at, %(as_of)s)
      AND recorded_at <= %(on)s
      AND in_period(recorded_at, %(since)s::date::timestamp, %(until)s::date::timestamp, %(zone)s)
    GROUP BY performed_by
)
SELECT employee, h.name, h.unit, coalesce(a.events, 0) AS events,
       coalesce(w.workdays, 0) AS workdays,
       coalesce(a.events, 0)::float8 / nullif(w.workdays, 0) AS per_workday,
       coalesce(a.same_day, 0) AS same_day, a.same_day::float8 / nullif(a.told, 0) AS same_day_share,
       coalesce(a.late, 0) AS late, a.late::float8 / nullif(a.told, 0) AS late_share,
       coalesce(a.back_dated, 0) AS back_dated,
       a.events IS NULL AND coalesce(w.workdays, 0) > 0 AS silent
FROM here h FULL JOIN acts a USING (employee) LEFT JOIN workdays w USING (employee)
ORDER BY silent DESC, events, employee COLLATE "C"
