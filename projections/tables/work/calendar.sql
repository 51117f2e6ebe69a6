-- Business calendars: one row a day, and the hours worked between two moments.
--
-- Of two publications the later one holds for the days that both cover. `clock` has, for every day,
-- the seconds worked before it; what is worked between two moments is then one subtraction.

-- name: tables
CREATE TABLE working_days (
    position    bigint NOT NULL,
    calendar    text NOT NULL,
    day         date NOT NULL,
    zone        text NOT NULL,
    starts      timestamptz[] NOT NULL,
    ends        timestamptz[] NOT NULL,
    seconds     integer NOT NULL,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON working_days (position);

-- name: functions
-- Seconds of these shifts that lie before a moment.
CREATE FUNCTION worked_before(starts timestamptz[], ends timestamptz[], at timestamptz)
RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(sum(extract(epoch FROM least(at, e) - s)), 0)
    FROM unnest(starts, ends) AS shift(s, e) WHERE s < at
$$;

-- Refuses the question: the calendar does not cover all days from one to another. Volatile, or the
-- planner might call it beforehand.
CREATE FUNCTION not_covered(calendar text, first_day date, last_day date)
RETURNS numeric LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RAISE EXCEPTION 'business calendar % does not cover %', calendar,
        CASE first_day WHEN last_day THEN first_day::text
            ELSE concat('all days from ', first_day, ' to ', last_day) END USING ERRCODE = 'IL004',
        HINT = 'Append business_calendar.published for them, or ask for another period.';
END $$;

-- name: calendars
SELECT calendar, min(day) AS first_day, max(day) AS last_day,
       CASE WHEN min(zone) = max(zone) THEN min(zone) END AS zone
FROM working_days WHERE known(position, annulled_at, %(as_of)s)
GROUP BY calendar ORDER BY calendar

-- name: clock
clock AS MATERIALIZED (
    -- Days that follow each other without a gap have the same `run`.
    SELECT day, starts, ends, sum(seconds) OVER (ORDER BY day) - seconds AS before,
           day - (row_number() OVER (ORDER BY day))::int AS run
    FROM (
        SELECT DISTINCT ON (day) day, starts, ends, seconds FROM working_days
        WHERE calendar = %(calendar)s AND known(position, annulled_at, %(as_of)s)
        ORDER BY day, position DESC
    ) AS newest
)

-- name: days
WITH clock AS (
    SELECT DISTINCT ON (day) day, seconds FROM working_days
    WHERE calendar = %(calendar)s AND known(position, annulled_at, %(as_of)s)
      AND day >= %(since)s AND day < %(until)s
    ORDER BY day, position DESC
)
SELECT day, seconds > 0 AS worked FROM clock ORDER BY day

-- name: worked
SELECT CASE WHEN m.start >= m.ending THEN 0 ELSE coalesce(
           b.before + worked_before(b.starts, b.ends, m.ending)
           - a.before - worked_before(a.starts, a.ends, m.start),
           not_covered(%(calendar)s, m.first_day, m.last_day)) / 3600 END AS hours
FROM (
    SELECT %(start)s::timestamptz AS start, %(end)s::timestamptz AS ending,
           (%(start)s::timestamptz AT TIME ZONE %(calendar_zone)s)::date AS first_day,
           (%(end)s::timestamptz AT TIME ZONE %(calendar_zone)s)::date AS last_day
) AS m
LEFT JOIN clock a ON a.day = m.first_day
LEFT JOIN clock b ON b.day = m.last_day AND b.run = a.run
