//! Telephone numbers: every spelling of one WhatsApp account becomes one E.164 number.
//!
//! Numbering plans come from libphonenumber's metadata (crate `rlibphonenumber`). On top of it stand the forms in which
//! WhatsApp and people write what the plans call something else: Mexico's `52 1`, Argentina's `54 9` and `15`, Brazil's
//! ninth digit.

use rlibphonenumber::enums::{NumberLengthType, PhoneNumberType, Region};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, get_national_significant_number_owned};
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::{Display, Formatter, Write};
use std::str::FromStr;
use std::sync::LazyLock;

/// A number in E.164, country forms folded: `+56955501234`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(Box<str>);

impl Phone {
    /// With the plus: `+56955501234`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without the plus, as WhatsApp writes it: `56955501234`.
    pub fn digits(&self) -> &str {
        self.0.get(1..).unwrap_or("")
    }

    fn of_digits(digits: &str) -> Phone {
        Phone(plussed(digits).into_boxed_str())
    }
}

impl Display for Phone {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Phone {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Why something is not a telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    #[error("A phone number has digits, spaces, dashes, dots, brackets and at most one leading plus.")]
    NotANumber,
    #[error("Too short for a phone number: give all of it, best with a plus and its country code.")]
    TooShort,
    #[error("Too long for a phone number: give one number, best with a plus and its country code.")]
    TooLong,
    #[error("This phone number lacks its area code.")]
    NoAreaCode,
    #[error("This phone number needs a plus and its country code.")]
    NoCountry,
    #[error("No country has this calling code: give the number with a plus and its country code.")]
    UnknownCountry,
}

impl PhoneError {
    /// The stable word for it.
    pub fn code(self) -> &'static str {
        match self {
            PhoneError::NotANumber => "not_a_number",
            PhoneError::TooShort => "too_short",
            PhoneError::TooLong => "too_long",
            PhoneError::NoAreaCode => "no_area_code",
            PhoneError::NoCountry => "no_country",
            PhoneError::UnknownCountry => "unknown_country",
        }
    }
}

/// What kind of line a number belongs to, as far as its country's plan tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Mobile,
    Landline,
    /// The plan does not tell them apart (North America, Mexico, Chile).
    Either,
    /// Free, premium, shared cost and the like: nobody's own number.
    Service,
}

/// Reads what a caller of the API gave: refused only when it is not a possible number after folding.
///
/// `country` (ISO 3166, two letters) reads national forms; without it a number needs its country code.
pub fn read_possible(input: &str, country: Option<&str>) -> Result<Phone, PhoneError> {
    read(input, country, Wish::Possible, true).map(|(phone, _)| phone)
}

/// Reads a number that its country's plan knows: what structuring asks before it takes digits for a phone.
pub fn read_valid(input: &str, country: Option<&str>) -> Option<Phone> {
    read(input, country, Wish::Valid, true).ok().map(|(phone, _)| phone)
}

/// As [`read_valid`], with the kind of its line.
pub(crate) fn read_with_line(input: &str, country: Option<&str>) -> Option<(Phone, Line)> {
    let (phone, line) = read(input, country, Wish::Valid, true).ok()?;
    let line = line.unwrap_or_else(|| line_of(&phone));
    Some((phone, line))
}

/// As [`read_valid`], for a number that is said to be a landline: it gets no mobile mark (Argentina's 9).
pub fn read_valid_landline(input: &str, country: Option<&str>) -> Option<Phone> {
    read(input, country, Wish::Valid, false).ok().map(|(phone, _)| phone)
}

/// The number behind a WhatsApp id (`5215550001111`, also with `@s.whatsapp.net`). Never refuses.
pub fn from_wa_id(digits: &str) -> Phone {
    let account = digits.split(['@', ':']).next().unwrap_or(digits);
    let kept: String = account.chars().filter_map(|character| character.to_digit(10)).filter_map(digit).collect();
    Phone::of_digits(&fold(&kept, true))
}

/// The country a number belongs to (ISO 3166, two letters).
pub fn country_of(phone: &Phone) -> Option<String> {
    let number = PHONE_NUMBER_UTIL.parse(phone.as_str(), None).ok()?;
    let region = PHONE_NUMBER_UTIL
        .get_region_for_number(&number)
        .or_else(|| PHONE_NUMBER_UTIL.get_region_for_country_code(number.country_code))?;
    Some(format!("{region:?}")).filter(|code| code.len() == 2)
}

