-- The client's card: one statement a section, each driven by an index on the client. Every line has
-- name, value, since, precision and position (of the event that says so), then further columns,
-- and `client`, the id that it is from: %(clients)s are all ids that are one client, %(client)s
-- the surviving one. And the timeline, which shows annulled events too. The tables are those of
-- clients.sql, interactions.sql, timeline.sql, people.sql and ownership.sql; more sections are in
-- card_open_items.sql and disputes.sql.

-- name: identity
WITH steps AS (
    SELECT *, coalesce(occurred_at, '-infinity') AS at,
           step IN ('registered', 'converted') AS bought
    FROM client_steps
    WHERE client = ANY (%(clients)s) AND known(position, annulled_at, %(as_of)s)
      AND coalesce(occurred_at, '-infinity') <= %(on)s
), lines AS (
    (SELECT 2 AS rank, 'status' AS name, CASE WHEN bought THEN 'client' ELSE 'prospect' END AS value,
            occurred_at, precision, position, client
     FROM steps ORDER BY bought DESC, at, position LIMIT 1)
    UNION ALL
    (SELECT DISTINCT ON (a.rank) a.rank, a.name, a.value, s.occurred_at, s.precision, s.position,
            s.client
     FROM steps s, LATERAL (VALUES
         (0, 'name', s.name), (1, 'kind', s.kind), (3, 'score', s.score::text),
         (4, 'remark', s.remark), (5, 'found through', s.found_through),
         (6, 'referred by', s.referred_by), (7, 'parent', s.parent),
         (8, 'first deal', s.first_deal)) AS a(rank, name, value)
     WHERE a.value IS NOT NULL
     ORDER BY a.rank, s.client = %(client)s DESC, s.at DESC, s.position DESC)
    UNION ALL
    (SELECT 9, 'first event', t.type, t.occurred_at, t.precision, t.position, t.client
     FROM timeline t
     WHERE t.client = ANY (%(clients)s) AND known(t.position, t.annulled_at, %(as_of)s)
       AND coalesce(t.occurred_at, '-infinity') <= %(on)s AND t.type <> 'event.annulled'
     ORDER BY coalesce(t.occurred_at, '-infinity'), t.position LIMIT 1)
)
SELECT name, value, occurred_at AS since, precision, position, client FROM lines ORDER BY rank

-- name: owner
-- And to whom the client passes next, if that is dated ahead.
SELECT s.owner AS name, s.kind AS value, nullif(s.from_at, '-infinity') AS since, s.precision,
       s.position, c.reason, p.name AS owner_name, p.unit, p.departed, p.departed_at, s.client
FROM (
    SELECT o.client, o.owner, o.kind, o.from_at, o.precision, o.from_position AS position
    FROM owner_spells_at(%(as_of)s) o
    WHERE o.client = %(client)s AND o.from_at <= %(on)s AND %(on)s < o.to_at AND o.owner IS NOT NULL
    UNION ALL
    SELECT n.client, coalesce(n.to_employee, '(pool)'), 'planned', n.effective_at, 'instant',
           n.position
    FROM next_changes(%(as_of)s, %(on)s) n WHERE n.client = %(client)s
) s
JOIN ownership_changes c ON c.position = s.position
LEFT JOIN LATERAL (
    SELECT * FROM staff(%(as_of)s, %(on)s) f WHERE f.employee = s.owner OFFSET 0
) AS p ON true
ORDER BY s.kind = 'planned'

-- name: account_team
-- The surviving id determines the team of a merged client, as it does the owner.
SELECT m.employee AS name, m.team_role AS value, m.occurred_at AS since, m.precision, m.position,
       m.unit
FROM (
    SELECT DISTINCT ON (employee COLLATE "C") * FROM team_changes
    WHERE client = %(client)s AND known(position, annulled_at, %(as_of)s)
      AND coalesce(occurred_at, '-infinity') <= %(on)s
    ORDER BY employee COLLATE "C", coalesce(occurred_at, '-infinity') DESC, position DESC
) AS m WHERE m.change = 'added' ORDER BY m.employee COLLATE "C"

-- name: special_terms
-- What was granted holds through its last day, and several grants of a kind hold side by side.
SELECT kind || ' ' || position AS name, terms AS value, occurred_at AS since, precision, position,
       valid_until, approved_by, client
