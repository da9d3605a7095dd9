//! Structuring that takes long stays off the threads that answer everybody.

use std::sync::{Condvar, Mutex, PoisonError};

use structuring::json::Object;
use structuring::{Definitions, Json};
use tokio::runtime::{Handle, RuntimeFlavor};

/// Bytes of keys and texts from which on a record is large.
const LARGE: usize = 8 * 1024;
/// Options of all fields from which on any record may take long.
pub const MANY: usize = 1000;

/// How many go on at once: the others wait on threads of their own.
static FREE: (Mutex<Option<usize>>, Condvar) = (Mutex::new(None), Condvar::new());

/// Whether structuring a record may take longer than an answer should.
pub fn takes_long(data: &Object, definitions: &Definitions) -> bool {
    definitions.options() >= MANY || size_of(data) >= LARGE
}

/// Bytes of keys and texts, counted until they are many.
fn size_of(data: &Object) -> usize {
    let mut size = 0;
    let mut open: Vec<&Json> = Vec::new();
    let mut members: Vec<&Object> = vec![data];
    while size < LARGE {
        if let Some(object) = members.pop() {
            for (key, value) in object {
                size += key.len() + 1;
                open.push(value);
            }
        } else if let Some(value) = open.pop() {
            match value {
                Json::Object(inner) => members.push(inner),
                Json::Array(items) => {
                    size += items.len();
                    open.extend(items);
                }
                Json::String(text) => size += text.len(),
                _ => size += 4,
            }
        } else {
            break;
        }
    }
    size
}

/// Does long work where nobody waits behind it: this thread hands its other tasks on first. At most as many at once as
/// leave a core to the rest.
pub fn apart<T>(work: impl FnOnce() -> T) -> T {
    // Where there is one thread only (a command, a test) there is nobody to make room for.
    if !Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread) {
        return work();
    }
    tokio::task::block_in_place(|| {
        let _place = Place::take();
        work()
    })
}

struct Place;

impl Place {
    fn take() -> Place {
        let cores = || std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
        let mut free = FREE.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let left = free.get_or_insert_with(cores);
            if *left > 0 {
                *left -= 1;
                return Place;
            }
            free = FREE.1.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut free = FREE.0.lock().unwrap_or_else(PoisonError::into_inner);
        *free = free.map(|left| left + 1);
        FREE.1.notify_one();
    }
}
