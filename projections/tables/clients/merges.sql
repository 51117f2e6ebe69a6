-- Merges: which ids are one client, on both time axes.
--
--   merges       what was declared, one row an event
--   merge_links  the links that held at a time, as known at a position
--   members_of   the ids that are one client with this one
--   absorbed_at  every id that is part of another client, of which, and since when

-- name: tables
CREATE TABLE merges (
    position    bigint NOT NULL,
    occurred_at timestamptz,
    precision   text NOT NULL,
    survivor    text NOT NULL,
    absorbed    text NOT NULL,
    change      text NOT NULL,
    reason      text NOT NULL,
    approved_by text,
    recorded_by text NOT NULL,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON merges (position);
CREATE INDEX ON merges (survivor);
CREATE INDEX ON merges (absorbed);

-- name: functions
CREATE FUNCTION merge_links(as_of bigint, on_time timestamptz) RETURNS SETOF merges
LANGUAGE sql STABLE AS $$
    SELECT * FROM (
        SELECT DISTINCT ON (absorbed) * FROM merges
        WHERE known(position, annulled_at, as_of) AND survivor <> absorbed
          AND coalesce(occurred_at, '-infinity') <= on_time
        ORDER BY absorbed, coalesce(occurred_at, '-infinity') DESC, position DESC
    ) AS last_words WHERE change = 'merged'
$$;

-- Up to the client that survived, and down to all that it absorbed. Decisions make no circles, but
-- imported events may: then no id survives, and the one asked for is taken as the survivor.
CREATE FUNCTION members_of(client text, as_of bigint, on_time timestamptz)
RETURNS TABLE (survivor text, client_id text) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE up(id) AS (
        SELECT client UNION
        SELECT l.survivor FROM up, LATERAL (
            SELECT * FROM merge_links(as_of, on_time) s WHERE s.absorbed = up.id OFFSET 0) l
    ), top AS (
        SELECT coalesce((
            SELECT id FROM up LEFT JOIN LATERAL (
                SELECT * FROM merge_links(as_of, on_time) s WHERE s.absorbed = up.id OFFSET 0
            ) l ON true WHERE l.survivor IS NULL), client) AS id
    ), down(id) AS (
        SELECT id FROM top UNION
        SELECT l.absorbed FROM down, LATERAL (
            SELECT DISTINCT absorbed FROM merges WHERE merges.survivor = down.id) c, LATERAL (
            SELECT * FROM merge_links(as_of, on_time) s WHERE s.absorbed = c.absorbed OFFSET 0) l
        WHERE l.survivor = down.id
    )
    SELECT top.id, down.id FROM top, down
$$;

CREATE FUNCTION absorbed_at(as_of bigint, on_time timestamptz)
RETURNS TABLE (client text, survivor text, since timestamptz) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE links AS MATERIALIZED (
        SELECT l.absorbed, l.survivor, coalesce(l.occurred_at, '-infinity') AS at
        FROM merge_links(as_of, on_time) l
    ), gone AS (
        SELECT absorbed, survivor, at FROM links WHERE survivor NOT IN (SELECT absorbed FROM links)
        UNION ALL
        SELECT l.absorbed, g.survivor, l.at FROM gone g JOIN links l ON l.survivor = g.absorbed
    )
    SELECT absorbed, survivor, at FROM gone
$$;

-- What is left of a name for comparing: no spaces, quotes or dots, and one letter for those that
-- look alike. `folded` has taken the case away already; for letters it does so here for ASCII.
CREATE FUNCTION skeleton(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT translate(lower(name COLLATE "C"),
                     'авекмнорстухё' || U&'\00a0\2007\2009\202f\200b' || ' "''«»„“”.,-‐–—_()№',
                     'abekmhopctyxe')
$$;

-- name: linked
-- Whether the client was ever merged with any: what the card of every client can afford to ask.
SELECT survivor FROM merges WHERE survivor = %(client)s
UNION ALL SELECT survivor FROM merges WHERE absorbed = %(client)s

-- name: members
-- The section `merged` of the card: a line an absorbed id, none if the client has but one.
SELECT m.client_id AS name, l.reason AS value, l.occurred_at AS since, l.precision, l.position,
       l.approved_by, l.recorded_by, m.survivor, l.survivor AS client
FROM members_of(%(client)s, %(as_of)s, %(on)s) m, LATERAL (
    SELECT * FROM merge_links(%(as_of)s, %(on)s) s WHERE s.absorbed = m.client_id OFFSET 0) l
WHERE m.client_id <> m.survivor ORDER BY m.client_id COLLATE "C"

-- name: duplicates
WITH said AS (
    SELECT DISTINCT ON (client, field) client, change, value,
           CASE WHEN field ~ 'mail' THEN 'email' WHEN field ~ 'phone|mobile' THEN 'phone'
                ELSE 'inn' END AS same
    FROM fact_changes
    WHERE field ~ '^(inn|(work_|home_|mobile_)?phone|mobile|(e[-_]?)?mail)$' AND change <> 'confirmed'
      AND known(position, annulled_at, %(as_of)s)
      AND coalesce(occurred_at, '-infinity') <= %(on)s
    ORDER BY client, field, coalesce(occurred_at, '-infinity') DESC, position DESC
), names AS MATERIALIZED (
    SELECT client, name, folded FROM client_identities_at(%(as_of)s, %(on)s)
), marks AS (
    SELECT client, 'name' AS same, skeleton(folded) AS mark FROM names WHERE folded IS NOT NULL
    UNION ALL
    -- 8 916 … and +7 916 … are one number.
    SELECT client, same, CASE same
               WHEN 'email' THEN lower(btrim(value) COLLATE "C")
               WHEN 'phone' THEN right(regexp_replace(value, '[^0-9]', '', 'g'), 10)
               ELSE regexp_replace(value, '[^0-9]', '', 'g') END
    FROM said WHERE change = 'recorded'
), standing AS (
    SELECT DISTINCT m.same, m.mark, coalesce(a.survivor, m.client) AS client
    FROM marks m LEFT JOIN absorbed_at(%(as_of)s, %(on)s) a ON a.client = m.client
    WHERE m.mark <> ''
), apart AS (
    -- The last word on a pair, whichever of the two would have been absorbed, both ways round.
    SELECT coalesce(a.survivor, x.client) AS client, coalesce(b.survivor, x.other) AS other FROM (
        SELECT DISTINCT ON (least(survivor, absorbed), greatest(survivor, absorbed)) * FROM merges
        WHERE known(position, annulled_at, %(as_of)s) AND coalesce(occurred_at, '-infinity') <= %(on)s
        ORDER BY least(survivor, absorbed), greatest(survivor, absorbed),
                 coalesce(occurred_at, '-infinity') DESC, position DESC
    ) AS w CROSS JOIN LATERAL (
        VALUES (w.survivor, w.absorbed), (w.absorbed, w.survivor)) AS x(client, other)
    LEFT JOIN absorbed_at(%(as_of)s, %(on)s) a ON a.client = x.client
    LEFT JOIN absorbed_at(%(as_of)s, %(on)s) b ON b.client = x.other
    WHERE w.change = 'unmerged'
), grouped AS (
    SELECT *, count(*) OVER (PARTITION BY same, mark) AS count FROM standing
), differing AS (
    SELECT s.same, s.mark, s.client, count(DISTINCT o.client) AS count
    FROM apart p JOIN standing s ON s.client = p.client
    JOIN standing o ON o.client = p.other AND o.client <> s.client
         AND (o.same, o.mark) = (s.same, s.mark)
    GROUP BY s.same, s.mark, s.client
), alike AS (
    SELECT g.same, g.mark, count(*) AS count,
           array_agg(g.client ORDER BY g.client COLLATE "C") AS clients
    FROM grouped g LEFT JOIN differing d
         ON (d.same, d.mark, d.client) = (g.same, g.mark, g.client)
    WHERE g.count - coalesce(d.count, 0) > 1
    GROUP BY g.same, g.mark
)
SELECT a.same, a.mark AS value, a.count, a.clients,
       (SELECT array_agg(n.name ORDER BY n.client COLLATE "C") FROM names n
        WHERE n.client = ANY (a.clients)) AS names
FROM alike a ORDER BY a.count DESC, a.same, a.mark COLLATE "C"
