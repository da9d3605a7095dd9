//! What every answer of an operation that goes away carries: `Deprecation` (RFC 9745, a structured field's date),
//! `Sunset` (RFC 8594, an HTTP date), `Link` (RFC 8288) with the relations `deprecation`, `sunset`, `successor-version`.

use crm::sunsets::{Dates, day_number};
use jiff::civil::Date;

use super::Sunset;
use super::replacement::fill;

const SECONDS_A_DAY: i64 = 86_400;

/// A successor's path shows what the old path says of it: `params` are the old request's.
pub(crate) fn headers(sunset: &Sunset, dates: &Dates, params: &[(String, String)]) -> Vec<(&'static str, String)> {
    let guide = sunset.guide_path();
    let mut headers = vec![
        ("deprecation", format!("@{}", day_number(dates.announced_on) * SECONDS_A_DAY)),
        ("sunset", http_date(dates.removed_on)),
        ("link", format!("<{guide}>; rel=\"deprecation\"; type=\"text/html\"")),
        ("link", format!("<{guide}>; rel=\"sunset\"; type=\"text/html\"")),
    ];
    let successor = |path: &&str| ("link", format!("<{}>; rel=\"successor-version\"", fill(path, params)));
    headers.extend(sunset.successors.iter().map(successor));
    headers
}

/// `Mon, 22 Nov 2027 00:00:00 GMT` (RFC 9110 §5.6.7).
fn http_date(date: Date) -> String {
    date.strftime("%a, %d %b %Y 00:00:00 GMT").to_string()
}
