//! The table.

use std::path::Path;

use crate::Failure;

#[derive(Debug, Default)]
pub struct Report {
    rows: Vec<(String, String)>,
}

impl Report {
    pub fn row(&mut self, what: &str, figure: String) {
        eprintln!("{what}: {figure}");
        self.rows.push((what.to_owned(), figure));
    }

    pub fn print(&self) {
        println!("{}", self.table());
    }

    fn table(&self) -> String {
        let mut table = "| what | measured |\n| --- | --- |\n".to_owned();
        for (what, figure) in &self.rows {
            table.push_str(&format!("| {what} | {figure} |\n"));
        }
        table
    }

    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let cores = std::thread::available_parallelism()?;
        let text = format!(
            "# Measured\n\nWritten by `make bench`, on {cores} cores, load generator and database on the same machine. Ratios \
             count; absolute figures are this machine's.\n\n{}",
            self.table()
        );
        std::fs::write(path, text)?;
        Ok(())
    }
}
