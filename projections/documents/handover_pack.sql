-- The hand-over pack: what it holds besides the card. The tables are those of timeline.sql.

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
