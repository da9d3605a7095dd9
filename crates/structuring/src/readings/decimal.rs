//! Exact decimal numbers.

use crate::json::Number;

/// A decimal number, exact: `mantissa × 10^-scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub mantissa: i128,
    pub scale: u32,
}

impl Decimal {
    pub fn of(digits: &str, fraction: &str, negative: bool) -> Option<Decimal> {
        let fraction = fraction.trim_end_matches('0');
        if digits.len() + fraction.len() > 30 {
            return None;
        }
        let mut mantissa = 0_i128;
        for byte in digits.bytes().chain(fraction.bytes()) {
            if !byte.is_ascii_digit() {
                return None;
            }
            mantissa = mantissa * 10 + i128::from(byte - b'0');
        }
        if digits.len() + fraction.len() == 0 {
            return None;
        }
        Some(Decimal {
            mantissa: if negative { -mantissa } else { mantissa },
            scale: u32::try_from(fraction.len()).ok()?,
        })
    }

    pub fn times_ten_to(self, power: u32) -> Option<Decimal> {
        let taken = power.min(self.scale);
        let factor = 10_i128.checked_pow(power - taken)?;
        Some(Decimal { mantissa: self.mantissa.checked_mul(factor)?, scale: self.scale - taken })
    }

    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        let scale = self.scale.max(other.scale);
        let lift = |part: Decimal| part.mantissa.checked_mul(10_i128.checked_pow(scale - part.scale)?);
        Some(Decimal { mantissa: lift(self)?.checked_add(lift(other)?)?, scale })
    }

    /// As a JSON number, without trailing zeros.
    pub fn to_number(self) -> Option<Number> {
        let (mut mantissa, mut scale) = (self.mantissa, self.scale);
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        if let (0, Ok(small)) = (scale, i64::try_from(mantissa)) {
            return Some(Number::from(small));
        }
        let digits = mantissa.unsigned_abs().to_string();
        let scale = usize::try_from(scale).ok()?;
        let sign = if mantissa < 0 { "-" } else { "" };
        if scale == 0 {
            return Number::parse(&format!("{sign}{digits}"));
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        Number::parse(&format!("{sign}{whole}.{fraction}"))
    }

    pub fn to_f64(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "only compared with bounds")]
        let mantissa = self.mantissa as f64;
        mantissa / 10_f64.powi(i32::try_from(self.scale).unwrap_or(30))
    }
}
