-- Delete some chunks of one deleted log, and forget the log with the last. [LOG-7]
-- $1 limit
-- -> a row, unless nothing is left, or others are at it
WITH next AS (
  SELECT log FROM {{schema}}.deleted_log ORDER BY log LIMIT 1 FOR UPDATE SKIP LOCKED
), deleted AS (
  DELETE FROM {{schema}}.log_chunk
  WHERE log = (SELECT log FROM next) AND position = ANY (ARRAY(
    SELECT position FROM {{schema}}.log_chunk WHERE log = (SELECT log FROM next) ORDER BY position LIMIT $1::integer
  ))
  RETURNING 1
), forgotten AS (
  DELETE FROM {{schema}}.deleted_log
  WHERE log = (SELECT log FROM next) AND (SELECT count(*) FROM deleted) < $1::integer
)
SELECT 1 FROM next
