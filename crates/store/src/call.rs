//! A closure on its way through a queue, with the place its answer goes to.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use tokio::sync::oneshot;

use crate::{Error, Priority, Tx};

/// One closure that waits for its transaction.
pub(crate) struct Work {
    pub(crate) call: Box<dyn Call>,
    pub(crate) priority: Priority,
    /// Takes jobs or leases: READ COMMITTED on PostgreSQL.
    pub(crate) claim: bool,
}

/// A closure without its types.
pub(crate) trait Call: Send {
    /// Runs the closure in `tx` and keeps what it answered.
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran;

    /// Sends the kept answer, or `Err` in its place.
    fn answer(self: Box<Self>, fate: Result<(), Error>);

    /// Nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;
}

/// How a closure ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ran {
    /// It answered `Ok`: commit.
    Ok,
    /// It answered `Err`: undo.
    Err,
    /// It panicked: undo.
    Panicked,
}

thread_local! {
    /// Whether this thread is running a closure.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether the caller is a closure. One that waited for another would wait for its own thread.
pub(crate) fn inside_closure() -> bool {
    INSIDE.get()
}

struct Closure<T, E, F> {
    run: F,
    kept: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Call for Closure<T, E, F>
where
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran {
        // The transaction is rolled back after a panic, and the closure is `Fn`: nothing half-changed is seen again.
        INSIDE.set(true);
        let (kept, ran) = match catch_unwind(AssertUnwindSafe(|| (self.run)(tx))) {
            Ok(Ok(value)) => (Ok(value), Ran::Ok),
            Ok(Err(error)) => (Err(error), Ran::Err),
            Err(panic) => (Err(Error::Panicked { message: panic_message(&*panic) }.into()), Ran::Panicked),
        };
        INSIDE.set(false);
        self.kept = Some(kept);
        ran
    }

    fn answer(self: Box<Self>, fate: Result<(), Error>) {
        let never_ran = || Err(E::from(Error::unavailable("the closure was not run")));
        let answer = match fate {
            Ok(()) => self.kept.unwrap_or_else(never_ran),
            Err(error) => Err(error.into()),
        };
        // A caller that went away needs no answer.
        let _ = self.reply.send(answer);
    }

    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}

/// What a caller waits on.
pub(crate) struct Answer<T, E>(oneshot::Receiver<Result<T, E>>);

impl<T, E: From<Error>> Answer<T, E> {
    pub(crate) async fn wait(self) -> Result<T, E> {
        self.0.await.unwrap_or_else(|_| Err(Error::unavailable("the database thread ended").into()))
    }
}

pub(crate) fn call<T, E, F>(priority: Priority, claim: bool, run: F) -> (Work, Answer<T, E>)
where
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let call = Box::new(Closure { run, kept: None, reply });
    (Work { call, priority, claim }, Answer(answer))
}

/// Waits for a future on this thread, inside or outside of an async runtime.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    // Inside an async runtime tokio answers "not yet" to a task that has used up its budget and wakes it only once that
    // task yields, which a blocked thread never does.
    let mut future = pin!(tokio::task::unconstrained(future));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}
