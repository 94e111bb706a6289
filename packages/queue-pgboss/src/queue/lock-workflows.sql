-- Keep workflows from being cancelled until the transaction ends. A statement of its own: the next one sees what was cancelled before.
-- $1 text[]  workflow ids
SELECT count(*)
FROM (
  SELECT pg_advisory_xact_lock_shared(hashtextextended(workflow_id, hashtext('{{schemaName}}')))
  FROM (SELECT workflow_id FROM unnest($1::text[]) AS given (workflow_id) ORDER BY workflow_id COLLATE "C") AS given
) AS locked
