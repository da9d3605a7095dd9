//! What cannot be said in one SQL text. The only place where SQL differs by engine.

use crate::{Engine, Error, Tx};

/// How many events one closure may record: the low bits of an event's sequence number on PostgreSQL.
pub const EVENTS_PER_CLOSURE: i64 = 4096;

/// How many words a beginning becomes.
pub const MOST_TERMS: usize = 200;
/// Entries of the index that one look takes: many where each word is rare, and no more than these of one that is everywhere.
const ENTRIES: usize = 32;
/// Looks for one beginning.
const MOST_LOOKS: usize = 64;

/// The words that begin so, in order. A word's entries stand together, one for each row that has it, so each look goes on behind
/// the last word that it saw and not behind its entries.
fn terms_of(tx: &mut Tx<'_>, terms: &str, beginning: &str) -> Result<Vec<String>, Error> {
    let sql = format!("SELECT term FROM {terms} WHERE term >= $1 AND term <= $2 LIMIT {ENTRIES}");
    let end = format!("{beginning}{}", char::MAX);
    let mut found: Vec<String> = Vec::new();
    let mut from = beginning.to_owned();
    for _ in 0..MOST_LOOKS {
        let rows = tx.query(&sql, crate::params![from, end])?;
        for row in &rows {
            let term: String = row.at(0)?;
            if found.last() != Some(&term) {
                found.push(term);
            }
        }
        if rows.len() < ENTRIES || found.len() >= MOST_TERMS {
            break;
        }
        // The least that is greater than the last one.
        from = found.last().map(|last| format!("{last}\u{1}")).unwrap_or_default();
    }
    found.truncate(MOST_TERMS);
    Ok(found)
}

/// The differences between the engines that a statement can meet. From [`Tx::dialect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    engine: Engine,
}

impl Dialect {
    pub(crate) fn new(engine: Engine) -> Dialect {
        Dialect { engine }
    }

    /// Which database this is.
    pub fn engine(self) -> Engine {
        self.engine
    }

