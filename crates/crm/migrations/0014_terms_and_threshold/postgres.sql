-- At and above this confidence, in hundredths, structuring writes what it found by itself.
ALTER TABLE organizations ADD COLUMN structuring_threshold BIGINT NOT NULL DEFAULT 85;