/// What kind of line a number belongs to.
pub fn line_of(phone: &Phone) -> Line {
    let number = PHONE_NUMBER_UTIL.parse(phone.as_str(), None);
    number.map_or(Line::Either, |number| line(PHONE_NUMBER_UTIL.get_number_type(&number)))
}

fn line(kind: PhoneNumberType) -> Line {
    match kind {
        PhoneNumberType::Mobile => Line::Mobile,
        PhoneNumberType::FixedLine => Line::Landline,
        PhoneNumberType::FixedLineOrMobile | PhoneNumberType::PersonalNumber | PhoneNumberType::VoIP => Line::Either,
        PhoneNumberType::Unknown => Line::Either,
        _ => Line::Service,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Wish {
    Possible,
    Valid,
}

/// Fewest digits that can be a number with its country code but without a plus.
const BARE_INTERNATIONAL: usize = 11;

/// A number, and the kind of its line where it had to be asked for.
type Read = Result<(Phone, Option<Line>), PhoneError>;

fn read(input: &str, country: Option<&str>, wish: Wish, mobile: bool) -> Read {
    let (plus, digits) = clean(input)?;
    let digits = digits.as_str();
    let region = country.and_then(region_of);
    if plus {
        return accept(&plussed(digits), None, wish, mobile);
    }
    let Some(region) = region else {
        return if digits.len() < 8 {
            Err(PhoneError::NoCountry)
        } else {
            accept(&plussed(digits), None, wish, mobile)
        };
    };
    let national = national_form(digits, region);
    let as_national = if lacks_digits(national, region) {
        Err(PhoneError::NotANumber)
    } else {
        accept(national, Some(region), Wish::Valid, mobile)
    };
    if as_national.is_ok() {
        return as_national;
    }
    let international = plussed(digits);
    if digits.len() >= BARE_INTERNATIONAL
        && let Ok(found) = accept(&international, None, Wish::Valid, mobile)
    {
        return Ok(found);
    }
    if wish == Wish::Valid {
        return as_national;
    }
    accept(national, Some(region), wish, mobile).or_else(|error| {
        let bare = digits.len() >= BARE_INTERNATIONAL;
        if bare { accept(&international, None, wish, mobile).map_err(|_| error) } else { Err(error) }
    })
}

fn plussed(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + 1);
    text.push('+');
    text.push_str(digits);
    text
}

/// Regions by the two letters of their codes: reading a code is a comparison with each of them.
static REGIONS: LazyLock<Box<[Option<Region>]>> = LazyLock::new(|| {
    let letters = || b'A'..=b'Z';
    let codes = letters().flat_map(|a| letters().map(move |b| [a, b]));
    codes.map(|code| std::str::from_utf8(&code).ok().and_then(|code| Region::from_str(code).ok())).collect()
});

fn region_of(code: &str) -> Option<Region> {
    let place = |letter: u8| letter.is_ascii_alphabetic().then(|| usize::from(letter.to_ascii_uppercase() - b'A'));
    match *code.as_bytes() {
        [a, b] => REGIONS[26 * place(a)? + place(b)?],
        _ => Region::from_str(&code.to_ascii_uppercase()).ok(),
    }
}

/// Fewest digits of a number of each region, without its country code and prefixes. Left out are regions where fewer may
/// be read, because the plan puts an area before them: islands of the North American plan, Madagascar, Norfolk Island, San
/// Marino.
static FEWEST: LazyLock<FxHashMap<Region, usize>> = LazyLock::new(|| {
    let fewest = |region: Region| -> Option<usize> {
        let country_code = PHONE_NUMBER_UTIL.get_country_code_for_region(region)?;
        // Of several regions with one code the plan of the first is asked, which may be another's.
        if PHONE_NUMBER_UTIL.get_region_for_country_code(country_code)? != region
            || matches!(region, Region::MG | Region::NF | Region::SM)
        {
            return None;
        }
        let possible = |length: u32| {
            let number =
                PhoneNumber { country_code, national_number: 2 * 10_u64.pow(length - 1), ..PhoneNumber::default() };
            PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number) == Ok(NumberLengthType::IsPossible)
        };
        usize::try_from((2..=15).find(|length| possible(*length))?).ok()
    };
    REGIONS.iter().flatten().filter_map(|region| Some((*region, fewest(*region)?))).collect()
});

