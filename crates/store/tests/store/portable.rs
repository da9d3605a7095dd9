//! The SQL both engines understand the same way, and the traps between them, each pinned.

use store::testing::each_engine;
use store::{Db, Engine, Error, Priority, Row, Tx, Written, params};

use crate::{batch, read, write};

fn texts(rows: &[Row], column: &str) -> Vec<String> {
    rows.iter().map(|row| row.get(column).unwrap()).collect()
}

fn numbers(rows: &[Row], column: &str) -> Vec<i64> {
    rows.iter().map(|row| row.get(column).unwrap()).collect()
}

fn people(db: &Db) {
    batch(
        db,
        "CREATE TABLE people (id BIGINT PRIMARY KEY, name TEXT, visits BIGINT NOT NULL DEFAULT 0, city TEXT); \
         CREATE TABLE cities (name TEXT PRIMARY KEY, state TEXT NOT NULL); \
         CREATE UNIQUE INDEX people_name_key ON people (name); \
         INSERT INTO people VALUES (1, 'Ana', 5, 'Recife'), (2, 'Bia', 3, 'Recife'), (3, 'Caio', 9, 'Natal'), \
                                   (4, NULL, 0, NULL); \
         INSERT INTO cities VALUES ('Recife', 'PE'), ('Natal', 'RN')",
    );
}

#[test]
fn parameters_are_bound_by_their_number() {
    each_engine(|db| {
        let row = read(db, |tx| {
            let sql = "SELECT CAST($2 AS TEXT) AS b, CAST($1 AS TEXT) AS a, CAST($3 AS BIGINT) AS c, \
                              CAST($1 AS TEXT) AS again";
            tx.query_one(sql, params!["first", "second", 3_i64])
        })
        .unwrap();
        assert_eq!(row.text("a"), Ok("first"));
        assert_eq!(row.text("b"), Ok("second"));
        assert_eq!(row.get("c"), Ok(3_i64));
        assert_eq!(row.text("again"), Ok("first"));

        // Ten and above are not one and a zero.
        let sql = "SELECT CAST($11 AS BIGINT) - CAST($1 AS BIGINT) - CAST($2 AS BIGINT) - CAST($3 AS BIGINT) \
                   - CAST($4 AS BIGINT) - CAST($5 AS BIGINT) - CAST($6 AS BIGINT) - CAST($7 AS BIGINT) \
                   - CAST($8 AS BIGINT) - CAST($9 AS BIGINT) - CAST($10 AS BIGINT) AS n";
        let n = read(db, move |tx| {
            let params: Vec<_> = (1..=10).chain([100]).map(store::Param::Int).collect();
            tx.query_one(sql, &params)
        });
        assert_eq!(n.unwrap().get("n"), Ok(45_i64));
    });
}

#[test]
fn a_dollar_in_text_a_name_or_a_comment_is_no_parameter() {
    each_engine(|db| {
        let row = read(db, |tx| {
            tx.query_one(
                "SELECT '$2 it''s $3' AS quoted, /* $4 */ CAST($1 AS TEXT) AS \"a$5\" -- $6\n",
                params!["bound"],
            )
        })
        .unwrap();
        assert_eq!(row.text("quoted"), Ok("$2 it's $3"));
        assert_eq!(row.text("a$5"), Ok("bound"));
    });
}

#[test]
fn a_cast_by_two_colons_is_refused_where_it_would_bind_nothing() {
    each_engine(|db| {
        let answer = read(db, |tx| tx.query_one("SELECT $1::bigint AS n", params![7_i64]));
        match db.engine() {
            // SQLite would read one name, `$1::bigint`, and bind NULL to it.
            Engine::Sqlite => assert!(matches!(answer, Err(Error::Sql { .. })), "{answer:?}"),
            Engine::Postgres => assert_eq!(answer.unwrap().get("n"), Ok(7_i64)),
        }
    });
}

