//! Where a request comes from, for limits per address.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::request::Parts;
use providers::Networks;

/// Who is at the other end of the connection; `serve` puts it into each request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// The client's address. What a proxy forwards counts only where the proxy is trusted: the last address in
/// `X-Forwarded-For` that is no trusted proxy's. Without a connection (calls within the process) it is `::`.
pub fn of(parts: &Parts, trusted: &Networks) -> IpAddr {
    let peer = parts.extensions.get::<Peer>().map_or(Ipv6Addr::UNSPECIFIED.into(), |peer| peer.0.to_canonical());
    let mut client = peer;
    let said = parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
    for hop in hops.iter().rev() {
        if !trusted.contains(client) {
            break;
        }
        match hop.parse::<IpAddr>() {
            Ok(address) => client = address.to_canonical(),
            Err(_) => break,
        }
    }
    client
}

/// What one client is counted by: of IPv6 the network that a line is usually given.
pub fn counted(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6) >> 64 << 64).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], trusted: &str) -> String {
        let mut request = axum::http::Request::builder();
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(Peer(peer.parse().unwrap()));
        of(&parts, &Networks::parse(trusted).unwrap()).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(client("198.51.100.7", &["203.0.113.9"], ""), "198.51.100.7");
        assert_eq!(client("127.0.0.1", &["203.0.113.9"], "127.0.0.0/8"), "203.0.113.9");
        // What the client itself wrote stands before what the proxy added.
        assert_eq!(client("127.0.0.1", &["8.8.8.8, 203.0.113.9"], "127.0.0.0/8"), "203.0.113.9");
        assert_eq!(client("127.0.0.1", &["203.0.113.9", "10.0.0.2"], "127.0.0.0/8, 10.0.0.0/8"), "203.0.113.9");
        assert_eq!(client("127.0.0.1", &["nonsense"], "127.0.0.0/8"), "127.0.0.1");
        assert_eq!(client("::ffff:127.0.0.1", &["203.0.113.9"], "127.0.0.0/8"), "203.0.113.9");
    }

    #[test]
    fn one_line_is_one_client() {
        let of = |text: &str| counted(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("203.0.113.9"), "203.0.113.9");
    }
}