/// Whether digits are too few to be a valid number of a region however they are read. No prefix of a plan and no
/// international prefix begins with these digits, so that nothing comes off and another country's is not meant.
fn lacks_digits(digits: &str, region: Region) -> bool {
    matches!(digits.as_bytes().first(), Some(b'2'..=b'7'))
        && FEWEST.get(&region).is_some_and(|fewest| digits.len() < *fewest)
}

/// Dialling prefixes of old that plans no longer list, and own numbers written with the plan's prefix only.
fn national_form(digits: &str, region: Region) -> &str {
    if region == Region::MX {
        for (prefix, length) in [("044", 13), ("045", 13), ("01", 12), ("1", 11)] {
            if digits.len() == length
                && let Some(rest) = digits.strip_prefix(prefix)
            {
                return rest;
            }
        }
    }
    digits
}

/// Spreadsheets and data frames write a whole number as `56955501234.0`: that zero is no digit of the phone.
fn without_decimals(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, "0" | "00")) if whole.len() >= 7 && whole.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        _ => text,
    }
}

/// The digits of a text of at most eighty bytes.
struct Digits {
    all: [u8; 80],
    from: usize,
    length: usize,
}

impl Default for Digits {
    fn default() -> Digits {
        Digits { all: [0; 80], from: 0, length: 0 }
    }
}

impl Digits {
    fn push(&mut self, digit: char) {
        if let (Some(place), Ok(digit)) = (self.all.get_mut(self.length), u8::try_from(digit)) {
            *place = digit;
            self.length += 1;
        }
    }

    fn as_str(&self) -> &str {
        self.all.get(self.from..self.length).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or("")
    }
}

/// Digits of what was written, and whether it had a plus (or the 00 that stands for one).
fn clean(input: &str) -> Result<(bool, Digits), PhoneError> {
    let mut text = input.trim();
    for scheme in ["tel:", "whatsapp:", "callto:"] {
        if let Some(head) = text.get(..scheme.len())
            && head.eq_ignore_ascii_case(scheme)
        {
            text = text[scheme.len()..].trim_start();
        }
    }
    if text.len() > 80 {
        return Err(PhoneError::TooLong);
    }
    text = without_decimals(text);
    let mut plus = false;
    let mut digits = Digits::default();
    for character in text.chars() {
        match character {
            '0'..='9' => digits.push(character),
            '+' | '\u{ff0b}' if digits.length == 0 && !plus => plus = true,
            ' '
            | '-'
            | '.'
            | '/'
            | '('
            | ')'
            | '['
            | ']'
            | '\t'
            | '\u{a0}'
            | '\u{2000}'..='\u{2015}'
            | '\u{202a}'
            | '\u{202c}'
            | '\u{202f}'
            | '\u{2060}'
            | '\u{2066}'..='\u{2069}'
            | '\u{2212}'
            | '\u{ff0d}'
            | '\u{feff}' => {}
            other => digits.push(wide_digit(other).ok_or(PhoneError::NotANumber)?),
        }
    }
    if !plus && digits.length >= 11 && digits.as_str().starts_with("00") {
        digits.from = 2;
        return Ok((true, digits));
    }
    match digits.length {
        0 => Err(PhoneError::NotANumber),
        1..=3 => Err(PhoneError::TooShort),
        4..=17 => Ok((plus, digits)),
        _ => Err(PhoneError::TooLong),
    }
}

/// Full-width and Arabic digits, as keyboards give them.
fn wide_digit(character: char) -> Option<char> {
    let value = match character {
        '\u{ff10}'..='\u{ff19}' => u32::from(character) - 0xff10,
        '\u{660}'..='\u{669}' => u32::from(character) - 0x660,
        _ => return None,
    };
    digit(value)
}

fn digit(value: u32) -> Option<char> {
    char::from_digit(value, 10)
}

