-- Who still calls operations that are going away. A count a day (UTC, days since 1970), key and user agent, added to in the
-- background by every server. No foreign keys: counts must never be refused because of what they count.
CREATE TABLE sunset_calls (
  organization_id BLOB NOT NULL,
  operation TEXT NOT NULL,
  day INTEGER NOT NULL,
  api_key_id BLOB NOT NULL,
  -- At most 120 characters; '' where none was sent; 'other' beyond 50 of a key and day.
  user_agent TEXT NOT NULL,
  calls INTEGER NOT NULL,
  last_call_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, operation, day, api_key_id, user_agent)
) STRICT, WITHOUT ROWID;
CREATE INDEX sunset_calls_day ON sunset_calls (day);

-- What the log was told about the end of an operation: each once, for each date of removal.
CREATE TABLE sunset_notices (
  organization_id BLOB NOT NULL REFERENCES organizations (id),
  operation TEXT NOT NULL,
  -- Days since 1970.
  removed_on INTEGER NOT NULL,
  -- 'deprecated', 'soon_90', 'soon_30', 'soon_7', 'soon_1', 'removed'
  notice TEXT NOT NULL,
  written_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, operation, removed_on, notice)
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('sunset_calls', 'sunset_calls', '100000 50000 16666 50 5 1'),
  ('sunset_calls', 'sunset_calls_day', '100000 250'),
  ('sunset_notices', 'sunset_notices', '360 180 6 6 1');
ANALYZE sqlite_schema;