    /// Ends the `SELECT` that picks what a claim takes, in a [`Db::write_claim`](crate::Db::write_claim): `WITH picked AS
    /// MATERIALIZED (SELECT id … LIMIT $n <suffix>) UPDATE jobs … WHERE id IN (SELECT id FROM picked) RETURNING …`. Rows
    /// somebody else is claiming are passed over on PostgreSQL; SQLite has one writer and needs nothing.
    ///
    /// Never with that `SELECT` right in the `IN`: where PostgreSQL joins by a nested loop (it does before it has statistics of the
    /// table) it picks anew for each row, passes over those that it took itself, and takes all there are instead of `n`.
    pub fn claim_suffix(self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "",
            Engine::Postgres => "FOR UPDATE SKIP LOCKED",
        }
    }

    /// Puts words, cut and separated by blanks, into a full-text index under a number; what was there under it is gone.
    ///
    /// `table` is the caller's: on SQLite an FTS5 table without content that takes deletions, its one column `words`; on
    /// PostgreSQL `(number BIGINT PRIMARY KEY, words TSVECTOR)` with a GIN index over `words`.
    pub fn put_words(self, tx: &mut Tx<'_>, table: &str, number: i64, words: &str) -> Result<(), Error> {
        let sql = match self.engine {
            Engine::Sqlite => format!("INSERT OR REPLACE INTO {table} (rowid, words) VALUES ($1, $2)"),
            Engine::Postgres => format!(
                "INSERT INTO {table} (number, words) VALUES ($1, array_to_tsvector(string_to_array(CAST($2 AS TEXT), ' ')))
                 ON CONFLICT (number) DO UPDATE SET words = excluded.words"
            ),
        };
        tx.execute(&sql, crate::params![number, words]).map(drop)
    }

    /// Takes what is there under a number out of a full-text index.
    pub fn remove_words(self, tx: &mut Tx<'_>, table: &str, number: i64) -> Result<(), Error> {
        let key = match self.engine {
            Engine::Sqlite => "rowid",
            Engine::Postgres => "number",
        };
        tx.execute(&format!("DELETE FROM {table} WHERE {key} = $1"), crate::params![number]).map(drop)
    }

    /// A `SELECT` of one column, `number`: of what matches the parameter (`$n`) that [`Dialect::words_query`] made, highest first. A
    /// `LIMIT` may follow. `lately`: what [`Dialect::words_lately`] gave, for a first look.
    pub fn words_found(self, table: &str, parameter: &str, lately: Option<&str>) -> String {
        match (self.engine, lately) {
            (Engine::Sqlite, _) => {
                format!("SELECT rowid AS number FROM {table} WHERE {table} MATCH {parameter} ORDER BY rowid DESC")
            }
            (Engine::Postgres, Some(lately)) => format!(
                "SELECT number FROM {table} WHERE words @@ CAST(CAST({parameter} AS TEXT) AS tsquery) AND {lately}
                 ORDER BY number DESC"
            ),
            // An expression is no order that an index has: otherwise a rare word is looked for in all rows, backwards.
            (Engine::Postgres, None) => format!(
                "SELECT number FROM {table} WHERE words @@ CAST(CAST({parameter} AS TEXT) AS tsquery) ORDER BY number + 0 DESC"
            ),
        }
    }

    /// A condition to follow [`Dialect::words_found`]'s, for a first look: only at the `newest` numbers. None where the highest
    /// numbers are found first anyway. PostgreSQL sorts all that match: of words that are everywhere that is nearly all there is,
    /// and of those the newest few have enough.
    pub fn words_lately(self, table: &str, newest: i64) -> Option<String> {
        match self.engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(format!("number > (SELECT coalesce(max(number), 0) - {newest} FROM {table})")),
        }
    }

    /// What matches where all of these words are; one that is `begun` may go on. Words are letters and digits, nothing else.
    ///
    /// FTS5 gathers every row of every word that a beginning has before it answers the first. So on SQLite a beginning becomes the
    /// words that there are of it, at most [`MOST_TERMS`] and the first in order, itself among them where it is one: those are
    /// read side by side, no further than asked for. `terms` is the caller's `fts5vocab` table, of type `instance`, over the index.
    pub fn words_query(self, tx: &mut Tx<'_>, terms: &str, words: &[(String, bool)]) -> Result<String, Error> {
        let sound = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        if self.engine == Engine::Postgres {
            let part = |(word, begun): &(String, bool)| format!("'{}'{}", sound(word), if *begun { ":*" } else { "" });
            return Ok(words.iter().map(part).collect::<Vec<_>>().join(" & "));
        }
        let mut parts = Vec::new();
        for (word, begun) in words {
            let word = sound(word);
            let found = if *begun { terms_of(tx, terms, &word)? } else { Vec::new() };
            parts.push(match found.is_empty() {
                true => format!("\"{word}\""),
                false => format!("(\"{}\")", found.join("\" OR \"")),
            });
        }
        Ok(parts.join(" AND "))
    }

    /// Stands behind a table and its alias: SQLite's planner is told which index to walk, and refuses where it cannot.
    /// PostgreSQL takes no hints, and decides by its own statistics.
    pub fn indexed_by(self, index: &str) -> String {
        match self.engine {
            Engine::Sqlite => format!(" INDEXED BY {index}"),
            Engine::Postgres => String::new(),
        }
    }

    /// An expression: the database's own clock, as microseconds since 1970, at the moment it is asked. Leases are measured
    /// by it, because several machines hold them and their clocks differ.
    pub fn clock(self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
            Engine::Postgres => "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
        }
    }

    /// The sequence number of the next event of this transaction, or `None` on SQLite, where an `AUTOINCREMENT` column
    /// gives it (bind the `None` as `NULL`).
    ///
    /// On PostgreSQL it is made from the transaction's own number, so that [`Dialect::readable_events_bound`] can tell
    /// which numbers may still appear: `event_sequence_base.base + (transaction << 12 | n)`. A number from a sequence
    /// object could not do that: it is handed out before the commit, and commits cross. The table
    /// `event_sequence_base (base BIGINT NOT NULL)` with its one row is the caller's; raise `base` above the largest
    /// sequence number there is after moving the data into another cluster, whose transactions count from the start
    /// ([`Dialect::raise_event_sequences`]).
    ///
    /// One query for the first event of a transaction, none for the others. More than 4096 are an error.
    pub fn next_event_sequence(self, tx: &mut Tx<'_>) -> Result<Option<i64>, Error> {
        const FIRST: &str = "SELECT base + (CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT) << 12) AS first \
                             FROM event_sequence_base";
        let n = tx.state().events;
        if n >= EVENTS_PER_CLOSURE {
            return Err(Error::sql(format_args!("a closure may record {EVENTS_PER_CLOSURE} events, not more"), FIRST));
        }
        tx.state().events += 1;
        tx.announce();
        if self.engine == Engine::Sqlite {
            return Ok(None);
        }
        let first = match tx.state().first_event {
            Some(first) => first,
            None => {
                let first = tx.query_one(FIRST, &[])?.get("first")?;
                tx.state().first_event = Some(first);
                first
            }
        };
        Ok(Some(first + n))
    }

    /// For each start: no number that somebody may have seen is given to another event.
    ///
    /// * PostgreSQL: raises `event_sequence_base` above the largest sequence number in `table`, if the numbers to come would not
    ///   be above it: the data was restored from another cluster. Answers whether it did.
    /// * SQLite: leaves a gap. A commit can be seen before it is synced; after a power cut the events of the last batches
    ///   are gone, and so is what `AUTOINCREMENT` knew of them, but a reader may stand behind them.
    pub fn raise_event_sequences(self, tx: &mut Tx<'_>, table: &str) -> Result<bool, Error> {
        /// More than the batches hold that are not synced yet: one that is being synced, one that runs.
        const GAP: i64 = 1 << 20;
        if self.engine == Engine::Sqlite {
            tx.execute("UPDATE sqlite_sequence SET seq = seq + $2 WHERE name = $1", crate::params![table, GAP])?;
            return Ok(false);
        }
        let highest = format!("(SELECT max(sequence) FROM {table})");
        let sql = format!(
            "UPDATE event_sequence_base SET base = {highest} + 1
             WHERE {highest} >= base + (CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT) << 12)"
        );
        Ok(tx.execute(&sql, &[])? > 0)
    }

    /// The transaction that has been writing for longest, in words for an operator: it may be what holds readers of events
    /// back. One of another role is seen only by members of `pg_read_all_stats`. `None` on SQLite, where one writes at a
    /// time and nobody waits.
    pub fn oldest_writer(self, tx: &mut Tx<'_>) -> Result<Option<String>, Error> {
        const OLDEST: &str = "SELECT who, CAST(extract(epoch FROM clock_timestamp() - since) AS BIGINT) AS seconds FROM (
               SELECT 'process ' || pid || ' (' || coalesce(nullif(application_name, ''), 'no name') || ', '
                      || coalesce(state, 'no state') || ')' AS who,
                      xact_start AS since
               FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
               UNION ALL SELECT 'prepared transaction ' || gid, prepared FROM pg_prepared_xacts) AS writers
             ORDER BY since LIMIT 1";
        if self.engine == Engine::Sqlite {
            return Ok(None);
        }
        let Some(row) = tx.query_opt(OLDEST, &[])? else { return Ok(None) };
        let (who, seconds): (String, i64) = (row.get("who")?, row.get("seconds")?);
        Ok(Some(format!("{who}, writing for {seconds} s")))
    }

    /// Every event with a sequence number below this one is visible to this transaction or will never be; none at or
    /// above it should be taken yet. `None` on SQLite: everything visible may be taken.
    ///
    /// A reader that keeps a cursor reads `sequence > cursor AND sequence < bound` in the same closure.
    pub fn readable_events_bound(self, tx: &mut Tx<'_>) -> Result<Option<i64>, Error> {
        const BOUND: &str = "SELECT base \
             + (CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) << 12) AS bound \
             FROM event_sequence_base";
        match self.engine {
            Engine::Sqlite => Ok(None),
            Engine::Postgres => tx.query_one(BOUND, &[])?.get("bound").map(Some),
        }
    }
}
