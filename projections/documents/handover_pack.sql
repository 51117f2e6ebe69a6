-- The hand-over pack: what it holds besides the card. The tables are those of timeline.sql,
-- interactions.sql and ownership.sql.

-- name: letters
-- The last letters and messages, the newest first.
SELECT t.occurred_at, t.precision, t.kind, t.channel,
       summary_in(%(zone)s, t.summary, t.summary_at) AS summary, t.words, t.subject,
       t.performed_by, t.position, t.client
FROM timeline t
WHERE t.client = ANY (%(clients)s) AND t.kind IN ('letter', 'message')
  AND known(t.position, t.annulled_at, %(as_of)s)
  AND coalesce(t.occurred_at, '-infinity') <= %(on)s
ORDER BY coalesce(t.occurred_at, '-infinity') DESC, t.position DESC LIMIT %(most)s

-- name: open_inquiries
-- Inquiries without an answer.
SELECT i.subject AS name, t.words AS value, i.occurred_at AS since, i.precision, i.position,
       i.channel, i.due_at, i.client
FROM interactions i JOIN timeline t ON t.position = i.position AND t.client = i.client
WHERE i.client = ANY (%(clients)s) AND i.kind = 'inquiry'
  AND known(i.position, i.annulled_at, %(as_of)s) AND coalesce(i.occurred_at, '-infinity') <= %(on)s
  AND NOT EXISTS (
      SELECT FROM answer_to(%(clients)s, i.subject, i.occurred_at, i.position, %(as_of)s, %(on)s))
ORDER BY coalesce(i.occurred_at, '-infinity'), i.position

-- name: owners
-- Who owns a client now, and who will by what is recorded: one row an owner in order of time.
SELECT s.owner AS employee, nullif(s.from_at, '-infinity') AS since, s.from_at > %(on)s AS ahead,
       s.from_position AS position
FROM owner_spells_at(%(as_of)s) s
WHERE s.client = %(client)s AND s.owner IS NOT NULL AND %(on)s < s.to_at
ORDER BY s.from_at, s.from_position
