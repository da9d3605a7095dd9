//! Which addresses may be called: those of the public internet, and the networks that an operator opened.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An address with the number of leading bits that count: `127.0.0.0/8`, `fd00::/8`; a lone address is all of its bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                same_prefix(u32::from(net).into(), u32::from(ip).into(), 32, self.bits)
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => same_prefix(net.into(), ip.into(), 128, self.bits),
            _ => false,
        }
    }
}

fn same_prefix(a: u128, b: u128, width: u8, bits: u8) -> bool {
    bits == 0 || (a ^ b) >> (width - bits) == 0
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected a network such as 10.0.0.0/8 or fd00::/8, found `{text}`");
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.trim().parse().ok().filter(|bits| *bits <= width).ok_or_else(wrong)?,
            None => width,
        };
        Ok(Network { address, bits })
    }
}

/// A list of networks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

impl Networks {
    /// Separated by commas or blanks; empty text is no network.
    pub fn parse(text: &str) -> Result<Networks, String> {
        let parts = text.split([',', ' ', '\n']).map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::parse).collect::<Result<_, _>>().map(Networks)
    }

    pub fn and(&self, more: &Networks) -> Networks {
        Networks(self.0.iter().chain(&more.0).copied().collect())
    }

    /// Whether one of these has it.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|network| network.contains(ip))
    }

    /// Whether it may be called: it is public, or one of these has it.
    pub fn permit(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        is_public(ip) || self.contains(ip)
    }
}

/// Whether an address is somebody's on the public internet. What is not: the special-purpose registries of IANA
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry>, …-ipv6-…), multicast, and IPv6 forms that carry an
/// IPv4 address that is not.
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => public_v4(ip),
        IpAddr::V6(ip) => public_v6(ip),
    }
}

fn public_v4(ip: Ipv4Addr) -> bool {
    const SPECIAL: &[(Ipv4Addr, u8)] = &[
        (Ipv4Addr::new(0, 0, 0, 0), 8),
        (Ipv4Addr::new(10, 0, 0, 0), 8),
        // Carrier-grade NAT; some clouds have their metadata service here.
        (Ipv4Addr::new(100, 64, 0, 0), 10),
        (Ipv4Addr::new(127, 0, 0, 0), 8),
        // Link-local, and the metadata service of most clouds.
        (Ipv4Addr::new(169, 254, 0, 0), 16),
        (Ipv4Addr::new(172, 16, 0, 0), 12),
        (Ipv4Addr::new(192, 0, 0, 0), 24),
        (Ipv4Addr::new(192, 0, 2, 0), 24),
        (Ipv4Addr::new(192, 88, 99, 0), 24),
        (Ipv4Addr::new(192, 168, 0, 0), 16),
        (Ipv4Addr::new(198, 18, 0, 0), 15),
        (Ipv4Addr::new(198, 51, 100, 0), 24),
        (Ipv4Addr::new(203, 0, 113, 0), 24),
        // Multicast, reserved, broadcast.
        (Ipv4Addr::new(224, 0, 0, 0), 3),
    ];
    !SPECIAL.iter().any(|(net, bits)| same_prefix(u32::from(*net).into(), u32::from(ip).into(), 32, *bits))
}

fn public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    if a == 0x64 && b == 0xff9b {
        // NAT64: what counts is where it leads; its local form (64:ff9b:1::/48) leads nowhere public.
        let octets = ip.octets();
        let embedded = Ipv4Addr::new(octets[12], octets[13], octets[14], octets[15]);
        return octets[4..12] == [0; 8] && public_v4(embedded);
    }
    let global_unicast = a & 0xe000 == 0x2000;
    // Teredo, ORCHID, benchmarks; documentation.
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8))
        || a == 0x2002 // 6to4 carries any IPv4 address
        || (a == 0x3fff && b < 0x1000);
    global_unicast && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_not_public_in_every_form() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.170",
            "192.168.1.1",
            "198.19.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::808:808",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(ip(private)), "{private}");
        }
        for public in [
            "1.1.1.1",
            "100.128.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "2606:4700::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(ip(public)), "{public}");
        }
    }

    #[test]
    fn an_opened_network_is_permitted_and_nothing_beside_it() {
        let networks = Networks::parse("127.0.0.0/8, 10.2.0.0/15 fd00::/8,192.168.7.7").unwrap();
        for open in ["127.0.0.1", "::ffff:127.0.0.1", "10.3.255.1", "fd99::1", "192.168.7.7", "8.8.8.8"] {
            assert!(networks.permit(ip(open)), "{open}");
        }
        for shut in ["10.4.0.1", "10.1.255.255", "fc00::1", "192.168.7.8", "::1", "169.254.169.254"] {
            assert!(!networks.permit(ip(shut)), "{shut}");
        }
        assert!(Networks::parse("0.0.0.0/0").unwrap().permit(ip("169.254.169.254")));
        for wrong in ["10.0.0.0/33", "localhost", "10.0.0/8", "::/129", "10.0.0.0/-1"] {
            assert!(Networks::parse(wrong).is_err(), "{wrong}");
        }
    }
}
