//! What one leaf's value says, each kind read once and only when asked.

use crate::compiled::Field;
use crate::flatten::Leaf;
use crate::keys::fold;
use crate::options::Said;
use crate::phone::{self, Line, Phone};
use crate::readings::date::{self, Found};
use crate::readings::ids::{self, Id};
use crate::readings::money::{self, Named};
use crate::readings::number::{self, Reading as Amount};
use crate::readings::{boolean, number_words, spoken, url};
use crate::steps::Steps;
use crate::values::{Claim, Pieces};
use crate::{Json, email, names, read_email, scan};
use std::cell::{OnceCell, RefCell};

/// A field, and what a value is as one of its options, with how far it speaks for the field.
type Pick = (*const Field, Option<(Json, f32)>);

pub(crate) struct Reading<'a> {
    leaf: &'a Leaf<'a>,
    country: Option<&'a str>,
    steps: &'a Steps,
    text: Option<&'a str>,
    string: bool,
    prose: bool,
    folded: OnceCell<String>,
    named: OnceCell<Option<Named>>,
    claim: OnceCell<Option<Claim>>,
    /// Options of the fields that were asked about.
    picks: RefCell<Vec<Pick>>,
    phone: OnceCell<Option<(Phone, Line, bool)>>,
    email: OnceCell<Option<String>>,
    date: OnceCell<Option<Found>>,
    amount: OnceCell<Option<Amount>>,
    boolean: OnceCell<Option<bool>>,
    url: OnceCell<Option<String>>,
    id: OnceCell<Option<Id>>,
    likeness: OnceCell<f32>,
    said: OnceCell<Option<Said>>,
    pieces: OnceCell<Pieces>,
    host: OnceCell<Option<u16>>,
    units: OnceCell<Vec<u16>>,
}

