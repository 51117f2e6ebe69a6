-- Interactions: one row each, with a client or with an unknown party. UNFOLD in interactions.py makes
-- the rows and says what `reach` is; an interaction with a reach is a contact.

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
    annulled_at  annulled_position
);

-- name: indexes
CREATE INDEX ON interactions (position);
CREATE INDEX ON interactions (client);
CREATE INDEX ON interactions (occurred_at);
CREATE INDEX ON interactions (in_reply_to) WHERE in_reply_to IS NOT NULL;
