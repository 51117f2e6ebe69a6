-- Evidence of the client base: who is owned, who is orphaned, what is known of whom.
-- One row an event, in the columns of evidence_columns.sql.

-- name: client_owned
-- For coverage.
-- Every spell in which an employee owned a client in the period; counts if there was activity of ours
-- during it. `client_kept` if it lasted the whole
-- period, so that nobody else owned the client in it. The owner of each contact is looked up rather
-- than the contacts of each owner: contacts are far fewer. An id that was merged into another client
-- has no owner from then on.
SELECT CASE WHEN o.from_at <= n.since AND n.at <= o.to_at THEN 'client_kept' ELSE 'client_owned' END,
       o.from_position,
       -- What began before the period is seen with all that holds from its first moment on.
       least(greatest(o.from_at, n.since), %(on)s), 'instant',
       CASE WHEN o.from_at < n.since THEN 9223372036854775807 ELSE o.from_position END,
       o.client, NULL, NULL, o.kind, o.owner, o.owner, NULL, m.client IS NOT NULL, NULL::numeric,
       NULL, NULL::numeric, n.starts
FROM ends n JOIN owner_spells_at(%(as_of)s) o
    ON o.owner IS NOT NULL AND o.from_at <= %(on)s AND o.from_at < n.at AND o.to_at > n.since
LEFT JOIN (
    SELECT DISTINCT i.starts, o.client, o.from_at, o.from_position
    FROM (
        SELECT client, CASE WHEN precision IN ('day', 'month')
                            THEN (SELECT c.credited_at FROM credited_at(
                                      occurred_at, precision, position, client, %(as_of)s, %(on)s) c)
                            ELSE occurred_at END AS at, position, greatest(%(starts)s::timestamp, date_trunc(
                   %(every)s::text, occurred_at AT TIME ZONE %(zone)s)) AS starts
        FROM interactions
        WHERE side = 'ours' AND known(position, annulled_at, %(as_of)s) AND occurred_at <= %(on)s
          AND in_period(occurred_at, %(starts)s, %(ends)s, %(zone)s)
    ) AS i JOIN owner_spells_at(%(as_of)s) o
        ON o.client = i.client AND (o.from_at, o.from_position) <= (i.at, i.position)
       AND (i.at, i.position) < (o.to_at, o.to_position)
) AS m ON m.starts = n.starts AND m.client = o.client AND m.from_at = o.from_at
      AND m.from_position = o.from_position
WHERE NOT EXISTS (
    SELECT FROM absorbed_at(%(as_of)s, %(on)s) g
    WHERE g.client = o.client AND (g.since <= o.from_at OR g.since <= n.since))

-- name: orphaned
-- For orphan_hours.
-- The hours in which a client had lost its owner, or had one who had departed; not those after its id
-- was merged into another client. Without a first day, those from the first event known on. In every
-- period they are those of the unit that the employee belonged to when the client lost them.
SELECT 'orphaned', g.position, g.from_at, 'instant', g.position, g.client, NULL, NULL, g.why,
       g.owner, g.owner, NULL, NULL::boolean,
       greatest(0, extract(epoch FROM least(g.to_at, n.at, %(on)s, a.since)
           - greatest(g.from_at, n.since, f.at)) / 3600),
       NULL, NULL::numeric, n.starts
FROM ends n CROSS JOIN (
    SELECT CASE WHEN isfinite(%(starts)s::timestamp) THEN '-infinity'
               ELSE coalesce((SELECT at FROM earliest), %(on)s) END AS at
) AS f JOIN (
    SELECT from_position AS position, client, 'released' AS why, former AS owner, from_at, to_at
    FROM (
        SELECT *, lag(owner) OVER (PARTITION BY client ORDER BY from_at, from_position) AS former
        FROM owner_spells_at(%(as_of)s)
        WHERE client IN (SELECT client FROM owner_spells_at(%(as_of)s) WHERE owner IS NULL)
    ) AS spells WHERE owner IS NULL AND former IS NOT NULL
    UNION ALL
    SELECT greatest(s.from_position, d.position), s.client, 'departed', s.owner,
           greatest(s.from_at, d.from_at), least(s.to_at, d.to_at)
    FROM (
        SELECT employee, change, position, coalesce(effective_at, '-infinity') AS from_at,
               lead(coalesce(effective_at, '-infinity'), 1, 'infinity') OVER (
                   PARTITION BY employee ORDER BY coalesce(effective_at, '-infinity'), position)
                   AS to_at
        FROM employment_changes WHERE known(position, annulled_at, %(as_of)s)
    ) AS d JOIN owner_spells_at(%(as_of)s) s
        ON s.owner = d.employee AND s.from_at < d.to_at AND d.from_at < s.to_at
    WHERE d.change = 'departed'
) AS g ON g.from_at < n.at AND g.to_at > n.since AND g.from_at <= %(on)s
LEFT JOIN absorbed_at(%(as_of)s, %(on)s) a ON a.client = g.client
WHERE a.client IS NULL OR g.from_at < a.since AND n.since < a.since

-- name: field_known
-- For freshness.
-- Every field known of a client at the end; counts if it was recorded or confirmed recently.
SELECT 'field_known', k.position, k.at, 'instant', k.tie, k.client, NULL, NULL, k.field, NULL,
       k.performed_by, k.unit, k.seen_at >= k.at - %(fresh_days)s::int * interval '24 hours',
       NULL::numeric, NULL, NULL::numeric, k.starts
