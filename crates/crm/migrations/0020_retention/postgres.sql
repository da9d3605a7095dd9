-- What is deleted by itself once it is old, and how far that came.

-- No row: nothing is.
CREATE TABLE retention_rules (
  organization_id UUID NOT NULL REFERENCES organizations (id),
  -- Days that something is kept; NULL: for good.
  files_days BIGINT,
  messages_days BIGINT,
  webhook_calls_days BIGINT,
  -- Whether conversations with an open ticket keep their messages and files.
  spare_open BOOLEAN NOT NULL,
  -- When the next run begins.
  due_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id)
);
CREATE INDEX retention_rules_due ON retention_rules (due_at);

-- The run that goes on, or the last one.
CREATE TABLE retention_runs (
  organization_id UUID NOT NULL REFERENCES organizations (id),
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  -- 'messages', 'files', 'calls', 'log': where it is, and what it last looked at there.
  step TEXT NOT NULL,
  after UUID NOT NULL,
  messages BIGINT NOT NULL,
  files BIGINT NOT NULL,
  webhook_calls BIGINT NOT NULL,
  -- Up to here the log has lost the texts of messages; kept from run to run.
  log_after BIGINT NOT NULL,
  PRIMARY KEY (organization_id)
);
CREATE INDEX retention_runs_unfinished ON retention_runs (started_at) WHERE finished_at IS NULL;
