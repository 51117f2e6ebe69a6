-- Tables materialized for all clients (or deals); see materialized.py.

-- name: fill
INSERT INTO {table} SELECT * FROM {made_by}(9223372036854775806)

-- name: touch
-- OFFSET 0 keeps one index look-up per key, however many keys are touched.
WITH touched AS MATERIALIZED (
    SELECT DISTINCT {key} AS key FROM {source}
    WHERE (position > %(after)s AND position <= %(upto)s)
       OR position = ANY (%(annulled)s)
), gone AS (
    DELETE FROM {table} WHERE {key} IN (SELECT key FROM touched)
)
INSERT INTO {table}
SELECT made.* FROM touched t, LATERAL (
    SELECT * FROM {made_by}(9223372036854775806) AS everyone WHERE everyone.{key} = t.key OFFSET 0
) AS made
