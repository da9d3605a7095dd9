-- Who still calls operations that are going away. A count a day (UTC, days since 1970), key and user agent, added to in the
-- background by every server. No foreign keys: counts must never be refused because of what they count.
CREATE TABLE sunset_calls (
  organization_id UUID NOT NULL,
  operation TEXT NOT NULL COLLATE "C",
  day BIGINT NOT NULL,
  api_key_id UUID NOT NULL,
  -- At most 120 characters; '' where none was sent; 'other' beyond 50 of a key and day.
  user_agent TEXT NOT NULL COLLATE "C",
  calls BIGINT NOT NULL,
  last_call_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, operation, day, api_key_id, user_agent)
);
CREATE INDEX sunset_calls_day ON sunset_calls (day);

-- What the log was told about the end of an operation: each once, for each date of removal.
CREATE TABLE sunset_notices (
  organization_id UUID NOT NULL REFERENCES organizations (id),
  operation TEXT NOT NULL COLLATE "C",
  -- Days since 1970.
  removed_on BIGINT NOT NULL,
  -- 'deprecated', 'soon_90', 'soon_30', 'soon_7', 'soon_1', 'removed'
  notice TEXT NOT NULL COLLATE "C",
  written_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, operation, removed_on, notice)
);
