-- Apply one migration, once, whichever of many processes comes first.
-- version    its number, from 1
-- name       its name
-- migration  its statements
-- error SL001 when it was applied already
BEGIN;
SELECT pg_advisory_xact_lock(hashtextextended('sluice migrations of {{schemaName}}', 0));
DO $sluice$
BEGIN
  -- CREATE SCHEMA IF NOT EXISTS asks for the right to create one even where it exists.
  IF to_regnamespace('{{schemaName}}') IS NULL THEN
    CREATE SCHEMA {{schema}};
  END IF;
  CREATE TABLE IF NOT EXISTS {{schema}}.migration (
    version    integer PRIMARY KEY,
    name       text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  IF EXISTS (SELECT FROM {{schema}}.migration WHERE version >= {{version}}) THEN
    RAISE EXCEPTION 'migration {{version}} was applied already' USING ERRCODE = 'SL001';
  END IF;
END
$sluice$;
{{migration}}
INSERT INTO {{schema}}.migration (version, name) VALUES ({{version}}, '{{name}}');
COMMIT;
