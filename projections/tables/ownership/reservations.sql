-- Reservations: the policies, and when each reservation runs out. The same rule as
-- `commands.ownership.Ownership.expiry`. The other tables are those of ownership.sql, timeline.sql,
-- clients.sql and merges.sql.

-- name: tables
CREATE TABLE reservation_policies (
    position           bigint NOT NULL,
    occurred_at        timestamptz,
    precision          text NOT NULL,
    version            integer NOT NULL,
    claims             text[] NOT NULL,
    days               integer,
    renewed_by         text[] NOT NULL,
    clients_per_seller integer,
    former_owner_days  integer,
    exclusions         text NOT NULL,
    remark             text,
    recorded_by        text NOT NULL,
    annulled_at        annulled_position
);

-- name: indexes
CREATE INDEX ON reservation_policies (position);

-- name: policy
SELECT version, days, claims, renewed_by, clients_per_seller, former_owner_days,
       ARRAY(SELECT (SELECT string_agg(unit, ',') FROM jsonb_array_elements_text(units) unit)
             FROM jsonb_array_elements(exclusions::jsonb) units) AS exclusions,
       remark, occurred_at AS since, precision, recorded_by, position
FROM reservation_policies
WHERE known(position, annulled_at, %(as_of)s) AND coalesce(occurred_at, '-infinity') <= %(on)s
ORDER BY position DESC LIMIT 1

-- name: reservations
WITH policy AS MATERIALIZED (
    SELECT renewed_by FROM reservation_policies
    WHERE known(position, annulled_at, %(as_of)s) AND coalesce(occurred_at, '-infinity') <= %(on)s
    ORDER BY position DESC LIMIT 1
), held AS (
    SELECT s.client, s.owner, s.from_at, s.precision, c.reason, c.expires_at, c.position, c.event_id
    FROM owner_spells_at(%(as_of)s) s
    JOIN ownership_changes c ON c.position = s.from_position AND c.client = s.client
    WHERE s.kind = 'reserved' AND s.from_at <= %(on)s AND %(on)s < s.to_at
      AND (%(employee)s::text IS NULL OR s.owner = %(employee)s)
      AND s.client NOT IN (SELECT g.client FROM absorbed_at(%(as_of)s, %(on)s) g)
), ending AS (
    SELECT h.*, t.last_contact_at,
           CASE WHEN t.last_contact_at IS NULL OR h.from_at = '-infinity' THEN h.expires_at
                ELSE h.expires_at + greatest(interval '0', make_interval(secs => extract(epoch FROM
                    least(t.last_contact_at - h.from_at,
                          timestamptz '9999-12-31T00:00Z' - h.expires_at)))) END AS runs_out_at
    FROM held h LEFT JOIN policy p ON true LEFT JOIN LATERAL (
        SELECT max(t.occurred_at) AS last_contact_at FROM timeline t
        WHERE t.client = h.client AND t.performed_by = h.owner AND t.type = ANY (p.renewed_by)
          AND (t.type <> 'call.logged' OR t.reach = 'two_way')
          AND known(t.position, t.annulled_at, %(as_of)s) AND t.occurred_at <= %(on)s
    ) t ON true
)
SELECT e.client, i.name, e.owner AS employee, nullif(e.from_at, '-infinity') AS since, e.precision,
       e.reason AS basis, e.expires_at, e.last_contact_at, e.runs_out_at,
       floor(extract(epoch FROM e.runs_out_at - %(on)s) / 86400)::integer AS days,
       CASE WHEN e.runs_out_at <= %(on)s THEN 'run out' ELSE 'in force' END AS state,
       e.position, e.event_id
FROM ending e LEFT JOIN LATERAL (
    SELECT * FROM client_identities_at(%(as_of)s, %(on)s) n WHERE n.client = e.client OFFSET 0
) i ON true
WHERE %(within)s::integer IS NULL
   OR e.runs_out_at <= %(on)s + make_interval(hours => 24 * %(within)s::integer)
ORDER BY e.runs_out_at NULLS LAST, e.client COLLATE "C"