FROM special_terms
WHERE client = ANY (%(clients)s) AND known(position, annulled_at, %(as_of)s)
  AND coalesce(occurred_at, '-infinity') <= %(on)s
  AND (valid_until IS NULL OR valid_until >= (%(on)s AT TIME ZONE %(zone)s)::date)
ORDER BY kind COLLATE "C", position

-- name: facts
-- The latest event about a field counts: its value, or that it has none (see FactChanged). It was
-- last confirmed when it was recorded, or when somebody checked it after that.
WITH changes AS (
    SELECT *, coalesce(occurred_at, '-infinity') AS at FROM fact_changes
    WHERE client = ANY (%(clients)s) AND known(position, annulled_at, %(as_of)s)
      AND coalesce(occurred_at, '-infinity') <= %(on)s
), said AS (
    SELECT DISTINCT ON (field) * FROM changes WHERE change <> 'confirmed'
    ORDER BY field, at DESC, position DESC
), checked AS (
    SELECT DISTINCT ON (c.field) c.field, c.occurred_at, c.precision, c.method, c.position
    FROM changes c JOIN said s ON s.field = c.field AND (c.at, c.position) > (s.at, s.position)
    WHERE c.change = 'confirmed' ORDER BY c.field, c.at DESC, c.position DESC
)
SELECT s.field AS name, s.value, s.occurred_at AS since, s.precision, s.position,
       coalesce(c.occurred_at, s.occurred_at) AS last_confirmed,
       CASE WHEN c.occurred_at IS NULL THEN s.precision ELSE c.precision END
           AS last_confirmed_precision, c.method AS confirmed_by,
       c.position AS last_confirmed_position, s.learnt_from, s.confidence,
       s.client
FROM said s LEFT JOIN checked c ON c.field = s.field
WHERE s.change = 'recorded' ORDER BY s.field COLLATE "C"

-- name: contact_persons
-- A change that names no client concerns the person wherever they work.
WITH changes AS (
    SELECT p.*, coalesce(p.occurred_at, '-infinity') AS at FROM person_changes p
    WHERE p.contact IN (
            SELECT contact FROM person_changes WHERE client = ANY (%(clients)s))
      AND (p.client = ANY (%(clients)s) OR p.client IS NULL)
      AND known(p.position, p.annulled_at, %(as_of)s)
      AND coalesce(p.occurred_at, '-infinity') <= %(on)s
), added AS (
    SELECT DISTINCT ON (contact) * FROM changes WHERE change = 'added'
    ORDER BY contact, at DESC, position DESC
), playing AS (
    SELECT DISTINCT ON (contact) contact, roles, position FROM changes WHERE roles IS NOT NULL
    ORDER BY contact, at DESC, position DESC
), present AS (
    SELECT DISTINCT ON (contact) * FROM changes
    ORDER BY contact, change <> 'roles' DESC, at DESC, position DESC
)
SELECT p.contact AS name, a.name AS value, p.occurred_at AS since, p.precision, p.position,
       p.change = 'left' AS has_left, coalesce(r.roles, '{}') AS roles,
       r.position AS roles_position, a.job, a.phone, a.email, p.new_employer,
       coalesce(p.client, a.client) AS client
FROM present p LEFT JOIN added a ON a.contact = p.contact LEFT JOIN playing r ON r.contact = p.contact
WHERE EXISTS (SELECT FROM changes c WHERE c.contact = p.contact AND c.client IS NOT NULL)
ORDER BY p.change = 'left', p.contact COLLATE "C"

-- name: preferences
SELECT DISTINCT ON (topic COLLATE "C") topic AS name, value, occurred_at AS since, precision,
       position, learnt_from, client
FROM preferences
WHERE client = ANY (%(clients)s) AND known(position, annulled_at, %(as_of)s)
  AND coalesce(occurred_at, '-infinity') <= %(on)s
ORDER BY topic COLLATE "C", coalesce(occurred_at, '-infinity') DESC, position DESC

-- name: competitor_offers
SELECT DISTINCT ON (competitor COLLATE "C", product COLLATE "C")
       competitor || coalesce(': ' || product, '') AS name, price AS value, occurred_at AS since,
       precision, position, currency, terms, learnt_from, performed_by, client
