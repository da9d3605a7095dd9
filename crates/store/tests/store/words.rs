//! Full text: what a beginning becomes, and what is found by it.

use store::testing::each_engine;
use store::{Db, Engine, params};

use crate::{batch, read, write};

fn index(db: &Db) {
    batch(
        db,
        match db.engine() {
            Engine::Sqlite => {
                "CREATE VIRTUAL TABLE texts USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');
                 CREATE VIRTUAL TABLE terms USING fts5vocab(texts, instance);"
            }
            Engine::Postgres => {
                "CREATE TABLE texts (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
                 CREATE INDEX texts_words ON texts USING GIN (words);"
            }
        },
    );
}

fn put(db: &Db, number: i64, words: String) {
    write(db, move |tx| tx.dialect().put_words(tx, "texts", number, &words)).unwrap();
}

/// The query, and the numbers that it finds at most.
fn find(db: &Db, wanted: &[(&str, bool)], most: i64) -> (String, Vec<i64>) {
    let wanted: Vec<(String, bool)> = wanted.iter().map(|(word, begun)| ((*word).to_owned(), *begun)).collect();
    read(db, move |tx| {
        let dialect = tx.dialect();
        let query = dialect.words_query(tx, "terms", &wanted)?;
        let all = format!("SELECT number FROM ({} LIMIT $2) AS f", dialect.words_found("texts", "$1", None));
        let rows = tx.query(&all, params![query, most])?;
        let found: Vec<i64> = rows.iter().map(|row| row.at(0)).collect::<Result<_, _>>()?;
        if let Some(lately) = dialect.words_lately("texts", 1_000) {
            let late =
                format!("SELECT number FROM ({} LIMIT $2) AS f", dialect.words_found("texts", "$1", Some(&lately)));
            let rows = tx.query(&late, params![query, most])?;
            assert_eq!(rows.iter().map(|row| row.at(0)).collect::<Result<Vec<i64>, _>>()?, found);
        }
        Ok((query, found))
    })
    .unwrap()
}

#[test]
fn a_beginning_becomes_the_words_that_there_are() {
    each_engine(|db| {
        index(db);
        for (number, words) in (1..).zip(["hola ana", "holanda hola", "hol ana", "ola hola", "año holañí"]) {
            put(db, number, words.to_owned());
        }
        let (query, found) = find(db, &[("hol", true)], 10);
        assert_eq!(found, [5, 4, 3, 2, 1]);
        let (both, of_both) = find(db, &[("hol", true), ("ana", false)], 10);
        assert_eq!(of_both, [3, 1]);
        if db.engine() == Engine::Sqlite {
            assert_eq!(query, r#"("hol" OR "hola" OR "holanda" OR "holañí")"#, "no word is left open");
            assert_eq!(both, r#"("hol" OR "hola" OR "holanda" OR "holañí") AND "ana""#);
        }
        assert_eq!(find(db, &[("zz", true)], 10).1, [0i64; 0]);
        assert_eq!(find(db, &[("hol", false)], 10).1, [3]);
        // What is gone is no word of any row.
        write(db, |tx| tx.dialect().remove_words(tx, "texts", 5)).unwrap();
        assert_eq!(find(db, &[("holañ", true)], 10).1, [0i64; 0]);
    });
}

#[test]
fn a_beginning_of_very_many_words_is_bounded() {
    each_engine(|db| {
        index(db);
        write(db, |tx| {
            let dialect = tx.dialect();
            (0..300i64).try_for_each(|n| dialect.put_words(tx, "texts", n, &format!("w{n:03} wall")))
        })
        .unwrap();
        let (query, found) = find(db, &[("w", true)], 20);
        assert_eq!(found.len(), 20);
        if db.engine() == Engine::Sqlite {
            assert_eq!(query.matches(" OR ").count() + 1, 200);
        }
        // One word in every row costs one look and hides none behind it.
        let (query, found) = find(db, &[("wal", true)], 400);
        assert_eq!((found.len(), query.matches(" OR ").count()), (300, 0));
        assert_eq!(find(db, &[("w29", true)], 400).1.len(), 10);
    });
}
