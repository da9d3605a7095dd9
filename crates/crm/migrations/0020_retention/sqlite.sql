-- What is deleted by itself once it is old, and how far that came.

-- No row: nothing is.
CREATE TABLE retention_rules (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  -- Days that something is kept; NULL: for good.
  files_days INTEGER,
  messages_days INTEGER,
  webhook_calls_days INTEGER,
  -- Whether conversations with an open ticket keep their messages and files.
  spare_open INTEGER NOT NULL,
  -- When the next run begins.
  due_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX retention_rules_due ON retention_rules (due_at);

-- The run that goes on, or the last one.
CREATE TABLE retention_runs (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  -- 'messages', 'files', 'calls', 'log': where it is, and what it last looked at there.
  step TEXT NOT NULL,
  after BLOB NOT NULL,
  messages INTEGER NOT NULL,
  files INTEGER NOT NULL,
  webhook_calls INTEGER NOT NULL,
  -- Up to here the log has lost the texts of messages; kept from run to run.
  log_after INTEGER NOT NULL,
  PRIMARY KEY (organization_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX retention_runs_unfinished ON retention_runs (started_at) WHERE finished_at IS NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('retention_rules', 'retention_rules', '20 1'),
  ('retention_rules', 'retention_rules_due', '20 1'),
  ('retention_runs', 'retention_runs', '20 1'),
  ('retention_runs', 'retention_runs_unfinished', '2 1');
ANALYZE sqlite_schema;
