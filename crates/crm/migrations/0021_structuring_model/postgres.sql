-- A language model that an organization lets improve what structuring found, and what it is asked.

-- Where the model is, what it may cost, and how it is doing. No row: none was ever configured.
CREATE TABLE structuring_models (
  organization_id UUID NOT NULL REFERENCES organizations (id),
  -- 'off', 'leftovers', 'always'.
  mode TEXT NOT NULL,
  -- 'openai', 'anthropic', 'ollama'.
  kind TEXT NOT NULL,
  base_url TEXT,
  model TEXT,
  -- Sealed.
  api_key BYTEA,
  masked BOOLEAN NOT NULL,
  -- Whether the endpoint is given a JSON Schema for its answer.
  strict BOOLEAN NOT NULL,
  calls_per_day BIGINT NOT NULL,
  tokens_per_day BIGINT NOT NULL,
  timeout_seconds BIGINT NOT NULL,
  -- In a row; until when it is left in peace.
  failures BIGINT NOT NULL,
  paused_until BIGINT NOT NULL,
  last_error TEXT,
  last_error_at BIGINT,
  last_answer_at BIGINT,
  version BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id)
);

-- What was asked on a day of UTC (days since 1970): calls as they begin, tokens as they are told of.
CREATE TABLE structuring_model_days (
  organization_id UUID NOT NULL,
  day BIGINT NOT NULL,
  calls BIGINT NOT NULL,
  tokens BIGINT NOT NULL,
  PRIMARY KEY (organization_id, day)
);

-- Records that the model is asked about, and for a while that it was: the same is not asked again.
CREATE TABLE structuring_questions (
  organization_id UUID NOT NULL,
  contact_id UUID NOT NULL,
  digest BIGINT NOT NULL,
  source TEXT NOT NULL,
  country TEXT,
  -- JSON, what came and what was given explicitly; '' once it is done.
  record TEXT NOT NULL,
  request_id TEXT NOT NULL,
  -- 'waiting', 'improved', 'nothing', 'failed'.
  status TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  -- By whom it was taken last: how many times it was, whether it still is, how often whoever had it was gone.
  claims BIGINT NOT NULL,
  claimed BOOLEAN NOT NULL,
  lapses BIGINT NOT NULL,
  -- Null once it is done.
  due_at BIGINT,
  -- The run that wrote what the model found, and how many values wait for a person.
  structuring_id UUID,
  review_count BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  PRIMARY KEY (organization_id, contact_id, digest)
);
CREATE INDEX structuring_questions_due ON structuring_questions (organization_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX structuring_questions_age ON structuring_questions (finished_at) WHERE finished_at IS NOT NULL;
