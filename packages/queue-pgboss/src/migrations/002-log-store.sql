-- The jobs that have a log.
CREATE TABLE {{schema}}.log (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workflow_id text COLLATE "C" NOT NULL,
  job_id      text COLLATE "C" NOT NULL,
  UNIQUE (workflow_id, job_id)
) WITH (fillfactor = 70);

-- What they printed. Rows are only added, and removed by age.
CREATE TABLE {{schema}}.log_chunk (
  log         bigint NOT NULL,
  position    bigint NOT NULL,
  attempt     bigint NOT NULL,
  sequence    bigint NOT NULL,
  stream      text COLLATE "C" NOT NULL,
  text        text NOT NULL,
  stored_at   timestamptz NOT NULL,
  -- The bytes of the log up to and with this chunk.
  total_bytes bigint NOT NULL,
  truncated   boolean NOT NULL,
  PRIMARY KEY (log, position),
  UNIQUE (log, attempt, sequence)
);

-- Logs that are deleted, while chunks of them are left.
CREATE TABLE {{schema}}.deleted_log (
  log bigint PRIMARY KEY
);
