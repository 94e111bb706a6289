-- -> version  of pg-boss's schema
SELECT max(version) AS version FROM {{boss}}.version
