//! Reports, as JSON or as a file for a spreadsheet.

use crm::id::{ChannelId, MemberId, PipelineId};
use crm::reports::{self, Cell, Group, MOST_DAYS, ReportFilter, Table};
use crm::{Timestamp, Work};

use super::references::References;
use crate::answer::Answer;
use crate::call::Call;
use crate::input::{Fields, Input};
use crate::kinds::{Instant, OneOf, id};
use crate::one_of;
use crate::problem::Problem;

const CSV: &str = "text/csv; charset=utf-8";

#[derive(Debug)]
pub struct ReportQuery {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    channel: Option<ChannelId>,
    pipeline: Option<PipelineId>,
    agent: Option<MemberId>,
    group: Option<Group>,
    csv: bool,
}

const FORMAT: OneOf<bool> = OneOf {
    words: &["json", "csv"],
    read: |word| match word {
        "json" => Some(false),
        "csv" => Some(true),
        _ => None,
    },
};

impl Input for ReportQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let from = f.optional("from", Instant, "By itself 30 days before `to`.");
        let to = f.optional("to", Instant, "Not itself; by itself now. At most 92 days after `from`.");
        let channel = f.optional("channel_id", id::<ChannelId>(), "");
        let pipeline = f.optional("pipeline_id", id::<PipelineId>(), "Of the funnel by itself the first.");
        let agent = f.optional("agent_id", id::<MemberId>(), "");
        let about =
            "What is counted together; days and hours are the organization's. Not of the funnel, which is by stage.";
        let group = f.optional("group", one_of!(Group), about);
        let csv = f.optional("format", FORMAT, "`csv` also by `Accept: text/csv`.").unwrap_or(false);
        if let (Some(from), Some(to)) = (from, to)
            && (from >= to || to > from.plus_days(MOST_DAYS))
        {
            f.problem("to", "out_of_range", format!("Expected after `from`, by at most {MOST_DAYS} days."));
        }
        Some(ReportQuery { from, to, channel, pipeline, agent, group, csv })
    }
}

impl ReportQuery {
    fn filter(&self, now: Timestamp) -> ReportFilter {
        let to = self.to.unwrap_or_else(|| self.from.map_or(now, |from| now.min(from.plus_days(MOST_DAYS))));
        ReportFilter {
            from: self.from.unwrap_or_else(|| to.plus_days(-30)),
            to,
            channel: self.channel,
            pipeline: self.pipeline,
            agent: self.agent,
            group: self.group,
        }
    }
}

async fn report(call: Call, of: fn(&mut Work<'_, '_>, &ReportFilter) -> crm::Result<Table>) -> Result<Answer, Problem> {
    let query: ReportQuery = call.read_query()?;
    call.prepare(|setup| {
        let mut problems = References::of(setup);
        problems.channel("?channel_id", query.channel).pipeline("?pipeline_id", query.pipeline);
        problems.member("?agent_id", query.agent).check()
    })
    .await?;
    let wants_csv =
        query.csv || call.accept.as_deref().is_some_and(|accept| accept.trim_start().starts_with("text/csv"));
    let filter = query.filter(call.app.crm.now());
    let table = call.read(move |w| of(w, &filter)).await?;
    if !wants_csv {
        return Answer::json(200, &table);
    }
    let answer = Answer::bytes(200, CSV, csv(&table).into());
    Ok(answer.header("content-disposition", "attachment; filename=\"report.csv\""))
}

fn csv(table: &Table) -> String {
    let columns: Vec<Cell> = table.columns.iter().map(|name| Cell::Text((*name).to_owned())).collect();
    let mut text = String::new();
    for row in std::iter::once(&columns).chain(&table.rows) {
        let cells: Vec<String> = row.iter().map(cell).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// RFC 4180; and nothing begins as a formula does, because spreadsheets would run it.
fn cell(cell: &Cell) -> String {
    let text = match cell {
        Cell::Whole(number) => return number.to_string(),
        Cell::Share(share) => return format!("{share:.4}"),
        Cell::Nothing(()) => return String::new(),
        Cell::Text(text) => text,
    };
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text != "-";
    let text = format!("{}{}", if formula { "'" } else { "" }, text.replace('"', "\"\""));
    if text.contains([',', '"', '\n', '\r', '\'']) { format!("\"{text}\"") } else { text }
}

pub async fn first_response(call: Call) -> Result<Answer, Problem> {
    report(call, reports::first_response).await
}

pub async fn resolution(call: Call) -> Result<Answer, Problem> {
    report(call, reports::resolution).await
}

pub async fn waiting(call: Call) -> Result<Answer, Problem> {
    report(call, reports::waiting).await
}

pub async fn messages(call: Call) -> Result<Answer, Problem> {
    report(call, reports::messages).await
}

pub async fn funnel(call: Call) -> Result<Answer, Problem> {
    report(call, reports::funnel).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_file_is_a_formula() {
        let text = |text: &str| cell(&Cell::Text(text.to_owned()));
        assert_eq!(text("=1+1"), "\"'=1+1\"");
        assert_eq!(text("@SUM(A1)"), "\"'@SUM(A1)\"");
        assert_eq!((text("Ana, \"la\" grande"), text("-")), ("\"Ana, \"\"la\"\" grande\"".to_owned(), "-".to_owned()));
        assert_eq!((cell(&Cell::Whole(-5)), cell(&Cell::Nothing(()))), ("-5".to_owned(), String::new()));
    }
}
