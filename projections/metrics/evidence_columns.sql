-- The columns of evidence: every statement of a subject's file, such as sales.sql, and of another
-- package, gives these, in this order, one row an event. This one has no row; it fixes the names and the types.
--
-- evidence       its kind: the name of the evidence, or one of its kinds (definitions.py)
-- position       of the event in the ledger
-- at, precision  when it happened, and how exactly that is known
-- tie            the position up to which the ledger is read for what held at that very moment
-- client, subject, product, label    the label completes names that end in .*, such as interactions.*
-- holder         who is credited where the client has no owner
-- performer, given_unit              who did it, and the unit that the producer gave
-- counted        in a ratio: whether the event is in the numerator
-- amount, currency, days             what can be added up; the currency may be a scale, such as 1-5
-- period_starts  of what is counted in another period than that of `at`: a local time in that period
--
-- A row of a kind that takes back (Evidence.undone) has the position of the event that undid something,
-- the period of that event, and all else of what is undone: it is taken from whoever was credited then.
SELECT NULL::text AS evidence, NULL::bigint AS position, NULL::timestamptz AS at,
       NULL::text AS precision, NULL::bigint AS tie, NULL::text AS client, NULL::text AS subject,
       NULL::text AS product, NULL::text AS label, NULL::text AS holder, NULL::text AS performer,
       NULL::text AS given_unit, NULL::boolean AS counted, NULL::numeric AS amount,
       NULL::text AS currency, NULL::numeric AS days, NULL::timestamp AS period_starts
WHERE false
