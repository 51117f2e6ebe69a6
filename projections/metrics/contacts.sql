-- Evidence of contacts with clients: calls, meetings, messages, letters.
-- One row an event, in the columns of evidence_columns.sql.

-- name: contact
-- For interactions, interactions.*, connect_rate, clients_touched, contact_rate.
-- A call is two-way if it reached somebody: `counted` serves connect_rate and contact_rate. Whether an
-- inquiry was answered makes a difference to contact_rate alone.
SELECT CASE WHEN i.kind = 'call' AND i.direction = 'outbound' THEN 'outbound_call'
            WHEN i.side = 'ours' THEN 'our_activity'
            WHEN i.side = 'theirs' THEN 'their_word'
            WHEN a.answered THEN 'answered' ELSE 'asked' END AS evidence,
       i.position, i.occurred_at AS at, i.precision, i.position AS tie, i.client,
       NULL::text AS subject, NULL::text AS product, i.kind AS label, NULL::text AS holder,
       i.performed_by AS performer, i.unit AS given_unit,
       coalesce(i.reach = 'two_way', a.answered) AS counted,
       NULL::numeric AS amount, NULL::text AS currency, NULL::numeric AS days,
       NULL::timestamp AS period_starts
FROM interactions i CROSS JOIN LATERAL (
    SELECT i.kind = 'inquiry' AND 'contact_rate' = ANY (%(names)s) AND EXISTS (
        SELECT FROM answer_to(ARRAY[i.client], i.subject, i.occurred_at, i.position, %(as_of)s, %(on)s))
        AS answered
) AS a
WHERE i.side IS NOT NULL AND known(i.position, i.annulled_at, %(as_of)s)
  AND ('our_activity' = ANY (%(evidence)s) OR i.kind = 'call' AND i.direction = 'outbound')
  AND (in_period(i.occurred_at, %(starts)s, %(ends)s, %(zone)s)
       OR i.occurred_at IS NULL AND %(starts)s::timestamp = '-infinity')
