//! The unit of work: what every business function gets. And `Crm`, which makes one.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use store::{Db, Priority, Tx, params};

use crate::access::{Actor, Caller};
use crate::error::{Error, Result};
use crate::id::{IdSource, OrganizationId};
use crate::setup::Setup;
use crate::time::{Clock, Timestamp, system_clock};

/// How many organizations' set-ups and keys are kept in memory; beyond, all are forgotten and loaded again on demand.
const CACHED_ORGANIZATIONS: usize = 4096;
const CACHED_KEYS: usize = 65_536;

/// One transaction on behalf of one caller. Closures that use it may be run again: they take their time and ids from it.
pub struct Work<'w, 'c> {
    pub tx: &'w mut Tx<'c>,
    /// The set-up as this transaction sees it.
    pub setup: Arc<Setup>,
    pub caller: &'w Caller,
    pub now: Timestamp,
    ids: IdSource,
    /// Whether the revision was counted up: what is cached is out of date once this commits.
    setup_moved: bool,
}

impl<'w, 'c> Work<'w, 'c> {
    /// `kept`: the set-up that is in memory by now, for where the revision is another than that of `cached`.
    fn begin(
        tx: &'w mut Tx<'c>,
        caller: &'w Caller,
        cached: &Arc<Setup>,
        kept: impl Fn() -> Option<Arc<Setup>>,
        now: Timestamp,
        seed: u64,
    ) -> Result<Self> {
        let row = tx.query_opt("SELECT revision FROM organizations WHERE id = $1", params![caller.organization])?;
        let revision: i64 = row.ok_or(Error::Unauthorized)?.at(0)?;
        let setup = match revision == cached.revision {
            true => Some(cached.clone()),
            false => kept().filter(|kept| kept.revision == revision),
        };
        let setup = match setup {
            Some(setup) => setup,
            None => Arc::new(Setup::load(tx, caller.organization)?.ok_or(Error::Unauthorized)?),
        };
        // Also under a set-up of the same revision: the key may have gone between its look-up and this.
        let scopes = setup.scopes_of(caller.actor).ok_or(Error::Unauthorized)?;
        if let Some(scope) = caller.scope
            && !scopes.contains(scope)
        {
            return Err(Error::Forbidden(scope));
        }
        Ok(Work { tx, setup, caller, now, ids: IdSource::new(now, seed), setup_moved: false })
    }

    /// In an organization that this very transaction made.
    pub(crate) fn of_new(tx: &'w mut Tx<'c>, caller: &'w Caller, now: Timestamp, ids: IdSource) -> Result<Self> {
        let setup = Setup::load(tx, caller.organization)?.ok_or(Error::Unauthorized)?;
        Ok(Work { tx, setup: Arc::new(setup), caller, now, ids, setup_moved: false })
    }

    pub fn organization(&self) -> OrganizationId {
        self.caller.organization
    }

    pub fn actor(&self) -> Actor {
        self.caller.actor
    }

    pub fn new_id<T: From<uuid::Uuid>>(&mut self) -> T {
        T::from(self.ids.new_uuid())
    }

    /// A part that may fail without the rest.
    pub fn savepoint<T>(&mut self, f: impl FnOnce(&mut Work<'_, '_>) -> Result<T>) -> Result<T> {
        let Work { tx, setup, caller, now, ids, setup_moved } = self;
        tx.savepoint(|tx| {
            let mut inner =
                Work { tx, setup: setup.clone(), caller, now: *now, ids: ids.clone(), setup_moved: *setup_moved };
            let result = f(&mut inner);
            *ids = inner.ids;
            *setup_moved = inner.setup_moved;
            result
        })
    }

    /// Says that what `Setup` holds has changed; every change of it must.
    pub fn bump_revision(&mut self) -> Result<()> {
        self.setup_moved = true;
        self.tx.execute(
            "UPDATE organizations SET revision = revision + 1 WHERE id = $1",
            params![self.caller.organization],
        )?;
        Ok(())
    }

    /// Loads the set-up again after a change within this unit of work.
    pub fn reload_setup(&mut self) -> Result<()> {
        let setup = Setup::load(self.tx, self.caller.organization)?.ok_or(Error::Unauthorized)?;
        self.setup = Arc::new(setup);
        Ok(())
    }

    /// The next of an organization's own numbers (tag ids): never given twice, also after a deletion.
    pub fn next_number(&mut self, name: &str) -> Result<i64> {
        let row = self.tx.query_one(
            "INSERT INTO counters (organization_id, name, value) VALUES ($1, $2, 1)
             ON CONFLICT (organization_id, name) DO UPDATE SET value = counters.value + 1 RETURNING value",
            params![self.caller.organization, name],
        )?;
        Ok(row.at(0)?)
    }
}

