-- Forget jobs that ended before a time. [PRG-1]
-- $1 float8   the time, in ms since the epoch
-- $2 integer  jobs at the most
-- -> queue, ids
WITH old AS MATERIALIZED (
  SELECT id FROM {{schema}}.job WHERE finished_at < to_timestamp($1::float8 / 1000) ORDER BY finished_at LIMIT $2
),
purged AS (
  DELETE FROM {{schema}}.job WHERE id = ANY (ARRAY(SELECT id FROM old)) RETURNING id, label_set
)
SELECT label_set.queue, array_agg(purged.id::text) AS ids
FROM purged JOIN {{schema}}.label_set ON label_set.id = purged.label_set
GROUP BY label_set.queue
ORDER BY label_set.queue
