-- A language model that an organization lets improve what structuring found, and what it is asked.

-- Where the model is, what it may cost, and how it is doing. No row: none was ever configured.
CREATE TABLE structuring_models (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  -- 'off', 'leftovers', 'always'.
  mode TEXT NOT NULL,
  -- 'openai', 'anthropic', 'ollama'.
  kind TEXT NOT NULL,
  base_url TEXT,
  model TEXT,
  -- Sealed.
  api_key BLOB,
  masked INTEGER NOT NULL,
  -- Whether the endpoint is given a JSON Schema for its answer.
  strict INTEGER NOT NULL,
  calls_per_day INTEGER NOT NULL,
  tokens_per_day INTEGER NOT NULL,
  timeout_seconds INTEGER NOT NULL,
  -- In a row; until when it is left in peace.
  failures INTEGER NOT NULL,
  paused_until INTEGER NOT NULL,
  last_error TEXT,
  last_error_at INTEGER,
  last_answer_at INTEGER,
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id)
) STRICT, WITHOUT ROWID;

-- What was asked on a day of UTC (days since 1970): calls as they begin, tokens as they are told of.
CREATE TABLE structuring_model_days (
  organization_id BLOB NOT NULL,
  day INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  PRIMARY KEY (organization_id, day)
) STRICT, WITHOUT ROWID;

-- Records that the model is asked about, and for a while that it was: the same is not asked again.
CREATE TABLE structuring_questions (
  organization_id BLOB NOT NULL,
  contact_id BLOB NOT NULL,
  digest INTEGER NOT NULL,
  source TEXT NOT NULL,
  country TEXT,
  -- JSON, what came and what was given explicitly; '' once it is done.
  record TEXT NOT NULL,
  request_id TEXT NOT NULL,
  -- 'waiting', 'improved', 'nothing', 'failed'.
  status TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  -- By whom it was taken last: how many times it was, whether it still is, how often whoever had it was gone.
  claims INTEGER NOT NULL,
  claimed INTEGER NOT NULL,
  lapses INTEGER NOT NULL,
  -- Null once it is done.
  due_at INTEGER,
  -- The run that wrote what the model found, and how many values wait for a person.
  structuring_id BLOB,
  review_count INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (organization_id, contact_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX structuring_questions_due ON structuring_questions (organization_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX structuring_questions_age ON structuring_questions (finished_at) WHERE finished_at IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('structuring_models', 'structuring_models', '100 1'),
  ('structuring_model_days', 'structuring_model_days', '10000 100 1'),
  ('structuring_questions', 'structuring_questions', '1000000 10000 2 1'),
  ('structuring_questions', 'structuring_questions_due', '10000 100 2'),
  ('structuring_questions', 'structuring_questions_age', '1000000 2');
ANALYZE sqlite_schema;
