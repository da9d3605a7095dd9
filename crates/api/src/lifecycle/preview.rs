//! `Recado-Preview-Date`: the call is answered as on that day, as far as phases go; no clock moves.

use axum::http::HeaderMap;
use crm::FieldError;
use jiff::civil::Date;

use crate::problem::Problem;

pub(crate) const PREVIEW_HEADER: &str = "recado-preview-date";

/// What the request says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Preview {
    Absent,
    On(Date),
    Malformed,
}

impl Preview {
    pub fn of(headers: &HeaderMap) -> Preview {
        let mut values = headers.get_all(PREVIEW_HEADER).iter();
        match (values.next(), values.next()) {
            (None, _) => Preview::Absent,
            (Some(value), None) => {
                value.to_str().ok().and_then(|text| read_date(text.trim())).map_or(Preview::Malformed, Preview::On)
            }
            (Some(_), Some(_)) => Preview::Malformed,
        }
    }

    pub fn date(self) -> Option<Date> {
        if let Preview::On(date) = self { Some(date) } else { None }
    }

    pub fn check(self) -> Result<(), Problem> {
        if self == Preview::Malformed {
            let message = "Expected one day as YYYY-MM-DD, such as 2027-06-01.";
            return Err(Problem::invalid(vec![FieldError::new("Recado-Preview-Date", "invalid_header", message)]));
        }
        Ok(())
    }
}

/// `YYYY-MM-DD` and no other spelling.
pub(crate) fn read_date(text: &str) -> Option<Date> {
    let form = "0000-00-00";
    let same = |(c, f): (u8, u8)| if f == b'0' { c.is_ascii_digit() } else { c == f };
    (text.len() == form.len() && text.bytes().zip(form.bytes()).all(same)).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_of_a_day() {
        assert_eq!(read_date("2028-02-29"), Some(Date::constant(2028, 2, 29)));
        for wrong in ["2027-02-29", "2027-13-01", "2027-00-10", "27-01-01", "2027-1-1", "20270101", "2027-06-01T00", ""]
        {
            assert_eq!(read_date(wrong), None, "{wrong}");
        }
    }
}
