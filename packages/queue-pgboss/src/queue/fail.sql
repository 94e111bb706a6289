-- Note how attempts failed and what comes next, and tell. [FAI-1, FAI-2, REA-2]
-- $1 json    of each: id, state, attempt (the next), at, startedAt, retryAt (null for never), failure, nonce (null where it expired)
-- $2 text[]  events
WITH noted AS (
  UPDATE {{schema}}.job SET
    state = given.state,
    attempt = given.attempt,
    available_at = coalesce(to_timestamp(given."retryAt" / 1000), job.available_at),
    started_at = to_timestamp(given."startedAt" / 1000),
    finished_at = CASE given.state WHEN 'failed' THEN to_timestamp(given.at / 1000) END,
    failure = given.failure,
    settled_lease = coalesce(given.nonce, job.settled_lease),
    settled_by = CASE WHEN given.nonce IS NULL THEN job.settled_by ELSE 'fail' END,
    settled_retry_at = CASE WHEN given.nonce IS NULL THEN job.settled_retry_at ELSE to_timestamp(given."retryAt" / 1000) END
  FROM json_to_recordset($1::text::json) AS given (
    id uuid, state text, attempt smallint, at float8, "startedAt" float8, "retryAt" float8, failure jsonb, nonce text
  )
  WHERE job.id = given.id
)
SELECT {{schema}}.tell($2::text[])