FROM competitor_offers
WHERE client = ANY (%(clients)s) AND known(position, annulled_at, %(as_of)s)
  AND coalesce(occurred_at, '-infinity') <= %(on)s
ORDER BY competitor COLLATE "C", product COLLATE "C", coalesce(occurred_at, '-infinity') DESC,
         position DESC

-- name: contacts
WITH known_ones AS (
    SELECT *, coalesce(occurred_at, '-infinity') AS at FROM interactions
    WHERE client = ANY (%(clients)s) AND known(position, annulled_at, %(as_of)s)
      AND coalesce(occurred_at, '-infinity') <= %(on)s
), lines AS (
    (SELECT 0 AS rank, 'last contact' AS name, kind AS value, occurred_at, precision, position,
            direction, performed_by, client
     FROM known_ones WHERE reach IS NOT NULL ORDER BY at DESC, position DESC LIMIT 1)
    UNION ALL
    (SELECT 1, 'last two-way contact', kind, occurred_at, precision, position, direction,
            performed_by, client
     FROM known_ones WHERE reach = 'two_way' ORDER BY at DESC, position DESC LIMIT 1)
    UNION ALL
    (SELECT DISTINCT ON (kind COLLATE "C") 2, kind || ' count',
            (count(*) OVER (PARTITION BY kind COLLATE "C"))::text, occurred_at, precision, position,
            NULL, NULL, client
     FROM known_ones ORDER BY kind COLLATE "C", at DESC, position DESC)
)
SELECT name, value, occurred_at AS since, precision, position, direction, performed_by,
       client
FROM lines ORDER BY rank, name COLLATE "C"

-- name: feeling
SELECT DISTINCT ON (kind, instrument) coalesce(instrument, kind) AS name, score AS value,
       occurred_at AS since, precision, position, scale, outcome AS method, performed_by, client
FROM interactions
WHERE client = ANY (%(clients)s) AND kind IN ('mood', 'satisfaction')
  AND known(position, annulled_at, %(as_of)s) AND coalesce(occurred_at, '-infinity') <= %(on)s
ORDER BY kind, instrument, coalesce(occurred_at, '-infinity') DESC, position DESC

-- name: timeline
-- History shows both: an annulled event and, from then on, that it was annulled.
SELECT t.occurred_at, t.precision, t.kind,
       summary_in(%(zone)s, t.summary, t.summary_at) AS summary, t.words, t.subject, t.channel,
       t.performed_by, s.owner, t.recorded_by, t.type,
       CASE WHEN t.annulled_at <= %(as_of)s THEN t.annulled_at END AS annulled_by, t.position,
       t.client
FROM timeline t CROSS JOIN LATERAL (
    SELECT CASE WHEN t.precision IN ('day', 'month')
           THEN (SELECT c.credited_at FROM credited_at(
                     t.occurred_at, t.precision, t.position, t.client, %(as_of)s, %(on)s) c)
           ELSE coalesce(t.occurred_at, '-infinity') END AS at
) AS e LEFT JOIN owner_spells_at(%(as_of)s) s ON s.client = t.client
     AND (s.from_at, s.from_position) <= (e.at, t.position)
     AND (e.at, t.position) < (s.to_at, s.to_position)
WHERE t.client = ANY (%(clients)s) AND t.position <= %(as_of)s
  AND coalesce(t.occurred_at, '-infinity') <= %(on)s
  AND (%(kinds)s::text[] IS NULL OR t.kind = ANY (%(kinds)s))
  AND (%(since)s::timestamp IS NULL
       OR (t.occurred_at AT TIME ZONE %(zone)s) >= %(since)s)
  AND (%(until)s::timestamp IS NULL
       OR (t.occurred_at AT TIME ZONE %(zone)s) < %(until)s)
ORDER BY coalesce(t.occurred_at, '-infinity'), t.position

-- name: mentioned
SELECT EXISTS (
    SELECT FROM timeline t
    WHERE t.client = %(client)s AND t.position <= %(as_of)s
      AND coalesce(t.occurred_at, '-infinity') <= %(on)s
) AS found
