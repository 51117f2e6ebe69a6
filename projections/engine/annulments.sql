-- Annulments, and how far they reach: see `ledger.events.corrections`.

-- name: tables
CREATE TABLE annulments (
    position    bigint NOT NULL,
    event_id    uuid NOT NULL,
    event_type  text NOT NULL,
    reason      text NOT NULL,
    recorded_by text NOT NULL,
    target      bigint,
    annulled_at annulled_position
);

-- name: indexes
CREATE INDEX ON annulments (target);

-- name: resolve
-- An annulment affects an earlier event that is not itself an annulment; any other has no effect.
UPDATE annulments a SET target = e.position FROM events e
WHERE e.position = position_of(a.event_id) AND a.position > %(after)s AND a.position <= %(upto)s
  AND e.position < a.position AND e.type <> 'event.annulled'
RETURNING e.position

-- name: mark
-- The first annulment counts; the same event may be annulled again later.
UPDATE {table} t SET annulled_at = a.position FROM (
    SELECT target, min(position) AS position FROM annulments
    WHERE position > %(after)s AND position <= %(upto)s GROUP BY target
) AS a
WHERE t.position = a.target AND t.annulled_at > a.position
