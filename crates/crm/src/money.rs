//! Money: whole numbers of a currency's smallest unit, read from what was written and never through a float.

use crate::error::FieldError;

/// Largest amount, in smallest units, either side of zero.
pub const AMOUNT_LIMIT: i64 = 1_000_000_000_000_000;

/// Longest amount that is read, in bytes: beyond, it is noise.
const LONGEST: usize = 400;

/// A currency that amounts may be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency {
    /// ISO 4217, or `UF`.
    pub code: &'static str,
    /// Decimals of an amount: 0 for CLP, 2 for USD, 4 for UF.
    pub decimals: u32,
}

// Codes and minor units: ISO 4217, list one (maintained by SIX Group), without precious metals, testing and other codes
// that have no minor unit. Sorted, for the binary search.

const NO_DECIMALS: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
    "XPF",
];

const TWO_DECIMALS: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BMD", "BND", "BOB", "BOV",
    "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CNY", "COP", "COU", "CRC", "CUP",
    "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD",
    "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD",
    "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR",
    "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR",
    "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP",
    "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "USN", "UYU",
    "UZS", "VED", "VES", "WST", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG",
];

const THREE_DECIMALS: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// `UF`, Chile's unit of account, is `CLF` in ISO 4217 and `UF` everywhere else.
const FOUR_DECIMALS: &[&str] = &["UF", "UYW"];

/// The currency of a code, in either case; `CLF` and `UF` are one.
pub fn currency(code: &str) -> Option<Currency> {
    let code = code.trim().to_ascii_uppercase();
    let code = if code == "CLF" { "UF" } else { code.as_str() };
    let lists = [(0, NO_DECIMALS), (2, TWO_DECIMALS), (3, THREE_DECIMALS), (4, FOUR_DECIMALS)];
    lists.into_iter().find_map(|(decimals, list)| {
        let at = list.binary_search(&code).ok()?;
        Some(Currency { code: list[at], decimals })
    })
}

/// Why something is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("An amount is a decimal number with a point, such as 1990 or 19.90.")]
    NotANumber,
    #[error("There is no currency {0}; use a code of ISO 4217 such as CLP, BRL or USD, or UF.")]
    UnknownCurrency(String),
    #[error("{currency} has {}; this amount has {given}.", decimals(*.allowed))]
    TooManyDecimals { currency: &'static str, allowed: u32, given: i64 },
    #[error("This amount is too large: at most {} in {currency}.", format_amount(AMOUNT_LIMIT, .currency))]
    OutOfRange { currency: &'static str },
}

impl MoneyError {
    /// The stable word for it.
    pub fn code(&self) -> &'static str {
        match self {
            MoneyError::NotANumber => "not_a_number",
            MoneyError::UnknownCurrency(_) => "unknown_currency",
            MoneyError::TooManyDecimals { .. } => "too_many_decimals",
            MoneyError::OutOfRange { .. } => "out_of_range",
        }
    }

    pub fn at(&self, pointer: impl Into<String>) -> FieldError {
        FieldError::new(pointer, self.code(), self.to_string())
    }
}

fn decimals(count: u32) -> String {
    match count {
        0 => "no decimals".to_owned(),
        count => format!("{count} decimals"),
    }
}

/// The amount of a JSON number token, or of the same in a text, in smallest units of the currency. Exact: `1990.00` is
/// 1990 of CLP, `1.99e3` too, `19.905` is an error in USD, whatever a float would have made of it.
pub fn parse_amount(raw: &str, currency_code: &str) -> Result<i64, MoneyError> {
    let currency = currency(currency_code).ok_or_else(|| MoneyError::UnknownCurrency(currency_code.to_owned()))?;
    let number = Token::read(raw.trim()).ok_or(MoneyError::NotANumber)?;
    // The significant digits, and how many of them stand after the point.
    let written = format!("{}{}", number.whole, number.fraction);
    let digits = written.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    let stripped = (digits.len() - significant.len()) as i64;
    let scale = (number.fraction.len() as i64).saturating_sub(number.exponent).saturating_sub(stripped);
    let allowed = i64::from(currency.decimals);
    if scale > allowed {
        return Err(MoneyError::TooManyDecimals { currency: currency.code, allowed: currency.decimals, given: scale });
    }
    let zeros = allowed.saturating_sub(scale);
    let out_of_range = MoneyError::OutOfRange { currency: currency.code };
    if zeros.saturating_add(significant.len() as i64) > 16 {
        return Err(out_of_range);
    }
    let value = significant.parse::<i64>().ok().zip(10_i64.checked_pow(zeros as u32));
    match value.and_then(|(value, factor)| value.checked_mul(factor)) {
        Some(value) if value <= AMOUNT_LIMIT => Ok(if number.negative { -value } else { value }),
        _ => Err(out_of_range),
    }
}