fn accept(text: &str, region: Option<Region>, wish: Wish, mobile: bool) -> Read {
    use rlibphonenumber::errors::ParseError;
    let number = PHONE_NUMBER_UTIL.parse(text, region).map_err(|error| match error {
        ParseError::InvalidCountryCode => PhoneError::UnknownCountry,
        ParseError::TooShortNsn | ParseError::TooShortAfterIdd => PhoneError::TooShort,
        ParseError::TooLongNsn => PhoneError::TooLong,
        _ => PhoneError::NotANumber,
    })?;
    let written = e164(&number);
    let folded = fold(&written, mobile);
    // Whether it was read from what it is kept as: read again it would be of the same kind.
    let whole = *folded != *written || text.strip_prefix('+') == Some(&*folded);
    let number = if *folded == *written {
        number
    } else {
        PHONE_NUMBER_UTIL.parse(plussed(&folded), None).map_err(|_| PhoneError::NotANumber)?
    };
    if wish == Wish::Valid {
        // Valid is what is of some kind.
        return match PHONE_NUMBER_UTIL.get_number_type(&number) {
            PhoneNumberType::Unknown => Err(PhoneError::NotANumber),
            kind => Ok((Phone::of_digits(&folded), whole.then(|| line(kind)))),
        };
    }
    match PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number) {
        Ok(NumberLengthType::IsPossible) => Ok((Phone::of_digits(&folded), None)),
        Ok(NumberLengthType::IsPossibleLocalOnly) => Err(PhoneError::NoAreaCode),
        Err(rlibphonenumber::errors::ValidationError::TooLong) => Err(PhoneError::TooLong),
        Err(rlibphonenumber::errors::ValidationError::InvalidCountryCode) => Err(PhoneError::UnknownCountry),
        Err(_) => Err(PhoneError::TooShort),
    }
}

fn e164(number: &PhoneNumber) -> String {
    let mut digits = String::with_capacity(20);
    let _ = write!(digits, "{}", number.country_code);
    digits.push_str(&get_national_significant_number_owned(number));
    digits
}

/// One key for the spellings of one WhatsApp account. `digits` begins with the country code.
fn fold(digits: &str, mobile: bool) -> Cow<'_, str> {
    // Mexico: the 1 that marked mobiles until 2019 is still in old WhatsApp ids.
    if digits.len() == 13
        && let Some(rest) = digits.strip_prefix("521")
    {
        return format!("52{rest}").into();
    }
    if let Some(national) = digits.strip_prefix("54") {
        return match (national.len(), national.starts_with('9')) {
            // 9 + area + 15 + local: the 15 is the domestic way of saying 9.
            (13, true) => drop_fifteen(&national[1..]).map_or(digits.into(), |rest| format!("549{rest}").into()),
            (12, false) => drop_fifteen(national).map_or(digits.into(), |rest| format!("549{rest}").into()),
            (10, false) if mobile => format!("549{national}").into(),
            _ => digits.into(),
        };
    }
    // Brazil: mobiles (eight digits that begin with 6 to 9) got a ninth digit by 2016; WhatsApp ids may lack it.
    if digits.len() == 12
        && let Some(national) = digits.strip_prefix("55")
        && matches!(national.as_bytes()[2], b'6'..=b'9')
        && !national.starts_with('0')
    {
        return format!("55{}9{}", &national[..2], &national[2..]).into();
    }
    digits.into()
}

