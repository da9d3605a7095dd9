//! When the operator announces an operation later than the program does.

use jiff::civil::Date;

use super::preview::read_date;
use super::{Registered, Registry};

/// Operations with the day that the operator announces them on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announcements(Vec<(String, Date)>);

impl Announcements {
    /// `note-send=2027-01-31`, several separated by commas. Never earlier than the program has it: who relied on that
    /// date must not be surprised.
    pub fn read(text: &str) -> Result<Announcements, String> {
        let registry = Registry::standard();
        let mut read = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let form = || format!("expected OPERATION=YYYY-MM-DD, such as note-send=2027-01-31, found `{part}`");
            let (operation, date) = part.split_once('=').ok_or_else(form)?;
            let (operation, date) = (operation.trim(), read_date(date.trim()).ok_or_else(form)?);
            let Some(known) = registry.find(operation) else {
                let all: Vec<&str> = registry.all().map(Registered::operation).collect();
                return Err(format!("no operation `{operation}` goes away; there are {}", all.join(", ")));
            };
            let own = known.dates().announced_on;
            if date < own {
                return Err(format!(
                    "{operation} was announced on {own} and can only be announced later than that, not on {date}: \
                     whoever planned by that date must not be surprised"
                ));
            }
            if read.iter().any(|(other, _)| other == operation) {
                return Err(format!("{operation} is there twice"));
            }
            read.push((operation.to_owned(), date));
        }
        Ok(Announcements(read))
    }

    pub(crate) fn of(&self, operation: &str) -> Option<Date> {
        self.0.iter().find(|(known, _)| known == operation).map(|(_, date)| *date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_only_and_only_what_goes_away() {
        let read = Announcements::read("note-send=2027-01-31, ai-message=2026-12-24").unwrap();
        assert_eq!(read.of("note-send"), Some(Date::constant(2027, 1, 31)));
        assert_eq!((read.of("ai-message").is_some(), read.of("whatsapp-contacts")), (true, None));
        assert!(Announcements::read("note-send=2026-11-22").is_ok(), "the same day is no earlier one");
        for (wrong, said) in [
            ("note-send=2026-11-21", "can only be announced later"),
            ("note-send", "expected OPERATION=YYYY-MM-DD"),
            ("note-send=2027-02-30", "expected OPERATION=YYYY-MM-DD"),
            ("note-send=1.2.2027", "expected OPERATION=YYYY-MM-DD"),
            ("upsert=2027-01-31", "ai-message"),
            ("note-send=2027-01-31,note-send=2027-02-28", "twice"),
        ] {
            let problem = Announcements::read(wrong).unwrap_err();
            assert!(problem.contains(said), "{wrong}: {problem}");
        }
    }
}
