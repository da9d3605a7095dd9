//! Files that a provider has and that are to be brought here: claimed by putting off when they are next due, so that whoever
//! dies over one leaves it to the next.

use store::{Tx, params};

use super::{COLUMNS, Media, MediaState};
use crate::error::Result;
use crate::id::{MediaId, OrganizationId};
use crate::time::Timestamp;
use crate::work::Work;

/// What is being fetched is tried by nobody else for so long.
const CLAIM_SECONDS: i64 = 900;
/// After so many tries it is given up: 1 minute, 2, 4, … between them, 8 hours in all.
const MOST_ATTEMPTS: i64 = 10;

/// Of a channel whose provider this server calls.
const OF_TYPES: &str =
    "EXISTS (SELECT 1 FROM channels c WHERE c.organization_id = media.organization_id AND c.id = media.channel_id
    AND (c.type = 'playground' AND $2 OR c.type <> 'playground' AND $3))";

/// Which channels' providers this server calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Called {
    pub playgrounds: bool,
    /// All others.
    pub whatsapp: bool,
}

/// What is due at providers that are called, of all organizations, claimed. Runs in a [`store::Db::write_claim`].
pub fn claim_pending(
    tx: &mut Tx<'_>,
    called: Called,
    now: Timestamp,
    most: i64,
) -> Result<Vec<(OrganizationId, Media)>> {
    let suffix = tx.dialect().claim_suffix();
    let due = tx.query(
        &format!(
            "SELECT organization_id, id FROM media WHERE state = 'pending' AND due_at <= $1 AND {OF_TYPES}
             ORDER BY due_at, id LIMIT $4 {suffix}"
        ),
        params![now, called.playgrounds, called.whatsapp, most],
    )?;
    let mut claimed = Vec::new();
    for row in &due {
        let (organization, id): (OrganizationId, MediaId) = (row.at(0)?, row.at(1)?);
        tx.execute(
            "UPDATE media SET due_at = $3, attempts = attempts + 1 WHERE organization_id = $1 AND id = $2",
            params![organization, id, now.plus_seconds(CLAIM_SECONDS)],
        )?;
        let sql = format!("SELECT {COLUMNS} FROM media a WHERE a.organization_id = $1 AND a.id = $2");
        claimed.push((organization, Media::from_row(&tx.query_one(&sql, params![organization, id])?)?));
    }
    Ok(claimed)
}

/// What came of a fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetch {
    Stored {
        path: String,
        /// Lower-case hexadecimal.
        sha256: String,
        size: i64,
        mime: Option<String>,
    },
    /// Not this time. `patience`: it is no fault of this file, and none of its tries is used up.
    Again {
        why: String,
        patience: bool,
    },
    /// Never: too large, of a kind that is not taken.
    Refused(String),
    Failed(String),
}

pub fn fetched(w: &mut Work<'_, '_>, media: &Media, fetch: &Fetch) -> Result<()> {
    let state = |w: &mut Work<'_, '_>, state: MediaState, error: Option<&str>, due_at: Timestamp, attempts: i64| {
        w.tx.execute(
            "UPDATE media SET state = $3, error = $4, due_at = $5, attempts = $6, updated_at = $7
             WHERE organization_id = $1 AND id = $2 AND state = 'pending'",
            params![w.caller.organization, media.id, state, error, due_at, attempts, w.now],
        )
    };
    let now = w.now;
    match fetch {
        Fetch::Stored { path, sha256, size, mime } => {
            w.tx.execute(
                "UPDATE media SET state = 'stored', path = $3, sha256 = $4, size = $5, mime = coalesce($6, mime), error = NULL,
                    updated_at = $7
                 WHERE organization_id = $1 AND id = $2 AND state = 'pending'",
                params![w.caller.organization, media.id, path, sha256, size, mime, now],
            )?;
        }
        Fetch::Again { why, patience: false } if media.attempts >= MOST_ATTEMPTS => {
            state(w, MediaState::Failed, Some(why), now, media.attempts)?;
        }
        Fetch::Again { why, patience } => {
            let attempts = media.attempts - i64::from(*patience);
            let seconds = 60 << (media.attempts - 1).clamp(0, 8);
            state(w, MediaState::Pending, Some(why), now.plus_seconds(seconds), attempts)?;
        }
        Fetch::Refused(why) => {
            state(w, MediaState::Refused, Some(why), now, media.attempts)?;
        }
        Fetch::Failed(why) => {
            state(w, MediaState::Failed, Some(why), now, media.attempts)?;
        }
    }
    w.tx.announce();
    Ok(())
}

/// Whether there is anything to claim; asked by a reader, because as a rule there is not.
pub fn any_pending(tx: &mut Tx<'_>, called: Called, now: Timestamp) -> Result<bool> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM media WHERE state = 'pending' AND due_at <= $1 AND {OF_TYPES}) AS pending"
    );
    Ok(tx.query_one(&sql, params![now, called.playgrounds, called.whatsapp])?.at(0)?)
}

