//! What one leaf's value says, each kind read once and only when asked.

use crate::flatten::Leaf;
use crate::options::Said;
use crate::phone::{self, Line, Phone};
use crate::readings::date::{self, Found};
use crate::readings::ids::{self, Id};
use crate::readings::number::{self, Reading as Amount};
use crate::readings::{boolean, spoken, url};
use crate::{Json, email, names, read_email, scan};
use std::cell::OnceCell;

pub(crate) struct Reading<'a> {
    leaf: &'a Leaf<'a>,
    country: Option<&'a str>,
    phone: OnceCell<Option<(Phone, Line, bool)>>,
    email: OnceCell<Option<String>>,
    date: OnceCell<Option<Found>>,
    amount: OnceCell<Option<Amount>>,
    boolean: OnceCell<Option<bool>>,
    url: OnceCell<Option<String>>,
    id: OnceCell<Option<Id>>,
    likeness: OnceCell<f32>,
    said: OnceCell<Option<Said>>,
    host: OnceCell<Option<u16>>,
    units: OnceCell<Vec<u16>>,
}

impl<'a> Reading<'a> {
    pub fn new(leaf: &'a Leaf<'a>, country: Option<&'a str>) -> Reading<'a> {
        Reading {
            leaf,
            country,
            phone: OnceCell::new(),
            email: OnceCell::new(),
            date: OnceCell::new(),
            amount: OnceCell::new(),
            boolean: OnceCell::new(),
            url: OnceCell::new(),
            id: OnceCell::new(),
            likeness: OnceCell::new(),
            said: OnceCell::new(),
            host: OnceCell::new(),
            units: OnceCell::new(),
        }
    }

    pub fn leaf(&self) -> &'a Leaf<'a> {
        self.leaf
    }

    /// The text of a string or number, trimmed; nothing for lists, flags and what is beyond a limit.
    pub fn text(&self) -> Option<&'a str> {
        if self.leaf.unread { None } else { self.leaf.text().map(str::trim) }
    }

    pub fn is_string(&self) -> bool {
        matches!(self.leaf.value.as_ref(), Json::String(_))
    }

    /// Long enough to be prose.
    pub fn is_prose(&self) -> bool {
        self.is_string()
            && self.text().is_some_and(|text| text.len() > 24 && text.split_whitespace().take(5).count() > 4)
    }

    /// A valid number, its line, and whether it was the whole value.
    pub fn phone(&self) -> Option<&(Phone, Line, bool)> {
        self.phone.get_or_init(|| read_phone(self.text()?, self.country)).as_ref()
    }

    pub fn email(&self) -> Option<&str> {
        let read = || {
            let text = self.text().filter(|_| self.is_string())?;
            let address = read_email(text).or_else(|| {
                let spans = scan::emails(text);
                let only =
                    text.split([',', ';', ' ', '/']).filter(|word| !word.is_empty()).all(|word| word.contains('@'));
                spans.first().filter(|_| only && text.len() < 200).and_then(|span| read_email(&text[span.0..span.1]))
            })?;
            (!email::is_placeholder(&address)).then_some(address)
        };
        self.email.get_or_init(read).as_deref()
    }

    pub fn date(&self) -> Option<Found> {
        *self.date.get_or_init(|| date::read(self.text()?, self.country))
    }

    pub fn amount(&self) -> Option<&Amount> {
        self.amount.get_or_init(|| number::read(self.text()?, self.country)).as_ref()
    }

    pub fn boolean(&self) -> Option<bool> {
        *self.boolean.get_or_init(|| match self.leaf.value.as_ref() {
            Json::Bool(flag) => Some(*flag),
            Json::String(text) => boolean::read(text),
            Json::Number(number) => match number.as_str() {
                "1" => Some(true),
                "0" => Some(false),
                _ => None,
            },
            _ => None,
        })
    }

    pub fn url(&self) -> Option<&str> {
        self.url.get_or_init(|| url::read(self.text().filter(|_| self.is_string())?)).as_deref()
    }

    pub fn id(&self) -> Option<Id> {
        *self.id.get_or_init(|| ids::read(self.text()?, self.country))
    }

    /// The concept of the site a web address belongs to: LinkedIn's, Instagram's.
    pub fn host(&self) -> Option<u16> {
        const HOSTS: &[(&str, &str)] = &[
            ("linkedin.", "LINKEDIN"),
            ("instagram.", "INSTAGRAM"),
            ("facebook.", "FACEBOOK"),
            ("fb.com", "FACEBOOK"),
            ("github.", "PORTFOLIO"),
            ("behance.", "PORTFOLIO"),
            ("dribbble.", "PORTFOLIO"),
        ];
        *self.host.get_or_init(|| {
            let text = self.text().filter(|text| self.is_string() && text.len() < 200 && text.contains('.'))?;
            let (_, concept) = HOSTS.iter().find(|(host, _)| text.contains(host))?;
            self.url()?;
            Some(crate::lexicon::concept(concept))
        })
    }