impl<'a> Reading<'a> {
    pub fn new(leaf: &'a Leaf<'a>, country: Option<&'a str>, steps: &'a Steps) -> Reading<'a> {
        let text = if leaf.unread { None } else { leaf.text().map(str::trim) };
        let string = matches!(leaf.value.as_ref(), Json::String(_));
        let long = |text: &str| text.len() > 24 && text.split_whitespace().take(5).count() > 4;
        Reading {
            leaf,
            country,
            steps,
            text,
            string,
            prose: string && text.is_some_and(long),
            folded: OnceCell::new(),
            named: OnceCell::new(),
            claim: OnceCell::new(),
            picks: RefCell::default(),
            phone: OnceCell::new(),
            email: OnceCell::new(),
            date: OnceCell::new(),
            amount: OnceCell::new(),
            boolean: OnceCell::new(),
            url: OnceCell::new(),
            id: OnceCell::new(),
            likeness: OnceCell::new(),
            said: OnceCell::new(),
            pieces: OnceCell::new(),
            host: OnceCell::new(),
            units: OnceCell::new(),
        }
    }

    pub fn leaf(&self) -> &'a Leaf<'a> {
        self.leaf
    }

    /// The work of the record it stands in.
    pub fn steps(&self) -> &'a Steps {
        self.steps
    }

    /// The text of a string or number, trimmed; nothing for lists, flags and what is beyond a limit.
    pub fn text(&self) -> Option<&'a str> {
        self.text
    }

    pub fn is_string(&self) -> bool {
        self.string
    }

    /// Long enough to be prose.
    pub fn is_prose(&self) -> bool {
        self.prose
    }

    /// The text, folded.
    pub fn folded(&self) -> &str {
        self.folded.get_or_init(|| fold(self.text.unwrap_or("")))
    }

    /// What stands beside the amount about its currency.
    pub fn named(&self) -> Option<Named> {
        *self.named.get_or_init(|| {
            let (text, span) = (self.text?, self.amount()?.span);
            Some(money::named(text.get(..span.0)?, text.get(span.1..)?))
        })
    }

    /// What `pick` makes of the value for a field; asked once for each field.
    pub fn picked(&self, field: &Field, pick: impl FnOnce() -> Option<(Json, f32)>) -> Option<(Json, f32)> {
        let place = std::ptr::from_ref(field);
        if let Some((_, known)) = self.picks.borrow().iter().find(|(other, _)| *other == place) {
            return known.clone();
        }
        let picked = pick();
        self.picks.borrow_mut().push((place, picked.clone()));
        picked
    }

    /// The value as something that is so, or not.
    pub fn claim(&self) -> Option<&Claim> {
        let read = || Claim::new(self.text.filter(|_| self.string)?, self.folded());
        self.claim.get_or_init(read).as_ref()
    }

    /// A valid number, its line, and whether it was the whole value.
    pub fn phone(&self) -> Option<&(Phone, Line, bool)> {
        self.phone.get_or_init(|| read_phone(self.text()?, self.country)).as_ref()
    }

    pub fn email(&self) -> Option<&str> {
        let read = || {
            let text = self.text().filter(|text| self.is_string() && email::may_be(text))?;
            let address = read_email(text).or_else(|| {
                let spans = scan::emails(text);
                let only =
                    text.split([',', ';', ' ', '/']).filter(|word| !word.is_empty()).all(|word| word.contains('@'));
                spans.first().filter(|_| only && text.len() < 200).and_then(|span| read_email(&text[span.0..span.1]))
            })?;
            (!email::is_placeholder(&address) && !email::is_messenger(&address)).then_some(address)
        };
        self.email.get_or_init(read).as_deref()
    }

    pub fn date(&self) -> Option<Found> {
        *self.date.get_or_init(|| date::read(self.text()?, self.country))
    }

    pub fn amount(&self) -> Option<&Amount> {
        let read = || {
            let text = self.text()?;
            if text.is_empty() || text.len() > 120 {
                return None;
            }
            if text.bytes().any(|b| b.is_ascii_digit()) {
                number::read(text, self.country)
            } else {
                number_words::read_folded(text, self.folded())
            }
        };
        self.amount.get_or_init(read).as_ref()
    }

    pub fn boolean(&self) -> Option<bool> {
        *self.boolean.get_or_init(|| match self.leaf.value.as_ref() {
            Json::Bool(flag) => Some(*flag),
            // Neither an index before it nor more after a comma: the text is folded once for all that ask.
            Json::String(text)
                if self.text.is_some() && text.len() <= 60 && !text.bytes().any(|b| matches!(b, b'_' | b',')) =>
            {
                boolean::mark(text).or_else(|| boolean::read_folded(self.folded()))
            }
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

    /// The pieces of a text that may list things, each as a choice.
    pub fn pieces(&self, text: &str) -> &Pieces {
        self.pieces.get_or_init(|| Pieces::new(text, self.said()))
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
    let found = |(phone, line): (Phone, Line), whole: bool| {
        (line != Line::Service && !is_placeholder(phone.digits())).then_some((phone, line, whole))
    };
    if let Some(read) = phone::read_with_line(text, country) {
        return found(read, true);
    }
    let linked = text.contains(['/', '=']);
    for mark in ["wa.me/", "phone=", "whatsapp.com/send/"] {
        if linked && let Some(at) = text.find(mark) {
            let digits: String =
                text[at + mark.len()..].trim_start_matches('+').chars().take_while(char::is_ascii_digit).collect();
            return found(phone::read_with_line(&format!("+{digits}"), None)?, true);
        }
    }
    if text.contains('@') && email::is_messenger(text.trim()) {
        let digits = text.trim().split('@').next()?;
        return found(phone::read_with_line(&format!("+{digits}"), None)?, true);
    }
    let letters = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).count();
    if letters > 5 || text.contains('@') {
        return None;
    }
    let named = named_country(text);
    let mut runs = scan::digit_runs(text).into_iter().filter_map(|(from, to)| {
        // The whole text was read already, and is none.
        if (from, to) == (0, text.len()) && named.is_none() {
            return None;
        }
        found(phone::read_with_line(&text[from..to], named.or(country))?, false)
    });
    let first = runs.next()?;
    // "022555019 / 0984555027": a mobile comes before a landline.
    let mobile = if first.1 == Line::Landline { runs.take(3).find(|other| other.1 == Line::Mobile) } else { None };
    Some(mobile.unwrap_or(first))
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
