-- All that a backend stores. Times are milliseconds since the epoch on the store's clock.

CREATE TABLE IF NOT EXISTS job (
  id INTEGER PRIMARY KEY,        -- counts up: first in, first out
  workflow_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  labels TEXT NOT NULL,          -- a JSON array in canonical order, so that equal sets are equal texts
  priority INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  enqueued_at INTEGER NOT NULL,
  available_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  failure TEXT,                  -- JSON
  outputs TEXT,                  -- JSON
  definition TEXT NOT NULL,      -- JSON: the job as it was enqueued
  UNIQUE (workflow_id, job_id)
) STRICT;

CREATE INDEX IF NOT EXISTS job_waiting ON job (labels, priority DESC, id) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS job_delayed ON job (available_at) WHERE state = 'delayed';
CREATE INDEX IF NOT EXISTS job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS job_in_workflow ON job (workflow_id, id);

-- A lease outlives its end, so that a late or repeated call can be told from an unknown one.
CREATE TABLE IF NOT EXISTS lease (
  serial INTEGER PRIMARY KEY,
  lease_id TEXT NOT NULL UNIQUE,
  job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
  worker_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  ttl_ms INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ending TEXT,                   -- 'completed', 'failed', 'released', 'expired' or 'cancelled'; NULL while it is held
  retry_at INTEGER               -- after 'failed': when the job is tried again, if it is
) STRICT;

CREATE UNIQUE INDEX IF NOT EXISTS lease_held ON lease (job) WHERE ending IS NULL;
CREATE INDEX IF NOT EXISTS lease_expiring ON lease (expires_at) WHERE ending IS NULL;
CREATE INDEX IF NOT EXISTS lease_of_job ON lease (job, serial);

CREATE TABLE IF NOT EXISTS cancelled_workflow (
  workflow_id TEXT PRIMARY KEY,
  cancelled_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS run (
  serial INTEGER PRIMARY KEY,    -- counts up: the newest is the highest
  run_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  definition TEXT NOT NULL,      -- JSON
  status TEXT NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 1,
  version INTEGER NOT NULL DEFAULT 1,
  counts TEXT NOT NULL,          -- JSON
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;

CREATE TABLE IF NOT EXISTS run_job (
  run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  position INTEGER NOT NULL,     -- from 0, in the order in which the run was created with them
  job_id TEXT NOT NULL,
  state TEXT NOT NULL,
  record TEXT NOT NULL,          -- JSON
  PRIMARY KEY (run, position),
  UNIQUE (run, job_id)
) STRICT;

CREATE TABLE IF NOT EXISTS scheduling (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  owner TEXT NOT NULL,
  term INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS log (
  id INTEGER PRIMARY KEY,
  workflow_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  length INTEGER NOT NULL DEFAULT 0,   -- chunks
  bytes INTEGER NOT NULL DEFAULT 0,
  is_truncated INTEGER NOT NULL DEFAULT 0,
  last_at INTEGER NOT NULL,
  UNIQUE (workflow_id, job_id)
) STRICT;

CREATE INDEX IF NOT EXISTS log_age ON log (last_at);

CREATE TABLE IF NOT EXISTS log_chunk (
  log INTEGER NOT NULL REFERENCES log ON DELETE CASCADE,
  position INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  stream TEXT NOT NULL,
  text TEXT NOT NULL,
  is_truncated INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (log, position),
  UNIQUE (log, attempt, sequence)
) STRICT;

CREATE TABLE IF NOT EXISTS worker (
  worker_id TEXT PRIMARY KEY,
  info TEXT NOT NULL,            -- JSON
  offline_after_ms INTEGER NOT NULL,
  registered_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  running TEXT NOT NULL          -- JSON
) STRICT;