FROM (
    SELECT *, max(nth) OVER one AS newest,
           -- The last word but confirmations: whether the field has a value. One sort for all.
           max(nth) FILTER (WHERE change = 'recorded') OVER one AS recorded,
           max(nth) FILTER (WHERE change = 'retracted') OVER one AS retracted
    FROM (
        SELECT n.starts, n.at, n.tie, f.*, row_number() OVER (
                   PARTITION BY f.client, f.field, n.starts ORDER BY f.seen_at, f.position) AS nth
        FROM ends n JOIN (
            SELECT client, field, change, position, performed_by, unit, precision,
                   coalesce(occurred_at, '-infinity') AS seen_at
            FROM fact_changes
            WHERE change IN ('recorded', 'confirmed', 'retracted')
              AND known(position, annulled_at, %(as_of)s)
              AND coalesce(occurred_at, '-infinity') <= %(on)s
        ) AS f ON n.tie > 0 OR f.seen_at < n.at
    ) AS numbered WINDOW one AS (PARTITION BY client, field, starts)
) AS k
WHERE k.nth = k.newest AND k.recorded > coalesce(k.retracted, 0)

-- name: contribution
-- For contributions.
-- A point for every field recorded or confirmed; none if it was recorded with this value already, or
-- retracted later in the same period, even if somebody recorded it again meanwhile; none for
-- confirming a field that nobody had recorded. A retraction in a later period takes the point back
-- there (contribution_undone); not one of an unknown time, which is in no period.
SELECT k.evidence, CASE WHEN k.back THEN u.position ELSE f.position END, f.occurred_at, f.precision,
       f.position, f.client, NULL, NULL, f.field, f.performed_by, f.performed_by, f.unit, k.earned,
       CASE WHEN k.earned THEN 1 ELSE 0 END::numeric, NULL, NULL::numeric,
       CASE WHEN k.back THEN u.at AT TIME ZONE %(zone)s END
FROM (
    SELECT f.*, true AS inside FROM fact_changes f
    WHERE in_period(f.occurred_at, %(starts)s, %(ends)s, %(zone)s)
       OR f.occurred_at IS NULL AND %(starts)s::timestamp = '-infinity'
    UNION ALL
    SELECT DISTINCT f.*, false FROM fact_changes r
    JOIN fact_changes f ON f.client = r.client AND f.field = r.field
    WHERE r.change = 'retracted' AND known(r.position, r.annulled_at, %(as_of)s)
      AND in_period(r.occurred_at, %(starts)s, %(ends)s, %(zone)s)
      AND NOT (f.occurred_at IS NOT NULL
               AND in_period(f.occurred_at, %(starts)s, %(ends)s, %(zone)s)
               OR f.occurred_at IS NULL AND %(starts)s::timestamp = '-infinity')
) AS f LEFT JOIN LATERAL (
    -- The value before: none, if it was retracted.
    SELECT b.value FROM fact_changes b
    WHERE b.client = f.client AND b.field = f.field AND b.change IN ('recorded', 'retracted')
      AND known(b.position, b.annulled_at, %(as_of)s)
      AND (coalesce(b.occurred_at, '-infinity'), b.position)
          < (coalesce(f.occurred_at, '-infinity'), f.position)
    ORDER BY coalesce(b.occurred_at, '-infinity') DESC, b.position DESC LIMIT 1
) AS former ON true, LATERAL (
    SELECT (array_agg(o.position ORDER BY o.at, o.position) FILTER (
               WHERE (o.at, o.position) > (coalesce(f.occurred_at, '-infinity'), f.position)
                 AND o.change <> 'confirmed'
                 AND o.value IS DISTINCT FROM coalesce(f.value, former.value)))[1] AS next,
           CASE f.change
               WHEN 'recorded' THEN former.value IS DISTINCT FROM f.value
               -- Once a day is enough.
               ELSE former.value IS NOT NULL AND NOT coalesce(bool_or(
                   (o.at, o.position) < (coalesce(f.occurred_at, '-infinity'), f.position)
                   AND o.change <> 'retracted'
                   AND (o.at AT TIME ZONE %(zone)s)::date
                       = (f.occurred_at AT TIME ZONE %(zone)s)::date), false)
               END AS earned
    FROM (
        SELECT coalesce(occurred_at, '-infinity') AS at, position, change, value
        FROM fact_changes o
        WHERE o.client = f.client AND o.field = f.field
          AND o.change IN ('recorded', 'confirmed', 'retracted')
          AND known(o.position, o.annulled_at, %(as_of)s)
          AND coalesce(o.occurred_at, '-infinity') <= %(on)s
        OFFSET 0
    ) AS o
) AS s LEFT JOIN LATERAL (
    SELECT u.position, coalesce(u.occurred_at, '-infinity') AS at,
           f.occurred_at IS NULL OR in_one_period(
               f.occurred_at, coalesce(u.occurred_at, '-infinity'), %(every)s, %(starts)s, %(ends)s,
               %(zone)s) AS soon
    FROM fact_changes u
    WHERE u.position = s.next AND u.client = f.client AND u.field = f.field AND u.change = 'retracted'
) AS u ON true CROSS JOIN LATERAL (VALUES
    ('contribution', false, s.earned AND NOT coalesce(u.soon, false), f.inside),
    ('contribution_undone', true, s.earned,
     s.earned AND NOT u.soon AND in_period(u.at, %(starts)s, %(ends)s, %(zone)s))
) AS k(evidence, back, earned, wanted)
WHERE f.change IN ('recorded', 'confirmed') AND known(f.position, f.annulled_at, %(as_of)s) AND k.wanted
