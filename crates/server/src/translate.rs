//! `recado translate`: what to send instead of requests to an operation that goes away.

use std::io::{self, BufRead, BufWriter, ErrorKind, Write};
use std::str::FromStr;

use api::lifecycle::{Known, OwnNumber, Registered, Registry};
use clap::Args;
use crm::channels::ChannelType;
use crm::{FieldError, Setup};
use serde_json::json;
use store::{Priority, Tx};
use structuring::Json;
use structuring::json::Mode;
use structuring::phone;

use crate::cli::Failure;
use crate::organization::{self, OrganizationArgument};
use crate::settings::{DataFlags, Settings};
use crate::{database, telemetry};

/// Translate requests to a deprecated operation into those to send instead
///
/// Reads the old request as JSON: its body; for an operation without one its query parameters by
/// name; what stands in its path by name as well. Prints {method, path, body}. Several requests,
/// one a line, give one result a line; a line that cannot be translated gives {line, errors}, and
/// the command ends with 1. Nothing is changed.
///
/// The organization's channels, which note-send has to know, come from the database, or from
/// --channel.
///
/// Example:  recado translate note-send --channel whatsapp:+56222345678:CL < old.json
///           recado translate note-send --data-dir /var/lib/recado < old.ndjson > new.ndjson
///           echo '{"days": 30}' | recado translate whatsapp-contacts
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct TranslateArguments {
    /// Name of the deprecated operation, as `recado sunsets` shows it
    pub operation: String,

    /// A channel instead of those in the database; may be repeated. NUMBER is its phone with +, or a Cloud API phone id;
    /// numbers without a country code are read as of COUNTRY, else as of the phone's own
    #[arg(long, value_name = "TYPE:NUMBER[:COUNTRY]")]
    pub channel: Vec<GivenChannel>,

    #[command(flatten)]
    pub organization: OrganizationArgument,

    #[command(flatten)]
    pub settings: DataFlags,
}

#[derive(Debug, Clone)]
pub struct GivenChannel {
    kind: ChannelType,
    phone: Option<String>,
    phone_number_id: Option<String>,
    country: String,
}

impl FromStr for GivenChannel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected TYPE:NUMBER[:COUNTRY], such as whatsapp:+56222345678:CL, found `{text}`");
        let mut parts = text.split(':');
        let kind = parts.next().and_then(ChannelType::from_name).ok_or_else(wrong)?;
        let number = parts.next().filter(|number| !number.is_empty()).ok_or_else(wrong)?;
        let mut country = parts.next().unwrap_or("").to_ascii_uppercase();
        if parts.next().is_some() {
            return Err(wrong());
        }
        let (mut own, mut id) = (None, None);
        if number.starts_with('+') {
            let phone = phone::read_possible(number, None).map_err(|error| format!("{number}: {error}"))?;
            if country.is_empty() {
                country = phone::country_of(&phone).unwrap_or_default();
            }
            own = Some(phone.as_str().to_owned());
        } else if number.bytes().all(|digit| digit.is_ascii_digit()) {
            id = Some(number.to_owned());
        } else {
            return Err(wrong());
        }
        Ok(GivenChannel { kind, phone: own, phone_number_id: id, country })
    }
}

impl GivenChannel {
    fn number(&self) -> OwnNumber<'_> {
        OwnNumber {
            kind: self.kind,
            phone: self.phone.as_deref(),
            phone_number_id: self.phone_number_id.as_deref(),
            country: &self.country,
        }
    }
}

pub fn run(arguments: &TranslateArguments) -> Result<(), Failure> {
    let registry = Registry::standard();
    let Some(row) = registry.find(&arguments.operation) else {
        let all: Vec<&str> = registry.all().map(Registered::operation).collect();
        let wanted = &arguments.operation;
        return Err(Failure::usage(format!("no operation `{wanted}` is deprecated; there are {}", all.join(", "))));
    };
    let setup = if arguments.channel.is_empty() { set_up(arguments, row)? } else { None };
    let known = match &setup {
        Some(setup) => Known::channels(setup),
        None => {
            let country = arguments.channel.first().map_or("", |channel| &channel.country);
            Known::numbers(arguments.channel.iter().map(GivenChannel::number).collect(), country)
        }
    };
    translate(row, &known, &mut io::stdin().lock(), &mut BufWriter::new(io::stdout().lock()))
}

