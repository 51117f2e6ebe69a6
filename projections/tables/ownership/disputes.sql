-- Disputes and conflicts: between clients and employees, and between employees over clients.
--
--   conflict_changes      conflicts of a client with an employee, and their resolution
--   dispute_changes       disputes over a client, and how they were decided
--   claims_of             every claim, with whose the client was at that moment; which events claim
--                         a client stands in the policies of reservations.sql

-- name: tables
CREATE TABLE conflict_changes (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    client       text NOT NULL,
    employee     text NOT NULL,
    change       text NOT NULL,
    severity     text,
    account      text,
    outcome      text,
    remark       text,
    performed_by text,
    recorded_by  text NOT NULL,
    annulled_at  annulled_position
);
CREATE TABLE dispute_changes (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    precision   text NOT NULL,
    dispute     text NOT NULL,
    client      text,
    change      text NOT NULL,
    claimant    text,
    respondent  text,
    claim       text,
    decision    text,
    decided_by  text,
    grounds     text,
    evidence    text[] NOT NULL,
    recorded_by text NOT NULL,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON conflict_changes (position);
CREATE INDEX ON conflict_changes (client);
CREATE INDEX ON dispute_changes (position);
CREATE INDEX ON dispute_changes (client);
CREATE INDEX ON dispute_changes (dispute);

-- name: functions
-- Every event by which an employee claims a client, as the policy then in force says, and whose the
-- client was at that moment. A claim on another's client is a breach, except by the account team, by
-- the owner's substitute, and between units that need not keep out of each other's clients, unless
-- the employee is barred. The decisions on reservations have the same rule, so only what was
-- recorded past them is found here. What the policy says about a unit holds for those below it.
CREATE FUNCTION claims_of(as_of bigint, on_time timestamptz, only_client text DEFAULT NULL) RETURNS TABLE (
    "position" bigint, occurred_at timestamptz, "precision" text, client text, type text,
    employee text, owner text, owner_position bigint, breach boolean
) LANGUAGE sql STABLE AS $$
    WITH claims AS MATERIALIZED (
        SELECT t.position, t.occurred_at, t.precision,
               CASE WHEN t.precision IN ('day', 'month')
                    THEN (SELECT c.credited_at FROM credited_at(t.occurred_at, t.precision,
                              t.position, t.client, as_of, on_time) c)
                    ELSE coalesce(t.occurred_at, '-infinity') END AS at,
               t.client, t.type, t.performed_by, p.exclusions
        FROM timeline t LEFT JOIN LATERAL (
            SELECT * FROM reservation_policies r
            WHERE known(r.position, r.annulled_at, as_of) AND r.position < t.position
            ORDER BY r.position DESC LIMIT 1
        ) AS p ON true
        WHERE known(t.position, t.annulled_at, as_of) AND t.performed_by IS NOT NULL
          AND coalesce(t.occurred_at, '-infinity') <= on_time
          AND (only_client IS NULL OR t.client = only_client)
          AND (t.type = 'offer.sent'
               OR t.type IN (SELECT unnest(r.claims) FROM reservation_policies r))
          AND t.type = ANY (coalesce(p.claims, ARRAY['offer.sent']))
    ), owned AS (
        SELECT c.*, s.owner, s.from_position AS owner_position,
               s.owner IS NOT NULL AND s.owner <> c.performed_by AS foreign_claim
        FROM claims c LEFT JOIN owner_spells_at(as_of) s ON s.client = c.client
             AND (s.from_at, s.from_position) <= (c.at, c.position)
             AND (c.at, c.position) < (s.to_at, s.to_position)
    ), placed AS (
        SELECT o.*, mine.unit AS mine, coalesce(theirs.unit, taken.unit) AS theirs FROM owned o
        LEFT JOIN employment_spells(as_of) mine
             ON o.foreign_claim AND mine.employee = o.performed_by
             AND mine.from_at <= o.at AND o.at < mine.to_at
        LEFT JOIN employment_spells(as_of) theirs ON o.foreign_claim AND theirs.employee = o.owner
             AND theirs.from_at <= o.at AND o.at < theirs.to_at
        LEFT JOIN ownership_changes taken ON o.foreign_claim AND taken.position = o.owner_position
    ), chains AS MATERIALIZED (
        SELECT * FROM unit_chains(as_of)
    )
    SELECT o.position, o.occurred_at, o.precision, o.client, o.type, o.performed_by, o.owner,
           o.owner_position,
           o.foreign_claim
           AND (EXISTS (
                   SELECT FROM contacts_barred b
                   WHERE b.client = o.client AND b.employee = o.performed_by
                     AND known(b.position, b.annulled_at, as_of)
                     AND (coalesce(b.occurred_at, '-infinity'), b.position) <= (o.at, o.position)
                     AND (b.until IS NULL OR o.at < b.until))
               OR (SELECT m.change FROM team_changes m
                   WHERE m.client = o.client AND m.employee = o.performed_by
                     AND known(m.position, m.annulled_at, as_of)
                     AND (coalesce(m.occurred_at, '-infinity'), m.position) <= (o.at, o.position)
                   ORDER BY coalesce(m.occurred_at, '-infinity') DESC, m.position DESC LIMIT 1
                  ) IS DISTINCT FROM 'added'
              AND NOT EXISTS (
                  SELECT FROM absences a
                  WHERE a.employee = o.owner AND a.substitute = o.performed_by
                    AND known(a.position, a.annulled_at, as_of)
                    AND o.at >= first_instant(a.first_day, zone_asked())
                    AND o.at < first_instant(a.last_day + interval '1 day', zone_asked()))
              AND NOT (coalesce(o.exclusions, '[]') <> '[]' AND o.mine IS NOT NULL
                       AND o.theirs IS NOT NULL AND NOT EXISTS (
                           SELECT FROM jsonb_array_elements(o.exclusions::jsonb) AS units
                           WHERE (units ? o.mine OR EXISTS (
                               SELECT FROM chains c WHERE c.unit = o.mine AND units ? c.above
                                 AND c.from_at <= o.at AND o.at < c.to_at))
                             AND (units ? o.theirs OR EXISTS (
                               SELECT FROM chains c WHERE c.unit = o.theirs AND units ? c.above
                                 AND c.from_at <= o.at AND o.at < c.to_at)))))
    FROM placed o
$$;

-- name: open_disputes
-- A section of the card.
SELECT DISTINCT ON (d.dispute COLLATE "C") d.dispute AS name, d.claim AS value,
       d.occurred_at AS since, d.precision, d.position, d.claimant, d.respondent,
       d.client
FROM dispute_changes d
WHERE d.client = ANY (%(clients)s) AND d.change = 'opened' AND known(d.position, d.annulled_at, %(as_of)s)
  AND coalesce(d.occurred_at, '-infinity') <= %(on)s
  AND NOT EXISTS (
      SELECT FROM dispute_changes r
      WHERE r.dispute = d.dispute AND r.change = 'resolved'
        AND known(r.position, r.annulled_at, %(as_of)s)
        AND coalesce(r.occurred_at, '-infinity') <= %(on)s)
ORDER BY d.dispute COLLATE "C", d.position

-- name: reported
-- Every conflict reported of a client, each with the next event about it and the same employee, or
-- with one dated before the only report.
WITH conflicts AS (
    SELECT c.employee, c.severity, c.account, c.occurred_at, c.precision,
           coalesce(c.performed_by, c.recorded_by) AS reported_by, r.outcome, r.remark,
           r.occurred_at AS resolved_at, r.precision AS resolved_precision, c.position,
           r.position AS resolved_position, c.client
    FROM conflict_changes c LEFT JOIN LATERAL (
        SELECT * FROM conflict_changes n
        WHERE n.client = ANY (%(clients)s) AND n.employee = c.employee AND n.change = 'resolved'
          AND known(n.position, n.annulled_at, %(as_of)s)
          AND coalesce(n.occurred_at, '-infinity') <= %(on)s
          AND (is_after(coalesce(n.occurred_at, '-infinity'), n.precision, n.position,
                        coalesce(c.occurred_at, '-infinity'), c.position, %(zone)s)
               OR NOT EXISTS (
                   SELECT FROM conflict_changes o
                   WHERE o.client = ANY (%(clients)s) AND o.employee = c.employee
                     AND o.change = 'reported' AND o.position <> c.position
                     AND known(o.position, o.annulled_at, %(as_of)s)
                     AND coalesce(o.occurred_at, '-infinity') <= %(on)s))
        ORDER BY coalesce(n.occurred_at, '-infinity'), n.position LIMIT 1
    ) AS r ON true
    WHERE c.client = ANY (%(clients)s) AND c.change = 'reported'
      AND known(c.position, c.annulled_at, %(as_of)s)
      AND coalesce(c.occurred_at, '-infinity') <= %(on)s
)

-- name: all_conflicts
SELECT * FROM conflicts ORDER BY coalesce(occurred_at, '-infinity'), position

-- name: open_conflicts
-- A section of the card: each line as questions/clients/card_lines.py describes; of each employee the
-- last report.
SELECT DISTINCT ON (employee COLLATE "C") employee AS name, severity AS value, occurred_at AS since,
       precision, position, account, reported_by, client
FROM conflicts WHERE resolved_position IS NULL
ORDER BY employee COLLATE "C", coalesce(occurred_at, '-infinity') DESC, position DESC

-- name: disputes
SELECT o.dispute, o.client, o.claimant, o.respondent, o.claim, o.occurred_at, o.precision,
       r.decision, r.decided_by, r.grounds, coalesce(r.evidence, '{}') AS evidence,
       r.occurred_at AS resolved_at, r.precision AS resolved_precision, o.position,
       r.position AS resolved_position
FROM dispute_changes o LEFT JOIN LATERAL (
    SELECT * FROM dispute_changes n
    WHERE n.dispute = o.dispute AND n.change = 'resolved'
      AND known(n.position, n.annulled_at, %(as_of)s)
      AND coalesce(n.occurred_at, '-infinity') <= %(on)s
    ORDER BY n.position LIMIT 1
) AS r ON true
WHERE o.change = 'opened' AND known(o.position, o.annulled_at, %(as_of)s)
  AND coalesce(o.occurred_at, '-infinity') <= %(on)s
  AND (%(clients)s::text[] IS NULL OR o.client = ANY (%(clients)s))
  AND (%(dispute)s::text IS NULL OR o.dispute = %(dispute)s)
  AND NOT (%(only_open)s AND r.position IS NOT NULL)
ORDER BY o.position

-- name: claims
SELECT c.* FROM unnest(%(clients)s::text[]) AS one(id),
     LATERAL claims_of(%(as_of)s, %(on)s, one.id) c
ORDER BY coalesce(c.occurred_at, '-infinity'), c.position

-- name: incidents
-- Conflicts, blocked approaches and breaches, with the units of both employees at that moment.
WITH found AS (
    SELECT 'conflict' AS kind, position, occurred_at, precision, client, employee,
           NULL::text AS owner, severity AS detail
    FROM conflict_changes
    WHERE change = 'reported' AND known(position, annulled_at, %(as_of)s)
    UNION ALL
    SELECT 'blocked', position, occurred_at, precision, client, employee, owner,
           attempted || ', ' || rule
    FROM approaches_refused WHERE known(position, annulled_at, %(as_of)s)
    UNION ALL
    SELECT 'breach', position, occurred_at, precision, client, employee, owner, type
    FROM claims_of(%(as_of)s, %(on)s) WHERE breach
    UNION ALL
    -- What somebody decided, or tried to, without the right.
    SELECT CASE WHEN refused THEN 'blocked' ELSE 'breach' END, position, occurred_at, precision,
           client, coalesce(employee, '(unlinked login)'), NULL, decision || ', ' || rule
    FROM access_rulings WHERE client IS NOT NULL AND known(position, annulled_at, %(as_of)s)
), incidents AS (
    SELECT f.kind, f.occurred_at, f.precision, f.client, f.employee, mine.unit, f.owner,
           theirs.unit AS owner_unit, f.detail, f.position
    FROM found f
    LEFT JOIN employment_spells(%(as_of)s) mine ON mine.employee = f.employee
         AND mine.from_at <= coalesce(f.occurred_at, '-infinity')
         AND coalesce(f.occurred_at, '-infinity') < mine.to_at
    LEFT JOIN employment_spells(%(as_of)s) theirs ON theirs.employee = f.owner
         AND theirs.from_at <= coalesce(f.occurred_at, '-infinity')
         AND coalesce(f.occurred_at, '-infinity') < theirs.to_at
    WHERE coalesce(f.occurred_at, '-infinity') <= %(on)s
      AND (%(since)s::timestamp IS NULL
           OR (f.occurred_at AT TIME ZONE %(zone)s) >= %(since)s)
      AND (%(until)s::timestamp IS NULL
           OR (f.occurred_at AT TIME ZONE %(zone)s) < %(until)s)
)

-- name: listed
SELECT * FROM incidents ORDER BY coalesce(occurred_at, '-infinity'), position, kind

-- name: counted
SELECT CASE %(by)s WHEN 'employee' THEN employee WHEN 'branch' THEN coalesce(unit, '(none)')
       ELSE client END COLLATE "C" AS "group",
       count(*) FILTER (WHERE kind = 'conflict') AS conflicts,
       count(*) FILTER (WHERE kind = 'blocked') AS blocked,
       count(*) FILTER (WHERE kind = 'breach') AS breaches, count(*) AS incidents
FROM incidents GROUP BY 1 ORDER BY incidents DESC, 1
