-- Who does, of several servers on one database, what only one may do: a channel's sending. Of no organization: it is about
-- servers.
CREATE TABLE leases (
  name TEXT NOT NULL COLLATE "C" PRIMARY KEY,
  holder TEXT NOT NULL,
  -- Grows with every holder: what a former one does late is refused by it.
  fence BIGINT NOT NULL,
  -- Until when, by the database's own clock.
  until BIGINT NOT NULL
);
