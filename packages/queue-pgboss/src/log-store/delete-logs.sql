-- Delete those of some locked logs that ended long ago; their chunks are left for later. [LOG-7]
-- $1 ids  $2 older_than_ms
-- -> a row for each
WITH deleted AS (
  DELETE FROM {{schema}}.log
  WHERE id = ANY ($1::bigint[]) AND (
    SELECT stored_at FROM {{schema}}.log_chunk WHERE log_chunk.log = log.id ORDER BY position DESC LIMIT 1
  ) < clock_timestamp() - $2::bigint * interval '1 ms'
  RETURNING id
)
INSERT INTO {{schema}}.deleted_log (log) SELECT id FROM deleted
RETURNING 1
