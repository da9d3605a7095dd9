//! Reviews that are decided and records that are taken back while the program is killed: what was answered is there,
//! nothing is half decided, and the same again is answered as before.

use super::*;

const REVIEWS: &str = "/api/v1/structuring/reviews";
const UNDO: &str = "/api/v1/structuring/undo";
/// Contacts, each with one value that waits for a decision: more than a run between two kills can decide.
const WAITING: u64 = 240;

/// One contact's value and what is to become of it.
#[derive(Clone, Debug)]
struct Waiting {
    phone: String,
    path: String,
    body: Value,
    /// The review's status once it is done.
    wanted: &'static str,
}

impl Waiting {
    fn decide(&self, address: SocketAddr, key: &str) -> std::io::Result<Reply> {
        let headers = [("x-api-key", key), ("content-type", "application/json")];
        client::send(address, "POST", &self.path, &headers, Some(self.body.to_string().as_bytes()))
    }
}

#[derive(Default)]
struct Decided {
    answered: Vec<(Waiting, Reply)>,
    open: Vec<Waiting>,
}

/// The decisions are the reviews' in turn: accepted, rejected, the whole record undone.
fn waiting(address: SocketAddr, key: &str) -> Vec<Waiting> {
    let headers = [("x-api-key", key)];
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client::send(address, "GET", &format!("{REVIEWS}?limit=50{cursor}"), &headers, None).unwrap().json();
        for review in page["data"].as_array().unwrap() {
            let phone = review["contact"]["phone"].as_str().unwrap().to_owned();
            let decide = format!("{REVIEWS}/{}/decide", review["id"].as_str().unwrap());
            let (path, body, wanted) = match found.len() % 3 {
                0 => (decide, json!({"decision": "accept"}), "accepted"),
                1 => (decide, json!({"decision": "reject"}), "rejected"),
                _ => (UNDO.to_owned(), json!({"structuring_id": review["structuring_id"]}), "rejected"),
            };
            found.push(Waiting { phone, path, body, wanted });
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

/// What stands of each contact: status of the review, the field's source (none where it has no value), whether the metadata
/// has what was read, how often the decision was told.
type Standing = BTreeMap<String, (String, String, bool, i64)>;

fn standing(db: &Db) -> Standing {
    let read = |tx: &mut store::Tx<'_>| -> Result<Standing, store::Error> {
        let rows = tx.query(
            "SELECT c.phone, r.status, coalesce(f.source, '') AS source, c.metadata,
                    (SELECT count(*) FROM events e WHERE e.organization_id = c.organization_id AND e.contact_id = c.id
                       AND e.topic = 'review.decided') AS told
             FROM contacts c
             JOIN reviews r ON r.organization_id = c.organization_id AND r.contact_id = c.id
             LEFT JOIN field_values f ON f.organization_id = c.organization_id AND f.entity_id = c.customer_id",
            params![],
        )?;
        let mut found = BTreeMap::new();
        for row in rows {
            let metadata: String = row.at(3)?;
            found.insert(row.at(0)?, (row.at(1)?, row.at(2)?, metadata.contains("q4"), row.at(4)?));
        }
        Ok(found)
    };
    db.read_blocking(Priority::Interactive, read).unwrap()
}

fn verify(db: &Db, decided: &Decided, kill: usize) {
    let there = standing(db);
    assert_eq!(there.len() as u64, WAITING, "after kill {kill}");
    for (phone, (status, source, kept, told)) in &there {
        let whole = match status.as_str() {
            "pending" => source == "inferred" && !kept && *told == 0,
            "accepted" => source == "explicit" && !kept && *told == 1,
            "rejected" => source.is_empty() && *kept && *told == 1,
            _ => false,
        };
        assert!(whole, "after kill {kill}: {phone} is half decided: {status}, `{source}`, {kept}, told {told}");
    }
    for (sent, _) in &decided.answered {
        assert_eq!(there[&sent.phone].0, sent.wanted, "after kill {kill}: answered and lost: {sent:?}");
    }
}

/// Again while the answer is that nothing was changed: 503, as long as writers get in each other's way.
fn patiently(send: impl Fn() -> Reply) -> Reply {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let reply = send();
        if reply.status != 503 || Instant::now() > until {
            return reply;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn ask(address: SocketAddr, key: &str) {
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= WAITING {
                        return;
                    }
                    let phone = format!("+5695{n:07}");
                    let body = json!({"channel": "playground", "channel_phone_number": NUMBER, "contact_phone_number": phone,
                                      "meta_data": {"q4": "Niñez"}});
                    let sent = Sent { path: UPSERT.to_owned(), body, idempotency: None };
                    let reply = patiently(|| sent.to(address, key).unwrap());
                    assert!(reply.status < 300, "{}", reply.text());
                }
            });
        }
    });
}

