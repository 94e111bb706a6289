-- Store chunks of logs that are locked, but for those that are stored already or do not fit. [LOG-1, LOG-2, LOG-6]
-- $1 chunks: json array, in order  $2 the most bytes of text in one log
-- -> workflow_id and job_id of each log that has got chunks
WITH given AS (
  SELECT DISTINCT ON (log.id, chunk.attempt, chunk.sequence)
    log.id AS log, chunk.number, chunk.attempt, chunk.sequence, chunk.stream, chunk.text
  FROM ROWS FROM (
    json_to_recordset($1::json)
      AS ("workflowId" text, "jobId" text, attempt bigint, sequence bigint, stream text, text text)
  ) WITH ORDINALITY AS chunk (workflow_id, job_id, attempt, sequence, stream, text, number)
  JOIN {{schema}}.log ON log.workflow_id = chunk.workflow_id AND log.job_id = chunk.job_id
  ORDER BY log.id, chunk.attempt, chunk.sequence, chunk.number
), latest AS (
  SELECT each.log, coalesce(latest.position, -1) AS position, coalesce(latest.total_bytes, 0) AS total_bytes,
    coalesce(latest.truncated, false) AS truncated
  FROM (SELECT DISTINCT log FROM given) AS each
  LEFT JOIN LATERAL (
    SELECT position, total_bytes, truncated FROM {{schema}}.log_chunk
    WHERE log_chunk.log = each.log
    ORDER BY position DESC
    LIMIT 1
  ) AS latest ON true
), fresh AS (
  SELECT given.*, latest.position + row_number() OVER in_order AS position,
    -- A chunk without text counts too: without end, they would take space without end.
    latest.total_bytes + sum(greatest(1, octet_length(given.text))) OVER in_order AS total_bytes,
    latest.total_bytes + sum(greatest(1, octet_length(given.text))) OVER in_order
      - greatest(1, octet_length(given.text)) AS bytes_before
  FROM given JOIN latest USING (log)
  WHERE NOT latest.truncated AND NOT EXISTS (
    SELECT FROM {{schema}}.log_chunk AS stored
    WHERE stored.log = given.log AND stored.attempt = given.attempt AND stored.sequence = given.sequence
  )
  WINDOW in_order AS (PARTITION BY given.log ORDER BY given.number)
), stored AS (
  INSERT INTO {{schema}}.log_chunk
    (log, position, attempt, sequence, stream, text, stored_at, total_bytes, truncated)
  SELECT log, position, attempt, sequence, stream,
    CASE WHEN total_bytes <= $2::bigint THEN text ELSE (
      -- Cut before the byte at which a character begins, of which one is among any four.
      SELECT convert_from(substr(bytes, 1, max(length)), 'UTF8')
      FROM convert_to(text, 'UTF8') AS bytes, generate_series(greatest(left_bytes - 3, 0), left_bytes) AS length
      WHERE get_byte(bytes, length) & 192 <> 128
      GROUP BY bytes
    ) END,
    clock_timestamp(), total_bytes, total_bytes > $2::bigint
  FROM fresh, LATERAL (SELECT ($2::bigint - bytes_before)::integer AS left_bytes) AS room
  WHERE bytes_before <= $2::bigint
  ORDER BY log, position
  RETURNING log
)
SELECT workflow_id, job_id FROM {{schema}}.log WHERE id IN (SELECT log FROM stored)
