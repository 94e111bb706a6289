-- Put off the look at leases that were renewed in time to their new expiry.
-- $1 integer  leases at the most
-- -> postponed  how many
WITH renewed AS MATERIALIZED (
  SELECT job
  FROM {{schema}}.lease
  WHERE check_at <= (SELECT clock_timestamp()) AND expires_at > (SELECT clock_timestamp())
  ORDER BY check_at
  LIMIT $1
  FOR UPDATE SKIP LOCKED
),
postponed AS (
  UPDATE {{schema}}.lease SET check_at = expires_at WHERE job = ANY (ARRAY(SELECT job FROM renewed)) RETURNING job
)
SELECT count(*)::integer AS postponed FROM postponed