/// The organization of the database; none where there is no database and the operation needs none.
fn set_up(arguments: &TranslateArguments, row: &Registered) -> Result<Option<Setup>, Failure> {
    let settings = Settings::read(&arguments.settings.0)?;
    telemetry::start(&settings)?;
    if let Err(failure) = database::existing(&settings) {
        return match row.method() {
            "GET" => Ok(None),
            _ => Err(Failure::usage(format!("{}; or name the channels with --channel", failure.message))),
        };
    }
    let (crm, _) = database::open_existing(&settings)?;
    let id = organization::caller(&crm, &arguments.organization)?.organization;
    Ok(crm.db().read_blocking(Priority::Interactive, move |tx: &mut Tx<'_>| Setup::load(tx, id))?)
}

/// One JSON text, or one a line.
fn translate(
    row: &Registered,
    known: &Known<'_>,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let (mut at, mut all, mut failed) = (0, 0, 0);
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        at += 1;
        if line.trim_ascii().is_empty() {
            line.clear();
            continue;
        }
        let first = all == 0;
        all += 1;
        let mut read = Json::parse(&line, Mode::Strict);
        if first && read.is_err() {
            // Perhaps one request over several lines; if not, they are what they seemed to be.
            let mut rest = Vec::new();
            input.read_to_end(&mut rest)?;
            let whole = Json::parse(&[line.as_slice(), &rest].concat(), Mode::Strict);
            if whole.is_err() && rest.contains(&b'\n') {
                let told = tell(row, known, read, at, out)?;
                let counted = translate_lines(row, known, &rest, at, out)?;
                return finish(all + counted.0, usize::from(!told) + counted.1, out);
            }
            read = whole;
        }
        failed += usize::from(!tell(row, known, read, at, out)?);
        line.clear();
    }
    finish(all, failed, out)
}

fn translate_lines(
    row: &Registered,
    known: &Known<'_>,
    lines: &[u8],
    before: usize,
    out: &mut impl Write,
) -> Result<(usize, usize), Failure> {
    let (mut all, mut failed) = (0, 0);
    for (at, line) in lines.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty()) {
        all += 1;
        failed += usize::from(!tell(row, known, Json::parse(line, Mode::Strict), before + at + 1, out)?);
    }
    Ok((all, failed))
}

/// Whether it could be translated.
fn tell(
    row: &Registered,
    known: &Known<'_>,
    request: Result<Json, structuring::json::ParseError>,
    line: usize,
    out: &mut impl Write,
) -> Result<bool, Failure> {
    let malformed =
        |error: structuring::json::ParseError| vec![FieldError::new("", "malformed_json", error.to_string())];
    let result = request.map_err(malformed).and_then(|request| row.translate(request, known));
    let (text, sound) = match result {
        Ok(replacement) => (replacement.json().to_string(), true),
        Err(errors) => {
            let shown = |e: &FieldError| json!({"pointer": e.pointer, "code": e.code, "message": e.message});
            (json!({"line": line, "errors": errors.iter().map(shown).collect::<Vec<_>>()}).to_string(), false)
        }
    };
    match writeln!(out, "{text}") {
        // Whoever reads this has read enough.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(sound),
    }
}

fn finish(all: usize, failed: usize, out: &mut impl Write) -> Result<(), Failure> {
    match out.flush() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    match (all, failed) {
        (0, _) => Err(Failure::usage("there is nothing on standard input; it wants the old request as JSON")),
        (_, 0) => Ok(()),
        _ => Err(Failure::new(format!("{failed} of {all} could not be translated; `errors` says why"))),
    }
}
