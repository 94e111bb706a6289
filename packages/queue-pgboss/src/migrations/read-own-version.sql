-- -> version  of the latest migration that was applied, 0 before the first
SELECT coalesce(max(version), 0) AS version FROM {{schema}}.migration
