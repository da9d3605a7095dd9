//! The operations that go away, as the route table has them, with their dates as the operator has them.

use std::sync::Arc;

use crm::FieldError;
use crm::sunsets::{Dates, Ending};
use jiff::civil::Date;
use structuring::Json;

use super::old::Named;
use super::{Announcements, Course, Known, Replacement, Sunset};
use crate::route::{Method, Route};
use crate::routes;

pub struct Registry(Vec<Registered>);

/// A row of the route table that goes away.
pub struct Registered {
    pub(crate) sunset: &'static Sunset,
    pub(crate) method: Method,
    path: &'static str,
    summary: &'static str,
    dates: Dates,
}

impl Registry {
    /// As the program has them.
    pub fn standard() -> Registry {
        Registry::with(&Announcements::default())
    }

    /// As the operator has them.
    pub fn with(announcements: &Announcements) -> Registry {
        let table: Vec<Arc<Route>> = routes::table().into_iter().map(Arc::new).collect();
        Registry::of_table(&table, announcements)
    }

    pub(crate) fn of_table(table: &[Arc<Route>], announcements: &Announcements) -> Registry {
        let mut rows: Vec<Registered> = table
            .iter()
            .filter_map(|route| {
                let sunset = route.sunset?;
                let (year, month, day) = sunset.announced_on;
                let own = Date::constant(year, month, day);
                let announced_on = announcements.of(sunset.operation).map_or(own, |later| later.max(own));
                let dates = Dates::from_announcement(announced_on);
                Some(Registered { sunset, method: route.method, path: route.path, summary: route.summary, dates })
            })
            .collect();
        rows.sort_by_key(|row| row.sunset.operation);
        Registry(rows)
    }

    /// By name.
    pub fn all(&self) -> impl Iterator<Item = &Registered> {
        self.0.iter()
    }

    pub fn find(&self, operation: &str) -> Option<&Registered> {
        self.0.iter().find(|row| row.sunset.operation == operation)
    }

    /// Where the operation stands on a day.
    pub(crate) fn course(&self, sunset: &Sunset, on: Date) -> Option<Course<'_>> {
        self.find(sunset.operation).map(|row| Course::new(row, on))
    }

    /// As the log names them.
    pub fn endings(&self) -> Vec<Ending> {
        let ending = |row: &Registered| Ending {
            operation: row.sunset.operation,
            method: row.method.name(),
            path: row.path,
            dates: row.dates,
            guide: row.sunset.guide_path(),
            successors: row.sunset.successors,
        };
        self.0.iter().map(ending).collect()
    }
}

impl Registered {
    pub fn operation(&self) -> &'static str {
        self.sunset.operation
    }

    pub fn method(&self) -> &'static str {
        self.method.name()
    }

    /// As it stands in the route table.
    pub fn path(&self) -> &'static str {
        self.path
    }

    pub fn summary(&self) -> &'static str {
        self.summary
    }

    pub fn dates(&self) -> &Dates {
        &self.dates
    }

    pub fn successors(&self) -> &'static [&'static str] {
        self.sunset.successors
    }

    pub fn guide_path(&self) -> String {
        self.sunset.guide_path()
    }

    /// The request to send instead of one whose inputs are given by name. What is wrong is named as the old operation
    /// names it.
    pub fn translate(&self, inputs: Json, known: &Known<'_>) -> Result<Replacement, Vec<FieldError>> {
        let kind = inputs.kind();
        let inputs = inputs.into_object().ok_or_else(|| {
            let message = format!("Expected the old request's inputs as a JSON object, found {kind}.");
            vec![FieldError::new("", "invalid_type", message)]
        })?;
        let named = Named::read(self.method, self.path, inputs)?;
        (self.sunset.translate)(&named.old(), known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::Access;

    #[test]
    fn every_row_is_sound() {
        let table = routes::table();
        let ending: Vec<&Route> = table.iter().filter(|route| route.sunset.is_some()).collect();
        assert_eq!(ending.len(), Registry::standard().all().count());
        let mut names: Vec<&str> = Registry::standard().all().map(Registered::operation).collect();
        names.dedup();
        assert_eq!(names.len(), ending.len(), "one name each");
        for route in ending {
            let sunset = route.sunset.unwrap();
            let name = sunset.operation;
            assert!(!name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{name}");
            assert!(
                matches!(route.access, Access::Key(_)),
                "{name}: without a key there is nobody to count or to warn"
            );
            let mut successors = sunset.successors.iter().map(|path| table.iter().find(|other| other.path == *path));
            let first = successors.next().flatten();
            assert!(first.is_some_and(|first| first.access == route.access), "{name}: its successor wants its scope");
            assert!(successors.all(|other| other.is_some_and(|other| other.sunset.is_none())), "{name}");
            for part in ["# From", "Before:", "After:", "```sh", "```js", "```python", "Recado-Preview-Date"] {
                assert!(sunset.guide.contains(part), "{name}: its guide lacks {part}");
            }
        }
    }
}