/// Argentina: area code (two to four digits), 15, local number: twelve digits without the trunk zero.
fn drop_fifteen(national: &str) -> Option<String> {
    let area = (2..=4).find(|at| national[*at..].starts_with("15"))?;
    Some(format!("{}{}", &national[..area], &national[area + 2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(input: &str, country: &str) -> String {
        match read_possible(input, Some(country).filter(|code| !code.is_empty())) {
            Ok(phone) => phone.to_string(),
            Err(error) => error.code().to_owned(),
        }
    }

    #[test]
    fn too_few_digits_are_no_valid_number_however_they_are_read() {
        let mut seed = 7_u64;
        let mut random = |most: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % most
        };
        for region in REGIONS.iter().flatten() {
            for _ in 0..60 {
                let length = 4 + random(8);
                let digits: String = std::iter::once(2 + random(6))
                    .chain((1..length).map(|_| random(10)))
                    .filter_map(|value| digit(u32::try_from(value).unwrap()))
                    .collect();
                if lacks_digits(&digits, *region) {
                    assert!(accept(&digits, Some(*region), Wish::Valid, true).is_err(), "{digits} {region:?}");
                }
            }
        }
        assert!(lacks_digits("20000000", Region::CL) && !lacks_digits("955501234", Region::CL));
    }

    #[test]
    fn national_forms_are_read_by_country() {
        for (input, country, wanted) in [
            ("9 5550 1234", "CL", "+56955501234"),
            ("56955501234", "CL", "+56955501234"),
            ("+56 9 5550-1234", "", "+56955501234"),
            ("0056955501234", "AR", "+56955501234"),
            ("56955501234", "", "+56955501234"),
            ("(11) 95550-1234", "BR", "+5511955501234"),
            ("011 95550-1234", "br", "+5511955501234"),
            ("300 555 0123", "CO", "+573005550123"),
            ("055 5550 1234", "MX", "too_long"),
            ("07400 123456", "GB", "+447400123456"),
            ("+44 (0)20 7946 0123", "", "+442079460123"),
            ("(415) 555-0123", "US", "+14155550123"),
            ("555-0123", "US", "no_area_code"),
            ("14155550123", "CL", "+14155550123"),
            ("56955501234.0", "CL", "+56955501234"),
            ("955501234.00", "CL", "+56955501234"),
            ("5.695550123e10", "CL", "not_a_number"),
            ("hello", "CL", "not_a_number"),
            ("", "CL", "not_a_number"),
            ("12", "CL", "too_short"),
            ("+999 123 456 789", "", "unknown_country"),
            ("tel:+14155550123", "", "+14155550123"),
            ("１４１５５５５０１２３", "US", "+14155550123"),
            ("12345678901234567890", "CL", "too_long"),
        ] {
            assert_eq!(api(input, country), wanted, "{input} {country}");
        }
    }

    #[test]
    fn spellings_of_one_whatsapp_account_are_one_number() {
        for (spellings, country, wanted) in [
            (&["+5511955501234", "551155501234x", "11 95550-1234", "5511955501234"][..], "BR", "+5511955501234"),
            (&["+554899550123", "4899550123", "48 99955-0123", "+5548999550123"], "BR", "+5548999550123"),
            (
                &["+52 1 55 5550 1234", "5215555501234", "55 5550 1234", "044 55 5550 1234", "01 55 5550 1234"],
                "MX",
                "+525555501234",
            ),
            (
                &[
                    "+54 9 11 5550-1234",
                    "+541155501234",
                    "11 5550-1234",
                    "011 15 5550-1234",
                    "11 15 5550 1234",
                    "5491155501234",
                    "+54 9 11 15 5550 1234",
                    "+54 11 15 5550 1234",
                ],
                "AR",
                "+5491155501234",
            ),
            (&["0351 15 555-0123", "+54 351 555-0123", "351 555 0123"], "AR", "+5493515550123"),
        ] {
            for spelling in spellings.iter().filter(|text| !text.ends_with('x')) {
                assert_eq!(api(spelling, country), wanted, "{spelling}");
            }
        }
        assert_eq!(api("+5215555501234", ""), "+525555501234");
        assert_eq!(api("+551132550123", ""), "+551132550123", "a landline keeps its length");
        assert_eq!(read_valid_landline("011 4555-0100", Some("AR")).unwrap().as_str(), "+541145550100");
    }

    #[test]
    fn a_whatsapp_id_is_never_refused() {
        assert_eq!(from_wa_id("5215555501234").as_str(), "+525555501234");
        assert_eq!(from_wa_id("554899550123").as_str(), "+5548999550123");
        assert_eq!(from_wa_id("541155501234@s.whatsapp.net").as_str(), "+5491155501234");
        assert_eq!(from_wa_id("1").digits(), "1");
        assert_eq!(from_wa_id("").as_str(), "+");
    }

    #[test]
    fn structuring_wants_valid_numbers() {
        assert_eq!(read_valid("9 5550 1234", Some("CL")).unwrap().as_str(), "+56955501234");
        assert_eq!(read_valid("1020304050", Some("CO")), None);
        assert_eq!(read_valid("12.345.678-5", Some("CL")), None);
        assert_eq!(line_of(&from_wa_id("5511955501234")), Line::Mobile);
        assert_eq!(line_of(&from_wa_id("551155501234")), Line::Landline);
        assert_eq!(country_of(&from_wa_id("5511955501234")).as_deref(), Some("BR"));
        assert_eq!(country_of(&from_wa_id("18095550123")).as_deref(), Some("DO"));
    }
}
