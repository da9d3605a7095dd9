-- Who said the phone, where its channel did not: 'explicit' (API), 'member', 'inferred'.
ALTER TABLE contacts ADD COLUMN phone_source TEXT;

-- Somebody said that the two are not one person: it is not proposed again.
ALTER TABLE merge_proposals ADD COLUMN dismissed_at INTEGER;
ALTER TABLE merge_proposals ADD COLUMN dismissed_by TEXT;

-- 'offline' was where everybody began, and nothing on screen chose it. Whether somebody is there their streams say.
UPDATE members SET availability = 'online' WHERE availability = 'offline';
