-- Remove a worker. [WRK-5]
-- $1 worker_id
DELETE FROM {{schema}}.worker WHERE worker_id = $1::text