/// The amount as a decimal number with the currency's decimals: `1990` of CLP, `19.90` of USD. A code that is none is taken
/// for one with two decimals.
pub fn format_amount(minor: i64, currency_code: &str) -> String {
    let decimals = currency(currency_code).map_or(2, |currency| currency.decimals) as usize;
    let digits = format!("{:0width$}", minor.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let sign = if minor < 0 { "-" } else { "" };
    if decimals == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// The parts of a number token of RFC 8259.
struct Token<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i64,
}

impl<'a> Token<'a> {
    fn read(text: &'a str) -> Option<Token<'a>> {
        if text.len() > LONGEST {
            return None;
        }
        let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = rest.split_once(['e', 'E']).map_or((rest, None), |(m, e)| (m, Some(e)));
        let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || (whole.len() > 1 && whole.starts_with('0')) || !fraction.is_none_or(digits) {
            return None;
        }
        let exponent = match exponent {
            None => 0,
            Some(text) => {
                let (down, text) =
                    text.strip_prefix('-').map_or((false, text.strip_prefix('+').unwrap_or(text)), |t| (true, t));
                if !digits(text) {
                    return None;
                }
                // Beyond all range either way: only the sign matters then.
                let size = text.parse::<i64>().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
                if down { -size } else { size }
            }
        };
        Some(Token { negative, whole, fraction: fraction.unwrap_or(""), exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly() {
        for (raw, currency, minor) in [
            ("0", "CLP", 0),
            ("1990", "CLP", 1990),
            ("1990.00", "CLP", 1990),
            ("1.99e3", "CLP", 1990),
            ("199000e-2", "clp", 1990),
            ("19.9", "USD", 1990),
            ("-19.90", "USD", -1990),
            ("0.29", "USD", 29),
            ("1.1", "BHD", 1100),
            ("38123.4567", "UF", 381_234_567),
            ("38123.4567", "CLF", 381_234_567),
            ("99999999999.9999", "UF", 999_999_999_999_999),
            ("10000000000000.00", "USD", AMOUNT_LIMIT),
            ("-1e15", "CLP", -AMOUNT_LIMIT),
            ("0e999999999999999999999999", "CLP", 0),
            ("0.000", "CLP", 0),
            ("-0", "USD", 0),
        ] {
            assert_eq!(parse_amount(raw, currency), Ok(minor), "{raw} {currency}");
        }
    }

    #[test]
    fn what_is_not_an_amount_says_why() {
        for (raw, currency, code) in [
            ("19.905", "USD", "too_many_decimals"),
            ("1990.5", "CLP", "too_many_decimals"),
            ("1e-3", "USD", "too_many_decimals"),
            ("1e-999999999999999999999", "USD", "too_many_decimals"),
            ("10000000000000.01", "USD", "out_of_range"),
            ("1e999999999999999999999", "USD", "out_of_range"),
            ("99999999999999999999999999", "CLP", "out_of_range"),
            ("1", "XXX", "unknown_currency"),
            ("1", "", "unknown_currency"),
            ("", "USD", "not_a_number"),
            ("1,5", "USD", "not_a_number"),
            ("1.", "USD", "not_a_number"),
            (".5", "USD", "not_a_number"),
            ("+1", "USD", "not_a_number"),
            ("01", "USD", "not_a_number"),
            ("1e", "USD", "not_a_number"),
            ("--1", "USD", "not_a_number"),
            ("NaN", "USD", "not_a_number"),
            ("$1", "USD", "not_a_number"),
            ("１", "USD", "not_a_number"),
        ] {
            assert_eq!(parse_amount(raw, currency).map_err(|e| e.code()), Err(code), "{raw} {currency}");
        }
        assert_eq!(parse_amount("1.25", "CLP").unwrap_err().to_string(), "CLP has no decimals; this amount has 2.");
        assert_eq!(parse_amount("1.23456", "UF").unwrap_err().to_string(), "UF has 4 decimals; this amount has 5.");
    }

    #[test]
    fn amounts_are_written_with_the_currencys_decimals() {
        for (minor, currency, text) in [
            (1990, "CLP", "1990"),
            (1990, "USD", "19.90"),
            (5, "USD", "0.05"),
            (-5, "USD", "-0.05"),
            (0, "BHD", "0.000"),
            (381_234_567, "UF", "38123.4567"),
            (7, "", "0.07"),
        ] {
            assert_eq!(format_amount(minor, currency), text);
        }
    }

    #[test]
    fn the_lists_can_be_searched_and_each_code_is_in_one() {
        let lists = [NO_DECIMALS, TWO_DECIMALS, THREE_DECIMALS, FOUR_DECIMALS];
        assert!(lists.iter().all(|list| list.is_sorted()));
        let all: std::collections::HashSet<_> = lists.concat().into_iter().collect();
        assert_eq!(all.len(), lists.iter().map(|list| list.len()).sum::<usize>());
        assert_eq!(currency("CLF").unwrap().code, "UF");
    }
}