#[test]
fn the_sql_we_call_portable_is() {
    each_engine(|db| {
        people(db);
        write(db, |tx| {
            // RETURNING, ON CONFLICT … DO UPDATE / NOTHING
            let row = tx.query_one(
                "INSERT INTO people (id, name, visits) VALUES ($1, $2, 1) \
                 ON CONFLICT (name) DO UPDATE SET visits = people.visits + excluded.visits RETURNING id, visits",
                params![9_i64, "Ana"],
            )?;
            assert_eq!((row.get("id"), row.get("visits")), (Ok(1_i64), Ok(6_i64)));
            let none = tx.query_opt(
                "INSERT INTO people (id, name) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING id",
                params![9_i64, "Bia"],
            )?;
            assert_eq!(none, None);
            // CTE, window function, FILTER
            let rows = tx.query(
                "WITH known AS (SELECT id, city, visits FROM people WHERE name IS NOT NULL) \
                 SELECT id, row_number() OVER (PARTITION BY city ORDER BY visits DESC) AS place FROM known ORDER BY id",
                params![],
            )?;
            assert_eq!(numbers(&rows, "place"), [1, 2, 1]);
            let row = tx.query_one("SELECT count(*) FILTER (WHERE visits > 4) AS n FROM people", params![])?;
            assert_eq!(row.get("n"), Ok(2_i64));
            // Row values, for pages
            let rows = tx.query(
                "SELECT id FROM people WHERE (visits, id) > ($1, $2) ORDER BY visits, id",
                params![3_i64, 2_i64],
            )?;
            assert_eq!(numbers(&rows, "id"), [1, 3]);
            // UPDATE … FROM
            let changed = tx.execute(
                "UPDATE people SET name = people.name || '/' || cities.state FROM cities \
                 WHERE cities.name = people.city AND people.id = $1",
                params![3_i64],
            )?;
            assert_eq!(changed, 1);
            // IS NOT DISTINCT FROM, NULLS LAST
            let row = tx.query_one(
                "SELECT id FROM people WHERE city IS NOT DISTINCT FROM CAST($1 AS TEXT)",
                params![None::<String>],
            )?;
            assert_eq!(row.get("id"), Ok(4_i64));
            let rows = tx.query("SELECT id FROM people ORDER BY name DESC NULLS LAST, id", params![])?;
            assert_eq!(numbers(&rows, "id"), [3, 2, 1, 4]);
            Ok(())
        })
        .unwrap();
        let name = read(db, |tx| tx.query_one("SELECT name FROM people WHERE id = 3", params![])).unwrap();
        assert_eq!(name.text("name"), Ok("Caio/RN"));
    });
}

/// What PostgreSQL plans for a table that it has no statistics of: there a LIMIT right within IN would not hold.
fn nested_loops(tx: &mut Tx<'_>) -> Result<(), Error> {
    if tx.dialect().engine() == Engine::Postgres {
        for join in ["hashjoin", "hashagg", "mergejoin", "material", "sort"] {
            tx.execute(&format!("SET LOCAL enable_{join} = off"), params![])?;
        }
    }
    Ok(())
}

#[test]
fn a_claim_takes_each_job_once_and_not_more_than_it_wants() {
    each_engine(|db| {
        batch(
            db,
            "CREATE TABLE jobs (id BIGINT PRIMARY KEY, taken_by BIGINT); \
             INSERT INTO jobs (id) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) \
             SELECT i FROM n",
        );
        let workers: Vec<_> = (1..=4_i64)
            .map(|worker| {
                let db = db.clone();
                std::thread::spawn(move || {
                    let mut mine = Vec::new();
                    loop {
                        let taken = db
                            .write_claim_blocking(Priority::Background, move |tx| {
                                nested_loops(tx)?;
                                let sql = format!(
                                    "WITH picked AS MATERIALIZED \
                                     (SELECT id FROM jobs WHERE taken_by IS NULL ORDER BY id LIMIT $2 {}) \
                                     UPDATE jobs SET taken_by = $1 WHERE id IN (SELECT id FROM picked) RETURNING id",
                                    tx.dialect().claim_suffix()
                                );
                                tx.query(&sql, params![worker, 7_i64])
                            })
                            .unwrap();
                        assert!(taken.len() <= 7, "{}", taken.len());
                        if taken.is_empty() {
                            return mine;
                        }
                        mine.extend(numbers(&taken, "id"));
                    }
                })
            })
            .collect();
        let mut all: Vec<i64> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
        all.sort_unstable();
        assert_eq!(all, (1..=200).collect::<Vec<i64>>());
        assert_eq!(db.metrics().re_runs, 0);
    });
}

#[test]
fn a_sum_of_bigint_needs_a_cast() {
    each_engine(|db| {
        people(db);
        let total = read(db, |tx| tx.query_one("SELECT CAST(sum(visits) AS BIGINT) AS total FROM people", params![]));
        assert_eq!(total.unwrap().get("total"), Ok(17_i64));
        let bare = read(db, |tx| tx.query_one("SELECT sum(visits) AS total FROM people", params![]));
        match db.engine() {
            Engine::Sqlite => assert_eq!(bare.unwrap().get("total"), Ok(17_i64)),
            // It says what to write.
            Engine::Postgres => assert!(bare.unwrap_err().to_string().contains("CAST(sum(x) AS BIGINT)")),
        }
    });
}

#[test]
fn lower_and_like_know_ascii_only_on_sqlite() {
    each_engine(|db| {
        let row =
            read(db, |tx| tx.query_one("SELECT lower('ANA') AS ascii, lower('ÉRICA') AS accented", params![])).unwrap();
        assert_eq!(row.text("ascii"), Ok("ana"));
        let accented = if db.engine() == Engine::Sqlite { "Érica" } else { "érica" };
        assert_eq!(row.text("accented"), Ok(accented));
        // LIKE ignores the case of ASCII letters on SQLite, and of none on PostgreSQL: search what was lowered in Rust.
        let row = read(db, |tx| {
            tx.query_one(
                "SELECT CASE WHEN 'ana' LIKE 'AN%' THEN 1 ELSE 0 END AS mixed, \
                        CASE WHEN 'ana' LIKE 'an%' THEN 1 ELSE 0 END AS same",
                params![],
            )
        })
        .unwrap();
        assert_eq!(row.get("mixed"), Ok(i32::from(db.engine() == Engine::Sqlite)));
        assert_eq!(row.get("same"), Ok(1));
    });
}

