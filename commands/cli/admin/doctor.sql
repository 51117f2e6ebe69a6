-- What `iledger doctor` asks.

-- name: settings
SELECT name, setting FROM pg_settings
WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'default_transaction_read_only')

-- name: clock
SELECT clock_timestamp()

-- name: recorded_at
-- How far the last event was recorded ahead of the server's clock.
SELECT at_time, extract(epoch FROM at_time - clock_timestamp())::float FROM head()

-- name: trust_clock
SELECT trust_clock()

-- name: turn
-- Who holds the turn to append: its transaction has locked a row of the table. Whose times another login
-- may not see are NULL.
SELECT l.virtualtransaction, l.pid, a.usename::text, a.xact_start
FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.relation = coalesce(to_regclass(format('%%I.turn', %(schema)s::text)),
                            to_regclass(format('%%I.events', %(schema)s::text)))
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.mode IN ('RowShareLock', 'RowExclusiveLock') AND l.granted AND l.pid <> pg_backend_pid()
    -- Who waits for it has locked the table too.
    AND NOT EXISTS (SELECT FROM pg_locks w WHERE w.pid = l.pid AND NOT w.granted)

-- name: open
-- Transactions that have been open for longer than so many seconds.
SELECT pid, usename::text, xact_start FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND xact_start < clock_timestamp() - make_interval(secs => %(seconds)s)
ORDER BY xact_start
