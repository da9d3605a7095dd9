//! Who waits for news of whom: a visitor's stream waits in the room of its visitor, and of its contact once there is one. The
//! tail of the log wakes the room of each contact that something happened to; nobody else is disturbed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;
use uuid::Uuid;

/// What a room is told.
#[derive(Debug, Clone, Default)]
pub struct News {
    /// Counts up with each word.
    pub count: u64,
    /// Of the moment only: the last frame that is not in the log, and its count.
    pub passing: Option<(u64, Bytes)>,
}

struct Told {
    sender: watch::Sender<News>,
    people: usize,
}

#[derive(Default)]
pub struct Rooms(Mutex<HashMap<Uuid, Told>>);

impl Rooms {
    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Told>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place in a room, until it is dropped.
    pub fn enter(self: &Arc<Rooms>, of: Uuid) -> Room {
        let mut rooms = self.lock();
        let told = rooms.entry(of).or_insert_with(|| Told { sender: watch::Sender::new(News::default()), people: 0 });
        told.people += 1;
        Room { of, news: told.sender.subscribe(), rooms: self.clone() }
    }

    /// How many wait in it.
    pub fn people(&self, of: Uuid) -> usize {
        self.lock().get(&of).map_or(0, |told| told.people)
    }

    /// Has everybody in it look.
    pub fn wake(&self, of: Uuid) {
        if let Some(told) = self.lock().get(&of) {
            told.sender.send_modify(|news| news.count += 1);
        }
    }

    pub fn wake_all(&self) {
        for told in self.lock().values() {
            told.sender.send_modify(|news| news.count += 1);
        }
    }

    /// Tells those in it something that is not in the log.
    pub fn pass(&self, of: Uuid, frame: Bytes) {
        if let Some(told) = self.lock().get(&of) {
            told.sender.send_modify(|news| {
                news.count += 1;
                news.passing = Some((news.count, frame.clone()));
            });
        }
    }
}

pub struct Room {
    of: Uuid,
    pub news: watch::Receiver<News>,
    rooms: Arc<Rooms>,
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut rooms = self.rooms.lock();
        if let Some(told) = rooms.get_mut(&self.of) {
            told.people -= 1;
            if told.people == 0 {
                rooms.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_is_in_the_room_is_told() {
        let rooms = Arc::new(Rooms::default());
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (mut first, second) = (rooms.enter(a), rooms.enter(b));
        first.news.borrow_and_update();
        rooms.pass(a, Bytes::from_static(b"typing"));
        assert!(first.news.has_changed().unwrap() && !second.news.has_changed().unwrap());
        assert_eq!(first.news.borrow().passing.as_ref().unwrap().1, "typing");
        assert_eq!((rooms.people(a), rooms.people(b)), (1, 1));
        drop((first, second));
        assert_eq!((rooms.people(a), rooms.lock().len()), (0, 0), "an empty room is no room");
        rooms.wake(a);
    }
}