#[cfg(test)]
mod tests {
    use store::Priority;
    use store::testing::each_engine;

    use super::*;
    use crate::channels::{self, ChannelDetails, ChannelType, DefaultStage, NewChannel};
    use crate::organizations::NewOrganization;
    use crate::{Caller, Crm};

    /// One file of each of two channels, both due.
    fn each(body: impl Fn(&Crm, &Caller)) {
        each_engine(|db| {
            let crm = Crm::open(db.clone()).unwrap();
            let founded = crm.create_organization_blocking(NewOrganization {
                name: "Tienda".to_owned(),
                country: "CL".to_owned(),
                time_zone: None,
                currency: None,
                language: None,
                owner_name: None,
                owner_email: "olga@example.com".to_owned(),
                owner_password_hash: None,
                key_hash: [1; 32],
                key_hint: "rk_1".to_owned(),
            });
            let caller = Caller::system(founded.unwrap().organization_id);
            for (channel_type, phone) in [(ChannelType::Playground, "1"), (ChannelType::Whatsapp, "2")] {
                crm.write_blocking(&caller, move |w| file_of(w, channel_type, phone)).unwrap();
            }
            body(&crm, &caller);
        });
    }

    fn file_of(w: &mut Work<'_, '_>, channel_type: ChannelType, phone: &str) -> Result<()> {
        let said = |text: &str| Some(Some(text.to_owned()));
        let whatsapp = channel_type == ChannelType::Whatsapp;
        let details = ChannelDetails {
            phone_number: Some(Some(format!("+5622345670{phone}"))),
            phone_number_id: if whatsapp { said("106540352242922") } else { None },
            waba_id: if whatsapp { said("102290129340398") } else { None },
            ..ChannelDetails::default()
        };
        let new = NewChannel {
            id: w.new_id(),
            channel_type,
            name: "Línea".to_owned(),
            country: None,
            details,
            secrets: whatsapp.then(|| b"sealed".to_vec()),
            default_stage: DefaultStage::First,
            reopen_within_hours: 0,
        };
        let channel = channels::create(w, &new)?.id;
        let (id, now): (MediaId, _) = (w.new_id(), w.now);
        w.tx.execute(
            "INSERT INTO media (organization_id, id, channel_id, type, state, attempts, due_at, created_at, updated_at)
             VALUES ($1, $2, $3, 'image', 'pending', 0, $4, $4, $4)",
            params![w.caller.organization, id, channel, now],
        )?;
        Ok(())
    }

    fn claim(crm: &Crm, called: Called, at: Timestamp) -> Vec<(OrganizationId, Media)> {
        let any = crm.db().read_blocking(Priority::Background, move |tx| any_pending(tx, called, at)).unwrap();
        let claim = move |tx: &mut Tx<'_>| claim_pending(tx, called, at, 10);
        let claimed = crm.db().write_blocking(Priority::Background, claim).unwrap();
        assert_eq!(any, !claimed.is_empty());
        claimed
    }

    /// What no line of this server's leads to waits untouched for one that has it.
    #[test]
    fn only_files_of_providers_that_are_called_are_claimed() {
        each(|crm, _| {
            let (none, playgrounds) =
                (Called { playgrounds: false, whatsapp: false }, Called { playgrounds: true, whatsapp: false });
            let later = crm.now().plus_seconds(1);
            assert_eq!(claim(crm, none, later).len(), 0);
            assert_eq!(claim(crm, playgrounds, later).len(), 1);
            assert_eq!(claim(crm, playgrounds, later).len(), 0, "claimed already");
            let whatsapp = claim(crm, Called { playgrounds: true, whatsapp: true }, later);
            assert_eq!((whatsapp.len(), whatsapp[0].1.attempts), (1, 1));
        });
    }

    /// A channel that is stopped, a disk that is full: however often.
    #[test]
    fn what_is_no_fault_of_a_file_uses_up_none_of_its_tries() {
        each(|crm, caller| {
            let called = Called { playgrounds: true, whatsapp: false };
            let mut at = crm.now().plus_seconds(1);
            let fetched_is = |media: Media, patience: bool| {
                let fetch = Fetch::Again { why: "not now".to_owned(), patience };
                let id = media.id;
                crm.write_blocking(caller, move |w| {
                    fetched(w, &media, &fetch)?;
                    let sql = "SELECT state FROM media WHERE organization_id = $1 AND id = $2";
                    Ok(w.tx.query_one(sql, params![w.caller.organization, id])?.at::<String>(0)?)
                })
                .unwrap()
            };
            let next = |at: &mut Timestamp| {
                *at = at.plus_seconds(100_000);
                claim(crm, called, *at).remove(0).1
            };
            for _ in 1..MOST_ATTEMPTS {
                assert_eq!(fetched_is(next(&mut at), false), "pending");
            }
            for _ in 0..3 {
                assert_eq!(fetched_is(next(&mut at), true), "pending", "the last try is still to come");
            }
            assert_eq!(fetched_is(next(&mut at), false), "failed");
        });
    }
}
