-- The runs, in the order of their creation by their serial. It has no index of its own: a list by status would be read by that one,
-- past all runs of other statuses. What commits change is in no index but the status, and that rarely.
CREATE TABLE {{schema}}.run (
  run_id      text COLLATE "C" PRIMARY KEY,
  serial      bigint GENERATED ALWAYS AS IDENTITY,
  name        text NOT NULL,
  status      text COLLATE "C" NOT NULL DEFAULT 'running',
  attempt     bigint NOT NULL DEFAULT 1,
  version     bigint NOT NULL DEFAULT 1,
  counts      json NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  definition  json NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX run_by_status ON {{schema}}.run (status, serial DESC);
CREATE INDEX run_by_end ON {{schema}}.run (finished_at) WHERE finished_at IS NOT NULL;

-- The jobs of a run, each whole as it was given; its state is in no index, so that changing it writes the row alone.
CREATE TABLE {{schema}}.run_job (
  run      bigint NOT NULL,
  position integer NOT NULL,
  job_id   text COLLATE "C" NOT NULL,
  state    text COLLATE "C" NOT NULL,
  job      json NOT NULL,
  PRIMARY KEY (run, position),
  UNIQUE (run, job_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- Runs that are deleted, while rows of their jobs are left.
CREATE TABLE {{schema}}.deleted_run (
  run bigint PRIMARY KEY
);

-- Whose turn it is to schedule; one row at the most.
CREATE TABLE {{schema}}.scheduling (
  id         integer PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  owner      text COLLATE "C" NOT NULL,
  term       bigint NOT NULL,
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 10);
