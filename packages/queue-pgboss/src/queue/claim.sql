-- Lease the jobs of one queue that come first, each to a claim, and tell that they were started. [CLM-1, CLM-3, CLM-6]
-- $1 text[]     nonces of the leases
-- $2 text[]     workers
-- $3 integer[]  how long each lease lasts, in ms
-- $4 integer    the number of label sets that the caller knows; takes nothing where there are more
-- source        label_set, queue and min_priority of the queue to take from; $5 and so on are its own
-- -> known      label sets that there are
--    label_set  of the queue, null where none has jobs; with it but without a job, another claim was faster
--    n, id, attempt, data, claimed_at  of each job; a row without them where there is none
--    priority, created_at              which come first, over all queues
WITH known AS MATERIALIZED (
  SELECT coalesce(max(id), 0) AS label_sets FROM {{schema}}.label_set
),
source AS MATERIALIZED (
  {{source}}
),
fetched AS (
  {{fetchJobs}}
),
ranked AS MATERIALIZED (
  SELECT row_number() OVER (ORDER BY priority DESC, "createdOn", "startAfter") AS n, id, data, priority,
    extract(epoch FROM "createdOn")::float8 AS created_at,
    -- A job that was released begins to count anew, from the attempt that it had.
    "retryCount" + coalesce((data->>'attempt')::integer, 0) AS attempt
  FROM fetched
),
granted AS MATERIALIZED (
  SELECT ranked.*, claim.nonce, claim.worker_id, claim.ttl_ms
  FROM ranked
  JOIN unnest($1::text[], $2::text[], $3::integer[]) WITH ORDINALITY AS claim (nonce, worker_id, ttl_ms, n) USING (n)
),
clock AS MATERIALIZED (
  SELECT {{schema}}.now_ms() AS now FROM (SELECT count(*) FROM granted) AS taken
),
leased AS (
  INSERT INTO {{schema}}.lease AS lease (
    job, label_set, nonce, worker_id, attempt, ttl_ms, claimed_at, expires_at, check_at
  )
  SELECT
    granted.id, source.label_set, granted.nonce, granted.worker_id, granted.attempt, granted.ttl_ms, clock.now,
    clock.now + granted.ttl_ms * interval '1 millisecond', clock.now + granted.ttl_ms * interval '1 millisecond'
  FROM granted
  CROSS JOIN clock
  CROSS JOIN source
  ON CONFLICT (job) DO UPDATE SET
    nonce = excluded.nonce, worker_id = excluded.worker_id, attempt = excluded.attempt, ttl_ms = excluded.ttl_ms,
    claimed_at = excluded.claimed_at, expires_at = excluded.expires_at, check_at = excluded.check_at
),
told AS MATERIALIZED (
  SELECT {{schema}}.tell(array_agg(
    json_build_array(
      'started', granted.data->>'workflowId', granted.data->>'jobId', granted.attempt, {{schema}}.epoch_ms(clock.now),
      granted.worker_id
    )::text ORDER BY granted.n
  ))
  FROM granted CROSS JOIN clock
)
SELECT
  known.label_sets AS known, granted.n, granted.id, source.label_set, granted.attempt, granted.data,
  granted.priority, granted.created_at, {{schema}}.epoch_ms(clock.now) AS claimed_at
FROM told CROSS JOIN known
LEFT JOIN source ON true
LEFT JOIN (granted CROSS JOIN clock) ON true
ORDER BY granted.n
