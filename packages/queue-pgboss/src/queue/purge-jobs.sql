-- Forget jobs that ended before a time. [PRG-1]
-- Those that pg-boss saw end before it are looked at: it sees the end of a job no later than we do, and has an index of it.
-- $1 float8   the time, in ms since the epoch
-- $2 integer  jobs at the most
-- -> queue, ids
WITH ended AS MATERIALIZED (
  SELECT label_set.queue, boss.id
  FROM {{schema}}.label_set
  CROSS JOIN LATERAL (
    SELECT id, completed_on
    FROM {{boss}}.job
    WHERE name = label_set.queue AND completed_on IS NOT NULL AND completed_on < to_timestamp($1::float8 / 1000)
    ORDER BY completed_on
    LIMIT $2
  ) AS boss
  ORDER BY boss.completed_on
  LIMIT $2
),
purged AS (
  DELETE FROM {{schema}}.job
  WHERE id = ANY (ARRAY(SELECT id FROM ended)) AND finished_at < to_timestamp($1::float8 / 1000)
  RETURNING id
)
SELECT ended.queue, array_agg(ended.id::text) AS ids
FROM ended JOIN purged ON purged.id = ended.id
GROUP BY ended.queue
ORDER BY ended.queue