/// The tests' PostgreSQL sorts as English speakers do, on purpose: a column without `COLLATE "C"` shows.
#[test]
fn text_is_in_byte_order_where_the_schema_says_c() {
    each_engine(|db| {
        let collate = if db.engine() == Engine::Postgres { "COLLATE \"C\"" } else { "" };
        let create = format!("CREATE TABLE words (word TEXT {collate}, loose TEXT)");
        write(db, move |tx| {
            tx.execute_batch(&create)?;
            for word in ["b", "A", "é", "a", "B", "_", "Z", "ab"] {
                tx.execute("INSERT INTO words VALUES ($1, $1)", params![word])?;
            }
            Ok(())
        })
        .unwrap();
        let sorted = read(db, |tx| tx.query("SELECT word FROM words ORDER BY word", params![])).unwrap();
        assert_eq!(texts(&sorted, "word"), ["A", "B", "Z", "_", "a", "ab", "b", "é"]);
        let page =
            read(db, |tx| tx.query("SELECT word FROM words WHERE word > $1 ORDER BY word LIMIT 3", params!["_"]));
        assert_eq!(texts(&page.unwrap(), "word"), ["a", "ab", "b"]);
        let loose = read(db, |tx| tx.query("SELECT loose FROM words ORDER BY loose", params![])).unwrap();
        let byte_order = texts(&loose, "loose") == ["A", "B", "Z", "_", "a", "ab", "b", "é"];
        assert_eq!(byte_order, db.engine() == Engine::Sqlite, "the test database must not sort by bytes by itself");
    });
}

#[test]
fn a_statement_outlives_a_change_of_its_table() {
    each_engine(|db| {
        people(db);
        let all = "SELECT * FROM cities ORDER BY name";
        assert_eq!(write(db, move |tx| tx.query(all, params![])).unwrap()[0].columns().len(), 2);
        assert_eq!(read(db, move |tx| tx.query(all, params![])).unwrap()[0].columns().len(), 2);
        batch(db, "ALTER TABLE cities ADD COLUMN country TEXT DEFAULT 'BR'");
        for _ in 0..8 {
            assert_eq!(write(db, move |tx| tx.query(all, params![])).unwrap()[0].text("country"), Ok("BR"));
            assert_eq!(read(db, move |tx| tx.query(all, params![])).unwrap()[0].text("country"), Ok("BR"));
        }
    });
}

/// What [`Tx::write_row`] answers is the row as it is after the statement, and nothing where the statement wrote nothing.
#[test]
fn a_row_is_written_and_answered() {
    const OF: Written<'_> = Written { table: "people", key: "id = $1 AND city = $2", columns: "name, visits" };
    each_engine(|db| {
        people(db);
        let visit = |id: i64, city: &'static str, by: i64| {
            let row = write(db, move |tx| {
                let sql = "UPDATE people SET visits = visits + $3 WHERE id = $1 AND city = $2";
                tx.write_row(sql, &OF, params![id, city, by])
            });
            row.unwrap().map(|row| (row.text("name").unwrap().to_owned(), row.get::<i64>("visits").unwrap()))
        };
        assert_eq!(visit(1, "Recife", 2), Some(("Ana".to_owned(), 7)));
        assert_eq!(visit(1, "Recife", 3), Some(("Ana".to_owned(), 10)));
        assert_eq!(visit(1, "Natal", 1), None);
        let come = |then: &'static str| {
            let row = write(db, move |tx| {
                let sql = format!("INSERT INTO people (id, city, name) VALUES ($1, $2, $3) ON CONFLICT (id) DO {then}");
                tx.write_row(&sql, &OF, params![9_i64, "Natal", "Eva"])
            });
            row.unwrap().map(|row| row.get::<i64>("visits").unwrap())
        };
        assert_eq!(come("NOTHING"), Some(0));
        assert_eq!(come("NOTHING"), None);
        assert_eq!(come("UPDATE SET visits = people.visits + 1 WHERE people.visits < 1"), Some(1));
        assert_eq!(come("UPDATE SET visits = people.visits + 1 WHERE people.visits < 1"), None);
    });
}

/// The flags of `.cargo/config.toml` are in the SQLite that was built.
#[test]
fn sqlite_is_compiled_as_the_project_says() {
    let db = store::testing::fresh_sqlite();
    let options = read(&db, |tx| tx.query("SELECT compile_options AS name FROM pragma_compile_options", params![]));
    let options = texts(&options.unwrap(), "name");
    assert!(options.iter().any(|option| option == "DEFAULT_MEMSTATUS=0"), "{options:?}");
    assert!(!options.iter().any(|option| option == "ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
}
