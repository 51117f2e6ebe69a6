-- Evidence of contacts with clients: calls, meetings, messages, letters.
-- One row an event, in the columns of evidence_columns.sql.

-- name: contact
-- For interactions, interactions.*, connect_rate, clients_touched, contact_rate.
-- A call is two-way if it reached somebody: `counted` serves connect_rate and contact_rate.
SELECT CASE WHEN i.kind = 'call' AND i.direction = 'outbound'
            THEN 'outbound_call'
            -- A client whose call we missed was neither touched nor attempted by us.
            WHEN i.kind = 'missed_call' OR i.kind = 'call' AND i.reach = 'one_way'
            THEN 'missed_inbound' ELSE 'contact' END AS evidence,
       i.position, i.occurred_at AS at, i.precision, i.position AS tie, i.client,
       NULL::text AS subject, NULL::text AS product, i.kind AS label, NULL::text AS holder,
       i.performed_by AS performer, i.unit AS given_unit, i.reach = 'two_way' AS counted,
       NULL::numeric AS amount, NULL::text AS currency, NULL::numeric AS days,
       NULL::timestamp AS period_starts
FROM interactions i
WHERE i.reach IS NOT NULL AND known(i.position, i.annulled_at, %(as_of)s)
  AND ('contact' = ANY (%(evidence)s) OR i.kind = 'call' AND i.direction = 'outbound')
  AND (in_period(i.occurred_at, i.precision, %(starts)s, %(ends)s, %(zone)s)
       OR i.occurred_at IS NULL AND %(starts)s::timestamp = '-infinity')