/// The business on its database.
#[derive(Clone)]
pub struct Crm(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    setups: RwLock<HashMap<OrganizationId, Arc<Setup>>>,
    /// Hash of a key → whose it is. Keys never change hands, so this needs no invalidation; whether it is still valid says `Setup`.
    keys: RwLock<HashMap<[u8; 32], OrganizationId>>,
}

impl Crm {
    /// Brings the schema up to date.
    pub fn open(db: Db) -> Result<Crm> {
        Crm::open_with_clock(db, system_clock())
    }

    pub fn open_with_clock(db: Db, clock: Clock) -> Result<Crm> {
        db.migrate(crate::migrations::ALL)?;
        let moved = db.write_blocking(Priority::Interactive, |tx| tx.dialect().raise_event_sequences(tx, "events"))?;
        if moved {
            tracing::info!("the data comes from another PostgreSQL cluster: events are numbered on from there");
        }
        Ok(Crm(Arc::new(Inner { db, clock, setups: RwLock::default(), keys: RwLock::default() })))
    }

    pub fn db(&self) -> &Db {
        &self.0.db
    }

    pub fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// The cached set-up, possibly stale. `NotFound` where there is no such organization.
    pub async fn setup(&self, id: OrganizationId) -> Result<Arc<Setup>> {
        match self.kept(id) {
            Some(setup) => Ok(setup),
            None => self.fresh_setup(id).await,
        }
    }

