-- Template: the evidence of a question, credited, placed, and grouped by whom and period. Both
-- aggregates.sql and evidence_of_a_figure.sql begin with it. template.py explains `when` and `put`.
--
--   periods, ends         the periods asked for, and the moment at which each of them ends
--   clock, spans          working hours, and evidence to be measured in them
--   events                the evidence, one row an event (sales.sql and the like, evidence_columns.sql)
--   owners, credited      to whom each event is credited (credit.sql); a split event has two rows
--   placed                the unit of the credited employee at that moment
--   unit_states … named   the group: employee, unit, team, office, product, client or a fact
--   grouped               the same rows with group and period
WITH
-- when: period_ends
earliest AS (
    -- The first event known then: where a question without a first day begins.
    SELECT min(e.occurred_at) AS at FROM entries e
    WHERE e.occurred_at <= %(on)s AND known(e.position, e.annulled_at, %(as_of)s)
),
periods AS (
    -- For what is counted at the end of a period; the last may be cut short by the time asked for.
    SELECT greatest(p, %(starts)s::timestamp) AS starts,
           least(p + %(step)s::interval, %(ends)s::timestamp) AS ends
    FROM generate_series(
        date_trunc(%(every)s::text, CASE WHEN isfinite(%(starts)s::timestamp) THEN %(starts)s::timestamp
            ELSE coalesce((SELECT at FROM earliest), %(on)s) AT TIME ZONE %(zone)s END),
        least(%(ends)s::timestamp - interval '1 microsecond', %(on)s AT TIME ZONE %(zone)s),
        %(step)s::interval) AS p
    WHERE %(step)s::interval IS NOT NULL
    UNION ALL
    SELECT %(starts)s::timestamp, %(ends)s::timestamp WHERE %(step)s::interval IS NULL
),
ends AS (
    -- From `since` up to (at, tie), exclusive; `starts` and `before` are the same as local times.
    SELECT p.starts, first_instant(p.starts, %(zone)s) AS since, p.ends AS before,
           first_instant(p.ends, %(zone)s) AS at, 0::bigint AS tie
    FROM periods p WHERE first_instant(p.ends, %(zone)s) <= %(on)s
    UNION ALL
    SELECT p.starts, first_instant(p.starts, %(zone)s), 'infinity', %(on)s, 9223372036854775807
    FROM periods p WHERE first_instant(p.ends, %(zone)s) > %(on)s
),
-- end
-- when: business_hours
-- put: clock
spans AS (
    -- put: evidence_columns
    UNION ALL
    -- put: evidence_with_hours
),
-- end
events AS (
    -- put: evidence_columns
    -- when: other_evidence
    UNION ALL
    -- put: evidence
    -- end
    -- when: clock_hours
    UNION ALL
    SELECT * FROM spans
    -- end
    -- when: business_hours
    UNION ALL
    -- The same evidence with its hours counted by the calendar.
    SELECT s.evidence || '_business', s.position, s.at, s.precision, s.tie, s.client, s.subject,
           s.product, s.label, s.holder, s.performer, s.given_unit,
           CASE s.evidence WHEN 'inquiry' THEN coalesce(w.hours <= %(norm_hours)s, false)
               ELSE s.counted END, w.hours, s.currency, s.days, s.period_starts
    FROM spans s CROSS JOIN LATERAL (
        -- An inquiry is timed at its beginning, everything else at its end.
        SELECT s.at - CASE s.evidence WHEN 'inquiry' THEN interval '0'
                      ELSE make_interval(secs => (s.amount * 3600)::float8) END AS begins,
               s.at + CASE s.evidence WHEN 'inquiry'
                      THEN make_interval(secs => (s.amount * 3600)::float8)
                      ELSE interval '0' END AS ending
    ) AS m
    LEFT JOIN clock a ON a.day = (m.begins AT TIME ZONE %(calendar_zone)s)::date
    LEFT JOIN clock b ON b.day = (m.ending AT TIME ZONE %(calendar_zone)s)::date AND b.run = a.run
    CROSS JOIN LATERAL (
        SELECT CASE WHEN s.amount IS NULL THEN NULL WHEN s.amount <= 0 THEN 0 ELSE coalesce(
            b.before + worked_before(b.starts, b.ends, m.ending)
            - a.before - worked_before(a.starts, a.ends, m.begins),
            not_covered(%(calendar)s, (m.begins AT TIME ZONE %(calendar_zone)s)::date,
                        (m.ending AT TIME ZONE %(calendar_zone)s)::date)) / 3600 END AS hours
    ) AS w
    -- end
),
-- when: held
credited AS (
    -- Credited to its holder, whatever the mode of credit, or to nobody in particular where the
    -- group does not depend on it: no owner is looked up, and parts make up one again.
    SELECT evidence, position, coalesce(at, '-infinity') AS at, precision, tie, client, subject,
           product, label, performer, given_unit, counted, amount, currency, days, period_starts,
           -- when: undoing
           CASE WHEN evidence = ANY (%(undone)s) THEN -1::numeric END AS weight,
           -- otherwise
           NULL::numeric AS weight,
           -- end
           holder AS employee, coalesce(at, '-infinity') AS credited_at
    FROM events WHERE coalesce(at, '-infinity') <= %(on)s
),
-- otherwise
owners AS (
    -- put: owners
),
credited AS (
    -- Where the client has no owner to be credited, the holder of the deal is.
    SELECT e.evidence, e.position, coalesce(e.at, '-infinity') AS at, e.precision, e.tie, e.client,
           e.subject, e.product, e.label, e.performer, e.given_unit, e.counted, e.amount,
           e.currency, e.days, e.period_starts,
           -- when: undoing
           CASE WHEN e.evidence = ANY (%(undone)s) THEN -coalesce(o.weight, 1) ELSE o.weight END
               AS weight,
           -- otherwise
           o.weight,
           -- end
           CASE WHEN %(credit)s = 'performer' THEN e.performer
                ELSE coalesce(o.owner, e.holder) END AS employee, e.credited_at
    FROM (
        SELECT *, CASE WHEN precision IN ('day', 'month')
                  THEN (SELECT c.credited_at
                        FROM credited_at(at, precision, tie, client, %(as_of)s, %(on)s) c)
                  ELSE coalesce(at, '-infinity') END AS credited_at
        FROM events WHERE coalesce(at, '-infinity') <= %(on)s OFFSET 0
    ) AS e LEFT JOIN owners o
        ON o.client = e.client
       AND (o.from_at, o.from_position) <= (e.credited_at, e.tie)
       AND (e.credited_at, e.tie) < (o.to_at, o.to_position)
),
-- end
-- when: placed
placed AS (
    -- The unit given by the producer if it concerns the employee credited; otherwise the unit the
    -- employee belonged to at that moment.
    SELECT c.*, CASE WHEN c.employee IS NULL OR c.employee = c.performer
                     THEN coalesce(c.given_unit, s.unit) ELSE s.unit END AS unit
    FROM credited c LEFT JOIN employment_spells(%(as_of)s) s
        ON s.employee = c.employee AND (s.from_at, s.from_position) <= (c.credited_at, c.tie)
       AND (c.credited_at, c.tie) < (s.to_at, s.to_position)
),
-- otherwise
placed AS (
    -- Nothing depends on the unit.
    SELECT *, NULL::text AS unit FROM credited
),
-- end
-- when: by_superior
unit_states AS MATERIALIZED (
    SELECT * FROM unit_spells(%(as_of)s)
),
epochs AS (
    SELECT from_at, lead(from_at, 1, 'infinity') OVER (ORDER BY from_at) AS to_at
    FROM (SELECT DISTINCT from_at FROM unit_states) AS moments
),
climbed AS (
    -- From every unit upwards, as the tree stood between two changes of it; then the manager of the
    -- unit or of the nearest one above (team), or the branch above (office).
    WITH RECURSIVE climb AS (
        SELECT e.from_at, e.to_at, u.unit, u.unit AS reached, u.parent, u.kind, u.manager,
               0 AS height
        FROM epochs e JOIN unit_states u ON u.from_at <= e.from_at AND e.from_at < u.to_at
        UNION ALL
        SELECT c.from_at, c.to_at, c.unit, u.unit, u.parent, u.kind, u.manager, c.height + 1
        FROM climb c JOIN unit_states u
            ON u.unit = c.parent AND u.from_at <= c.from_at AND c.from_at < u.to_at
        WHERE c.height < 30
    )
    SELECT unit, from_at, to_at,
           CASE %(by)s WHEN 'team'
               THEN (array_agg(manager ORDER BY height) FILTER (WHERE manager IS NOT NULL))[1]
               ELSE (array_agg(reached ORDER BY height) FILTER (WHERE kind = 'branch'))[1]
           END AS superior
    FROM climb GROUP BY unit, from_at, to_at
),
superiors AS MATERIALIZED (
    -- Spells in which the superior stayed the same.
    SELECT unit, superior, from_at, lead(from_at, 1, 'infinity') OVER one AS to_at
    FROM (SELECT *, lag(superior) OVER one AS before, row_number() OVER one AS nth FROM climbed
          WINDOW one AS (PARTITION BY unit ORDER BY from_at)) AS steps
    WHERE nth = 1 OR superior IS DISTINCT FROM before
    WINDOW one AS (PARTITION BY unit ORDER BY from_at)
),
named AS (
    SELECT p.*, s.superior AS name FROM placed p
    LEFT JOIN superiors s ON s.unit = p.unit AND s.from_at <= p.at AND p.at < s.to_at
),
-- end
-- when: by_fact
facts AS MATERIALIZED (
    SELECT DISTINCT ON (client) client, CASE change WHEN 'recorded' THEN value END AS value
    FROM fact_changes
    WHERE field = %(field)s AND change IN ('recorded', 'retracted')
      AND known(position, annulled_at, %(as_of)s)
      AND coalesce(occurred_at, '-infinity') <= %(on)s
    ORDER BY client, coalesce(occurred_at, '-infinity') DESC, position DESC
),
named AS (
    SELECT p.*, f.value AS name FROM placed p LEFT JOIN facts f ON f.client = p.client
),
-- end
-- when: by_column
named AS (
    SELECT p.*, CASE %(by)s WHEN 'employee' THEN p.employee WHEN 'unit' THEN p.unit
                    WHEN 'product' THEN p.product WHEN 'client' THEN p.client ELSE 'whole' END AS name
    FROM placed p
),
-- end
grouped AS (
    -- The period is NULL for the whole, or if the time is unknown.
    SELECT p.*, coalesce(p.name, '(none)') AS "group",
           CASE WHEN %(step)s::interval IS NOT NULL THEN date_trunc(%(every)s::text, coalesce(
               p.period_starts, p.at AT TIME ZONE %(zone)s)) END AS period
    FROM named p
),
