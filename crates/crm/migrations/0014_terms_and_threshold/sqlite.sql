-- The words that there are, in order: a word that is only begun is looked up here first, and then each word that it may become.
-- Nothing is kept in it; it shows what `search_words` has.
CREATE VIRTUAL TABLE search_terms USING fts5vocab(search_words, instance);

-- At and above this confidence, in hundredths, structuring writes what it found by itself.
ALTER TABLE organizations ADD COLUMN structuring_threshold INTEGER NOT NULL DEFAULT 85;
