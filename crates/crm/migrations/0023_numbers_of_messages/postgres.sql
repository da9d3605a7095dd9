-- The person's number of a message (E.164): which it came from, or goes to. Null where it is the contact's own, as that stands now;
-- after a merge a person may have several on one channel.
ALTER TABLE messages ADD COLUMN address TEXT COLLATE "C";

-- Whoever has several is found by each of them: the words of contacts are read again where two were made one.
INSERT INTO search_backlog (organization_id, kind) SELECT organization_id, 'contact' FROM merges WHERE true GROUP BY organization_id
ON CONFLICT (organization_id, kind) DO UPDATE SET after = NULL;
