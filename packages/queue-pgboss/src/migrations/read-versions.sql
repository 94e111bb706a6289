-- Tell how far a database was migrated.
-- -> server    the version of the server, as in 150004
--    encoding  what the database keeps text in
--    own       whether our table of migrations is there
--    boss      whether pg-boss's table with its version is there
SELECT current_setting('server_version_num')::integer AS server,
  current_setting('server_encoding') AS encoding,
  to_regclass('{{schemaName}}.migration') IS NOT NULL AS own,
  to_regclass('{{bossName}}.version') IS NOT NULL AS boss
