-- How many clients the server has, not counting the one that asks.
-- Asked by the watchdog (watch.py), which ends a server that has had none for long enough.
SELECT count(*)
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid();
