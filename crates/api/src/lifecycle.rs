//! The end of life of an operation: the registry's row type, and the headers that every answer of such an operation
//! carries: `Deprecation` (RFC 9745), `Sunset` (RFC 8594), `Link` (RFC 8288).

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A deprecated operation. Rows stand beside the route that they end.
#[derive(Debug)]
pub struct Sunset {
    /// Short name, for paths and commands: `note-send`.
    pub operation: &'static str,
    /// Year, month, day (UTC) of the announcement; everything else follows from it.
    pub announced_on: (i16, i8, i8),
    /// Paths of the operations to use instead.
    pub successors: &'static [&'static str],
    /// The migration guide on this server.
    pub guide: &'static str,
}

/// Calendar months from announcement to removal.
const MONTHS_TO_REMOVAL: i64 = 12;

impl Sunset {
    pub fn announced(&self) -> Date {
        let (year, month, day) = self.announced_on;
        Date::constant(year, month, day)
    }

    pub fn removed_on(&self) -> Date {
        self.announced().saturating_add(jiff::Span::new().months(MONTHS_TO_REMOVAL))
    }

    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("deprecation", format!("@{}", unix_seconds(self.announced()))),
            ("sunset", http_date(self.removed_on())),
            ("link", format!("<{}>; rel=\"deprecation\"; type=\"text/html\"", self.guide)),
            ("link", format!("<{}>; rel=\"sunset\"; type=\"text/html\"", self.guide)),
        ];
        headers.extend(self.successors.iter().map(|path| ("link", format!("<{path}>; rel=\"successor-version\""))));
        headers
    }
}

fn unix_seconds(date: Date) -> i64 {
    date.to_zoned(TimeZone::UTC).map_or(0, |at| at.timestamp().as_second())
}

/// `Mon, 22 Nov 2027 00:00:00 GMT` (RFC 9110 §5.6.7).
fn http_date(date: Date) -> String {
    date.strftime("%a, %d %b %Y 00:00:00 GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_follow_from_the_date() {
        let sunset = Sunset {
            operation: "old",
            announced_on: (2026, 1, 31),
            successors: &["/api/new"],
            guide: "/docs/migrations/old",
        };
        let headers = sunset.headers();
        assert_eq!(headers[0], ("deprecation", "@1769817600".to_owned()));
        assert_eq!(headers[1], ("sunset", "Sun, 31 Jan 2027 00:00:00 GMT".to_owned()));
        assert_eq!(headers.len(), 5);
    }
}
