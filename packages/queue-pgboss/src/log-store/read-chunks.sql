-- Read a page of a log. [LOG-3]
-- $1 workflow_id  $2 job_id  $3 from which position on  $4 limit
-- -> chunks in order, times in milliseconds since the epoch
SELECT position, attempt, sequence, stream, text, truncated,
  floor(extract(epoch FROM stored_at) * 1000)::bigint AS at
FROM {{schema}}.log_chunk
WHERE log = (SELECT id FROM {{schema}}.log WHERE workflow_id = $1::text AND job_id = $2::text)
  AND position >= $3::bigint
ORDER BY position
LIMIT $4::integer
