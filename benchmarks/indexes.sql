-- What each index costs; see indexes.py.
--
--   table    the columns of an event, without indexes, and the same for what is still to come
--   fill     so many rows after a position: two tags, a key that its producer counts, one at random
--   stage    the same, for what is to come, in the place of what was there
--   batch    a batch of what is to come
--   tagged   its tags
--   bare     the names of the indexes but the position's

-- name: table
CREATE TABLE events (
    position     bigint NOT NULL,
    event_id     uuid NOT NULL,
    type         text NOT NULL,
    version      smallint NOT NULL,
    client       text,
    performed_by text,
    occurred_at  timestamptz,
    recorded_at  timestamptz NOT NULL,
    source       text NOT NULL,
    key          text NOT NULL,
    random_key   text NOT NULL,
    tags         text[] NOT NULL,
    login        text NOT NULL,
    body         bytea NOT NULL
);
CREATE TABLE staged (LIKE events);
CREATE TABLE event_tags (tag text NOT NULL, position bigint NOT NULL);

-- name: fill
-- One event in a hundred is of a seldom type.
INSERT INTO {into}
SELECT n, md5(n::text)::uuid,
    CASE WHEN n % 100 = 0 THEN 'client.reassigned' ELSE (ARRAY['call.logged', 'message.exchanged',
        'offer.sent', 'task.completed'])[1 + n % 4] END,
    1, client, performer, now(), now(), 'source-' || n % 20, 'call-' || n / 20,
    md5('key' || n), ARRAY['client:' || client, 'performed_by:' || performer], 'service',
    convert_to(repeat('x', 330), 'UTF8')
FROM generate_series({after} + 1, {after} + {count}) AS n,
    LATERAL (SELECT 'C-' || abs(hashint8(n)::bigint) % 100000 AS client,
                    'E-' || abs(hashint8(n + 7)::bigint) % 500 AS performer) AS who

-- name: batch
COPY (SELECT * FROM staged WHERE position > {after} AND position <= {after} + {count}
      ORDER BY position)
TO STDOUT (FORMAT BINARY)

-- name: tagged
COPY (SELECT unnest(tags), position FROM staged
      WHERE position > {after} AND position <= {after} + {count} ORDER BY position)
TO STDOUT (FORMAT BINARY)

-- name: bare
SELECT indexrelid::regclass::text FROM pg_index
WHERE indrelid = 'events'::regclass AND NOT indisprimary