fn decisions(data: &Data) {
    let times: usize =
        std::env::var("RECADO_KILLS").ok().map_or(2, |text| text.parse().expect("RECADO_KILLS is a number"));
    let made = data.init();
    let key = made["api_key"].as_str().unwrap().to_owned();
    let mut program = data.serve();
    for (path, body) in [
        ("/api/v1/channels", json!({"type": "playground", "name": "Pruebas", "phone_number": NUMBER})),
        (
            "/api/v1/custom_fields",
            json!({"key": "causa", "name": "Causa", "type": "select", "options": ["Medio ambiente", "Niñez"]}),
        ),
    ] {
        let reply = Sent { path: path.to_owned(), body, idempotency: None }.to(program.address, &key).unwrap();
        assert_eq!(reply.status, 201, "{}", reply.text());
    }
    ask(program.address, &key);
    let all = waiting(program.address, &key);
    assert_eq!(all.len() as u64, WAITING);
    let (next, decided) = (AtomicU64::new(0), Mutex::new(Decided::default()));
    for kill in 1..=times {
        let stop = AtomicBool::new(false);
        // So many answers before the kill, whatever the machine: some are then under way.
        let enough = decided.lock().unwrap().answered.len() as u64 + 5 + random_bits() % (WAITING / (times as u64 + 1));
        program = thread::scope(|scope| {
            let mut deciding = Vec::new();
            for _ in 0..CONNECTIONS {
                deciding.push(scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        let n = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap();
                        let Some(sent) = all.get(n) else { return };
                        let reply = sent.decide(program.address, &key);
                        let mut decided = decided.lock().unwrap();
                        match reply {
                            Ok(reply) if reply.status == 503 => decided.open.push(sent.clone()),
                            Ok(reply) => {
                                assert_eq!(reply.status, 200, "{}", reply.text());
                                decided.answered.push((sent.clone(), reply));
                            }
                            Err(_) => return decided.open.push(sent.clone()),
                        }
                    }
                }));
            }
            let until = Instant::now() + Duration::from_secs(60);
            while (decided.lock().unwrap().answered.len() as u64) < enough.min(WAITING) && Instant::now() < until {
                thread::sleep(Duration::from_millis(1));
            }
            let pid = program.child.id();
            let killed = Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap();
            assert!(killed.success());
            stop.store(true, Ordering::Relaxed);
            // Once its connections are cut, its files are let go as well.
            deciding.into_iter().for_each(|one| one.join().unwrap());
            until_gone(pid);
            data.serve()
        });
        let mut decided = decided.lock().unwrap();
        data.look(|db| verify(db, &decided, kill));
        // What had no answer again, and a part of what had one: as it was answered, and nothing twice.
        let before = decided.answered.len();
        for sent in std::mem::take(&mut decided.open) {
            let reply = patiently(|| sent.decide(program.address, &key).unwrap());
            assert_eq!(reply.status, 200, "after kill {kill}: {}", reply.text());
            decided.answered.push((sent, reply));
        }
        for (sent, _) in decided.answered[..before].iter().rev().take(12) {
            let again = patiently(|| sent.decide(program.address, &key).unwrap());
            assert_eq!(again.status, 200, "after kill {kill}: {}", again.text());
        }
        data.look(|db| verify(db, &decided, kill));
    }
    let answered = decided.lock().unwrap().answered.len();
    assert!(answered >= times * 5, "only {answered} were decided");
    data.look(|db| eprintln!("{:?}: {times} kills, {answered} decided, none lost, none half", db.engine()));
    program.kill();
}

#[test]
fn decisions_survive_a_kill_sqlite() {
    decisions(&Data { directory: tempfile::tempdir().unwrap(), postgres: None });
}

#[test]
fn decisions_survive_a_kill_postgres() {
    decisions(&Data { directory: tempfile::tempdir().unwrap(), postgres: Some(fresh_postgres()) });
}
