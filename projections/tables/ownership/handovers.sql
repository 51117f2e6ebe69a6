-- Hand-overs: who was given a hand-over pack, and who has accepted a client.

-- name: tables
CREATE TABLE takeover_steps (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    precision   text NOT NULL,
    client      text NOT NULL,
    employee    text NOT NULL,
    step        text NOT NULL,
    pack_as_of  bigint,
    sha256      text,
    remark      text,
    recorded_by text NOT NULL,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON takeover_steps (position);
CREATE INDEX ON takeover_steps (client);

-- name: handovers
-- One line each time a client passed to somebody by reassignment, or otherwise with a pack: the last
-- pack that they were given for it and the first acceptance after that. A pack belongs to the next
-- passing of the client to that employee, unless it is issued after one and before the client has
-- passed on; one that belongs to none has a line of its own. Positions decide all this: a change
-- back-dated to before a passing does not end it. A passing that is dated ahead has a line already.
WITH changes AS (
    SELECT c.client, c.from_employee, c.to_employee AS employee, c.change, c.reason,
           c.effective_at AS passed_at, c.precision AS passed_precision, c.position,
           coalesce(c.effective_at, '-infinity') AS at,
           lag(c.position, 1, 0::bigint) OVER (PARTITION BY c.client ORDER BY c.position) AS before
    FROM ownership_changes c
    WHERE known(c.position, c.annulled_at, %(as_of)s) AND c.change IN ('assigned', 'reassigned')
      AND (coalesce(c.effective_at, '-infinity') <= %(on)s OR c.decided_at <= %(on)s)
), passed AS (
    SELECT c.*, coalesce(n.after, 9223372036854775807) AS after FROM changes c LEFT JOIN (
        SELECT o.position, min(n.position) AS after
        FROM changes o JOIN changes n ON n.client = o.client AND n.position > o.position
             AND n.at >= o.at
        GROUP BY o.position
    ) AS n ON n.position = c.position
), steps AS NOT MATERIALIZED (
    SELECT * FROM takeover_steps
    WHERE known(position, annulled_at, %(as_of)s) AND coalesce(occurred_at, '-infinity') <= %(on)s
), matched AS (
    SELECT p.*, i.position AS pack_position, i.pack_as_of, i.sha256, i.occurred_at AS issued_at,
           i.precision AS issued_precision
    FROM passed p LEFT JOIN LATERAL (
        SELECT * FROM steps s
        WHERE s.client = p.client AND s.employee = p.employee AND s.step = 'issued'
          AND s.position > p.before AND s.position < p.after
        ORDER BY s.position DESC LIMIT 1
    ) AS i ON true
    WHERE p.change = 'reassigned' OR i.position IS NOT NULL
), alone AS (
    SELECT DISTINCT ON (s.client COLLATE "C", s.employee COLLATE "C") s.* FROM steps s
    WHERE s.step = 'issued' AND NOT EXISTS (
        SELECT FROM passed p
        WHERE p.client = s.client AND p.employee = s.employee
          AND s.position > p.before AND s.position < p.after)
    ORDER BY s.client COLLATE "C", s.employee COLLATE "C", s.position DESC
), lines AS (
    SELECT client, employee, from_employee, reason, passed_at, passed_precision, issued_at,
           issued_precision, pack_as_of, sha256, pack_position, position, before, after
    FROM matched
    UNION ALL
    SELECT client, employee, NULL, NULL, NULL, NULL, occurred_at, precision, pack_as_of, sha256,
           position, NULL, position, 9223372036854775807
    FROM alone
), answered AS (
    SELECT l.*, a.occurred_at AS accepted_at, a.precision AS accepted_precision,
           a.position AS accepted_position,
           last_moment(a.occurred_at, a.precision, %(zone)s) AS accepted_by
    FROM lines l LEFT JOIN LATERAL (
        SELECT * FROM steps s
        WHERE s.client = l.client AND s.employee = l.employee AND s.step = 'accepted'
          AND s.position > l.before AND s.position < l.after
        ORDER BY s.position LIMIT 1
    ) AS a ON true
)
SELECT a.client, a.employee, a.from_employee, a.reason, a.passed_at, a.passed_precision,
       a.issued_at, a.issued_precision, a.pack_as_of, a.accepted_at, a.accepted_precision,
       -- since they could have accepted; as long as they have not, until the time asked for; unknown
       -- if they accepted before
       CASE WHEN (a.passed_at <= %(on)s OR a.passed_at IS NULL)
                 AND coalesce(a.accepted_by, %(on)s) >= greatest(a.passed_at, a.issued_at) THEN
           greatest(coalesce(a.accepted_at, %(on)s), a.passed_at, a.issued_at)
           - greatest(a.passed_at, a.issued_at) END AS waited,
       a.sha256, a.position, a.pack_position, a.accepted_position
FROM answered a
WHERE (%(employee)s::text IS NULL OR a.employee = %(employee)s)
  AND (NOT %(only_open)s OR a.accepted_position IS NULL AND (
      a.position = a.pack_position OR a.passed_at > %(on)s OR EXISTS (
          SELECT FROM owner_spells_at(%(as_of)s) s
          WHERE s.client = a.client AND s.owner = a.employee
            AND s.from_at <= %(on)s AND %(on)s < s.to_at))
      AND a.client NOT IN (SELECT g.client FROM absorbed_at(%(as_of)s, %(on)s) g))
ORDER BY greatest(a.passed_at, a.issued_at), a.client COLLATE "C", a.position
