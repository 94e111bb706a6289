-- Delete some chunks of one deleted log, and forget the log with the last. [LOG-7]
-- $1 limit
-- -> a row, unless nothing is left, or others are at it
WITH next AS (
  SELECT log FROM {{schema}}.deleted_log ORDER BY log LIMIT 1 FOR UPDATE SKIP LOCKED
), doomed AS (
  SELECT log_chunk.log, log_chunk.position FROM {{schema}}.log_chunk, next
  WHERE log_chunk.log = next.log
  ORDER BY log_chunk.position
  LIMIT $1::integer
), deleted AS (
  DELETE FROM {{schema}}.log_chunk USING doomed
  WHERE log_chunk.log = doomed.log AND log_chunk.position = doomed.position
  RETURNING 1
), forgotten AS (
  DELETE FROM {{schema}}.deleted_log USING next
  WHERE deleted_log.log = next.log AND (SELECT count(*) FROM deleted) < $1::integer
)
SELECT 1 FROM next
