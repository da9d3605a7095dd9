-- When WhatsApp last told that this is the person's number from then on: it counts as if they had written from it then, and opens no
-- window. Of a notice that came before this column nothing is known.
ALTER TABLE contact_identifiers ADD COLUMN told_at BIGINT;
-- The last of those of a contact: what was written before came from another number, and its window is that one's.
ALTER TABLE contacts ADD COLUMN moved_at BIGINT;