    /// What the words after a number are about: `2 adults`.
    pub fn units(&self) -> &[u16] {
        self.units.get_or_init(|| {
            let text = self.text().filter(|text| {
                self.is_string()
                    && text.len() < 40
                    && text.contains(char::is_alphabetic)
                    && text.contains(|c: char| c.is_ascii_digit())
            });
            let Some(amount) = text.and_then(|_| self.amount()) else { return Vec::new() };
            let words: Vec<String> = amount.after.split(' ').map(str::to_owned).collect();
            crate::lexicon::find(&words).iter().flat_map(|hit| hit.concepts.iter().copied()).collect()
        })
    }

    /// The value as a choice.
    pub fn said(&self) -> Option<&Said> {
        let flag = match self.leaf.value.as_ref() {
            Json::Bool(true) => Some("si"),
            Json::Bool(false) => Some("no"),
            _ => None,
        };
        self.said.get_or_init(|| Said::new(self.text().or(flag)?)).as_ref()
    }

    /// How much the value looks like a person's name.
    pub fn likeness(&self) -> f32 {
        *self.likeness.get_or_init(|| self.text().filter(|_| self.is_string()).map_or(0.0, names::likeness))
    }
}

/// Reads a value as one valid phone: plain, as a wa.me link, or with a few words around it.
fn read_phone(text: &str, country: Option<&str>) -> Option<(Phone, Line, bool)> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits < 4 && (24..=160).contains(&text.len()) {
        return said_in_words(text, country);
    }
    if text.len() > 120 || digits < 7 {
        return None;
    }
    let found = |phone: Phone, whole: bool| {
        let line = phone::line_of(&phone);
        (line != Line::Service && !is_placeholder(phone.digits())).then_some((phone, line, whole))
    };
    if let Some(phone) = phone::read_valid(text, country) {
        return found(phone, true);
    }
    for mark in ["wa.me/", "phone=", "whatsapp.com/send/"] {
        if let Some(at) = text.find(mark) {
            let digits: String =
                text[at + mark.len()..].trim_start_matches('+').chars().take_while(char::is_ascii_digit).collect();
            return found(phone::read_valid(&format!("+{digits}"), None)?, true);
        }
    }
    let letters = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).count();
    if letters > 5 || text.contains('@') {
        return None;
    }
    let country = named_country(text).or(country);
    scan::digit_runs(text).into_iter().find_map(|(from, to)| found(phone::read_valid(&text[from..to], country)?, false))
}

/// An answer that is little but a number in words.
fn said_in_words(text: &str, country: Option<&str>) -> Option<(Phone, Line, bool)> {
    let words = scan::words(text);
    let runs = spoken::find(text, &words);
    let [run] = runs.as_slice() else { return None };
    if words.len() - (run.to - run.from) > 4 {
        return None;
    }
    let phone = phone::read_valid(&run.digits, country).filter(|phone| !is_placeholder(phone.digits()))?;
    let line = phone::line_of(&phone);
    (line != Line::Service).then_some((phone, line, false))
}

/// The country that the words around a number name: "305 555 0104 (USA)", "… número de España".
fn named_country(text: &str) -> Option<&'static str> {
    const COUNTRIES: &[(&str, &str)] = &[
        ("us", "US"),
        ("usa", "US"),
        ("eeuu", "US"),
        ("eua", "US"),
        ("estadounidense", "US"),
        ("american", "US"),
        ("uk", "GB"),
        ("espana", "ES"),
        ("spain", "ES"),
        ("espanha", "ES"),
        ("mexico", "MX"),
        ("argentina", "AR"),
        ("chile", "CL"),
        ("colombia", "CO"),
        ("peru", "PE"),
        ("brasil", "BR"),
        ("brazil", "BR"),
        ("portugal", "PT"),
        ("uruguay", "UY"),
        ("paraguay", "PY"),
        ("bolivia", "BO"),
        ("ecuador", "EC"),
        ("venezuela", "VE"),
        ("panama", "PA"),
        ("guatemala", "GT"),
        ("canada", "CA"),
    ];
    if !text.contains(char::is_alphabetic) || text.contains('+') {
        return None;
    }
    let folded = crate::keys::fold(text);
    let mut named = folded.split(' ').filter_map(|word| {
        // "us" is a pronoun, "US" a country.
        let written = word != "us" || text.contains("US");
        COUNTRIES.iter().find(|(name, _)| *name == word && written).map(|(_, code)| *code)
    });
    named.next()
}

/// Numbers nobody has: one digit over and over.
pub(crate) fn is_placeholder(digits: &str) -> bool {
    let tail = &digits.as_bytes()[digits.len().saturating_sub(7)..];
    tail.iter().all(|digit| *digit == tail[0]) || digits.ends_with("1234567890")
}
