//! A wire between us and PostgreSQL that can be cut.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What happens to bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// They pass.
    Whole,
    /// Connections end, new ones are ended at once.
    Cut,
    /// As soon as a client says COMMIT the connection ends, and the server has not heard it.
    CutBeforeCommit,
    /// As soon as a client says COMMIT the connection ends, and the server has heard it.
    CutAfterCommit,
}

pub(crate) struct Proxy {
    shared: Arc<Mutex<Shared>>,
    pub(crate) port: u16,
}

struct Shared {
    wire: Wire,
    open: Vec<TcpStream>,
}

impl Proxy {
    /// Listens on loopback, passes on to `upstream` ("127.0.0.1:5432").
    pub(crate) fn start(upstream: String) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Mutex::new(Shared { wire: Wire::Whole, open: Vec::new() }));
        let accepting = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let mut state = accepting.lock().unwrap();
                if state.wire == Wire::Cut {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&upstream) else { continue };
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                state.open.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                drop(state);
                let (from, to, watch) = (client.try_clone().unwrap(), server.try_clone().unwrap(), accepting.clone());
                thread::spawn(move || pass(from, to, Some(&watch)));
                thread::spawn(move || pass(server, client, None));
            }
        });
        Proxy { shared, port }
    }

    pub(crate) fn set(&self, wire: Wire) {
        let mut state = self.shared.lock().unwrap();
        state.wire = wire;
        if wire == Wire::Cut {
            for stream in state.open.drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, watch: Option<&Mutex<Shared>>) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(n @ 1..) = from.read(&mut bytes) {
        let says_commit = bytes[..n].windows(7).any(|window| window == b"COMMIT\0");
        let wire = watch.map_or(Wire::Whole, |watch| watch.lock().unwrap().wire);
        if says_commit && matches!(wire, Wire::CutBeforeCommit | Wire::CutAfterCommit) {
            // The client's end first, so that it cannot see an answer.
            let _ = from.shutdown(Shutdown::Both);
            if wire == Wire::CutAfterCommit {
                let _ = to.write_all(&bytes[..n]);
            }
            let _ = to.shutdown(Shutdown::Write);
            return;
        }
        if to.write_all(&bytes[..n]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
