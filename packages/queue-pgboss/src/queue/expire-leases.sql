-- End leases that have run out, as the first statement of a transaction. [REA-1, REA-3]
-- $1 integer  leases at the most
-- -> due  how many were found; a row without the rest where other reapers ended them all
--    all about each lease that was ended, and now
WITH due AS MATERIALIZED (
  SELECT job
  FROM {{schema}}.lease
  WHERE check_at <= (SELECT clock_timestamp()) AND expires_at <= (SELECT clock_timestamp())
  ORDER BY check_at
  LIMIT $1
),
held AS MATERIALIZED (
  SELECT id, workflow_id, job_id, max_retries, backoff, state
  FROM {{schema}}.job
  WHERE id = ANY (ARRAY(SELECT job FROM due))
  ORDER BY label_set, id
  FOR UPDATE
),
ended AS (
  DELETE FROM {{schema}}.lease
  WHERE job = ANY (ARRAY(SELECT job FROM due)) AND (SELECT count(*) FROM held) >= 0 AND expires_at <= clock_timestamp()
  RETURNING lease.*
)
SELECT
  (SELECT count(*) FROM due)::integer AS due, expired.*
FROM (SELECT) AS always
LEFT JOIN (
  SELECT
    ended.job, ended.label_set, label_set.queue, ended.worker_id, ended.attempt, {{schema}}.epoch_ms(ended.claimed_at) AS claimed_at,
    {{schema}}.epoch_ms({{schema}}.now_ms()) AS now, held.workflow_id, held.job_id, held.max_retries, held.backoff
  FROM ended
  JOIN held ON held.id = ended.job
  JOIN {{schema}}.label_set ON label_set.id = ended.label_set
  WHERE held.state = 'open'
) AS expired ON true
ORDER BY expired.label_set, expired.job