    /// In memory: as some transaction that is committed saw it.
    fn kept(&self, id: OrganizationId) -> Option<Arc<Setup>> {
        self.0.setups.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// The set-up as it is now.
    pub async fn fresh_setup(&self, id: OrganizationId) -> Result<Arc<Setup>> {
        let setup = self.db().read(Priority::Interactive, move |tx| Setup::load(tx, id)).await?;
        let setup = Arc::new(setup.ok_or_else(|| Error::not_found("organization"))?);
        self.remember(&setup);
        Ok(setup)
    }

    /// The set-up as it is now, if that is another than this one.
    pub async fn setup_since(&self, known: &Setup) -> Result<Option<Arc<Setup>>> {
        let id = known.id();
        let row = self
            .db()
            .read(Priority::Interactive, move |tx| {
                tx.query_opt("SELECT revision FROM organizations WHERE id = $1", params![id])
            })
            .await?;
        match row.map(|row| row.at::<i64>(0)).transpose()? {
            Some(revision) if revision == known.revision => Ok(None),
            _ => self.fresh_setup(id).await.map(Some),
        }
    }

    fn remember(&self, setup: &Arc<Setup>) {
        let mut setups = self.0.setups.write().unwrap_or_else(PoisonError::into_inner);
        match setups.get(&setup.id()) {
            Some(known) if known.revision >= setup.revision => return,
            _ => {}
        }
        if setups.len() >= CACHED_ORGANIZATIONS {
            setups.clear();
        }
        setups.insert(setup.id(), setup.clone());
    }

    /// The next request loads it anew, so that a request right after a change of the set-up is read by the new one.
    fn forget(&self, id: OrganizationId) {
        self.0.setups.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// The organization whose key has this SHA-256, and its set-up in which that key is valid.
    pub async fn authenticate(&self, hash: [u8; 32]) -> Result<Arc<Setup>> {
        let known = self.0.keys.read().unwrap_or_else(PoisonError::into_inner).get(&hash).copied();
        let organization = match known {
            Some(organization) => organization,
            None => {
                let found = self
                    .db()
                    .read(Priority::Interactive, move |tx| -> Result<Option<OrganizationId>> {
                        let row = tx.query_opt(
                            "SELECT organization_id FROM api_keys WHERE hash = $1 AND revoked_at IS NULL",
                            params![&hash[..]],
                        )?;
                        Ok(row.map(|row| row.at(0)).transpose()?)
                    })
                    .await?;
                let organization = found.ok_or(Error::Unauthorized)?;
                let mut keys = self.0.keys.write().unwrap_or_else(PoisonError::into_inner);
                if keys.len() >= CACHED_KEYS {
                    keys.clear();
                }
                keys.insert(hash, organization);
                organization
            }
        };
        let setup = self.setup(organization).await?;
        if setup.key(&hash).is_some() {
            return Ok(setup);
        }
        let setup = self.fresh_setup(organization).await?;
        if setup.key(&hash).is_some() {
            return Ok(setup);
        }
        // From now on its own row says no, which costs less than the whole set-up.
        self.0.keys.write().unwrap_or_else(PoisonError::into_inner).remove(&hash);
        Err(Error::Unauthorized)
    }

    /// Runs a business function in one transaction; durable when it answers `Ok`.
    pub async fn write<T, F>(&self, caller: &Caller, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Work<'_, '_>) -> Result<T> + Send + 'static,
    {
        self.write_at(Priority::Interactive, caller, f).await
    }

    /// The same for a chore, or a piece of one, which looks at `tx.out_of_time()` and remembers how far it came: whoever waits
    /// for an answer goes first.
    pub async fn write_in_background<T, F>(&self, caller: &Caller, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Work<'_, '_>) -> Result<T> + Send + 'static,
    {
        self.write_at(Priority::Background, caller, f).await
    }

    async fn write_at<T, F>(&self, priority: Priority, caller: &Caller, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Work<'_, '_>) -> Result<T> + Send + 'static,
    {
        let cached = self.setup(caller.organization).await?;
        let closure = self.closure(caller, cached, f);
        let (value, setup) = self.db().write(priority, closure).await?;
        match setup {
            Some(setup) => self.remember(&setup),
            None => self.forget(caller.organization),
        }
        Ok(value)
    }

    /// The same from a thread that may wait: the command line, the demo.
    pub fn write_blocking<T, F>(&self, caller: &Caller, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Work<'_, '_>) -> Result<T> + Send + 'static,
    {
        let id = caller.organization;
        let setup = self.db().read_blocking(Priority::Interactive, move |tx| Setup::load(tx, id))?;
        let cached = Arc::new(setup.ok_or_else(|| Error::not_found("organization"))?);
        let closure = self.closure(caller, cached, f);
        let (value, setup) = self.db().write_blocking(Priority::Interactive, closure)?;
        if setup.is_none() {
            self.forget(id);
        }
        Ok(value)
    }

    /// Reads in one snapshot.
    pub async fn read<T, F>(&self, caller: &Caller, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Work<'_, '_>) -> Result<T> + Send + 'static,
    {
        let cached = self.setup(caller.organization).await?;
        let closure = self.closure(caller, cached, f);
        let (value, setup) = self.db().read(Priority::Interactive, closure).await?;
        setup.iter().for_each(|setup| self.remember(setup));
        Ok(value)
    }

    /// Answers the set-up that it ran with; none where it changed it.
    fn closure<T, F>(
        &self,
        caller: &Caller,
        cached: Arc<Setup>,
        f: F,
    ) -> impl Fn(&mut Tx<'_>) -> Result<(T, Option<Arc<Setup>>)> + Send + 'static
    where
        T: Send + 'static,
        F: Fn(&mut Work<'_, '_>) -> Result<T> + Send + 'static,
    {
        let caller = caller.clone();
        let now = self.now();
        let seed = uuid::Uuid::new_v4().as_u64_pair().0;
        let crm = self.clone();
        move |tx| {
            // Of many that waited while the set-up changed, the first to be done loads it for all.
            let kept = || crm.kept(caller.organization);
            let mut work = Work::begin(tx, &caller, &cached, kept, now, seed)?;
            let seen = work.setup.clone();
            let value = f(&mut work)?;
            Ok((value, (!work.setup_moved).then_some(seen)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organizations::NewOrganization;

    #[test]
    fn what_waited_while_the_set_up_changed_finds_it_loaded() {
        let db = store::testing::fresh_sqlite();
        let crm = Crm::open(db.clone()).unwrap();
        let new = NewOrganization {
            name: "Aquí".to_owned(),
            country: "CL".to_owned(),
            time_zone: None,
            currency: None,
            language: None,
            owner_name: None,
            owner_email: "ana@example.com".to_owned(),
            owner_password_hash: None,
            key_hash: [1; 32],
            key_hint: "rk_".to_owned(),
        };
        let id = crm.create_organization_blocking(new).unwrap().organization_id;
        let caller = Caller::system(id);
        let load =
            || Arc::new(db.read_blocking(Priority::Interactive, move |tx| Setup::load(tx, id)).unwrap().unwrap());
        let old = load();
        let waiting = [(); 2].map(|()| crm.closure(&caller, old.clone(), |w| Ok(w.setup.clone())));
        crm.write_blocking(&caller, |w| w.bump_revision()).unwrap();
        let [first, second] = waiting.map(|closure| {
            let db = db.clone();
            move || db.write_blocking(Priority::Interactive, closure).unwrap()
        });
        let (seen, _) = first();
        assert_eq!(seen.revision, old.revision + 1, "nothing is in memory: it is loaded");
        crm.remember(&seen);
        assert!(Arc::ptr_eq(&second().0, &seen), "it is in memory: it is taken from there");
        // What is in memory is not what is true now: a change came since.
        let late = crm.closure(&caller, old.clone(), |w| Ok(w.setup.revision));
        crm.write_blocking(&caller, |w| w.bump_revision()).unwrap();
        crm.remember(&seen);
        assert_eq!(crm.db().write_blocking(Priority::Interactive, late).unwrap().0, old.revision + 2);
    }
}
