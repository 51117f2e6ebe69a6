-- Interactions: one row each, with a client or with an unknown party. UNFOLD in interactions.py makes
-- the rows and says what `reach` and `side` are: an interaction with a reach is a contact, and one whose
-- side is ours is our activity.

-- name: tables
CREATE TABLE interactions (
    position     bigint NOT NULL,
    occurred_at  timestamptz,
    precision    text NOT NULL,
    client       text,
    kind         text NOT NULL,
    reach        text,
    direction    text,
    outcome      text,
    channel      text,
    duration_s   integer,
    performed_by text,
    recorded_by  text NOT NULL,
    unit         text,
    contact      text,
    subject      text,
    in_reply_to  text,
    party        text,
    due_at       timestamptz,
    score        smallint,
    instrument   text,
    scale        text,
    side         text,
    annulled_at  annulled_position
);

-- name: indexes
CREATE INDEX ON interactions (position);
CREATE INDEX ON interactions (client);
CREATE INDEX ON interactions (occurred_at);
CREATE INDEX ON interactions (in_reply_to) WHERE in_reply_to IS NOT NULL;

-- name: functions
-- The first human reply to an inquiry, at most one row: a later interaction by an employee of ours, in
-- reply to it, or with the same client, under any of its ids, and in reply to nothing in particular.
CREATE FUNCTION answer_to(
    ids text[], inquiry text, at timestamptz, its_position bigint,
    as_of bigint, on_time timestamptz
) RETURNS SETOF interactions LANGUAGE sql STABLE AS $$
    SELECT o.* FROM (
        -- Two queries, so that each uses its index.
        (SELECT * FROM interactions c WHERE c.client = ANY (ids) AND c.in_reply_to IS NULL OFFSET 0)
        UNION ALL
        (SELECT * FROM interactions c WHERE c.in_reply_to = inquiry OFFSET 0)
    ) AS o
    WHERE (o.kind = 'call' AND o.direction = 'outbound' AND o.outcome = 'reached'
           OR o.kind = 'message' AND o.direction = 'outbound' OR o.kind = 'meeting'
           OR o.kind = 'letter' AND o.direction = 'outbound' AND o.party = 'client')
      AND o.performed_by IS NOT NULL AND known(o.position, o.annulled_at, as_of)
      AND o.occurred_at <= on_time
      AND is_after(o.occurred_at, o.precision, o.position,
                   coalesce(at, '-infinity'), its_position, zone_asked())
    ORDER BY o.occurred_at, o.position LIMIT 1
$$;
