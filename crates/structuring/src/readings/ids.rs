//! Identity and tax numbers that prove themselves by check digits.

/// Which id a text is, by its form and check digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Id {
    Rut,
    Cpf,
    Cnpj,
    Curp,
    Rfc,
    Cuit,
    Nie,
    Cif,
    Nit,
    Ruc,
}

/// Recognises an id; the first whose check holds, the country's own before others of the same length.
pub(crate) fn read(text: &str, country: Option<&str>) -> Option<Id> {
    let text = text.trim();
    if text.len() > 24 || text.len() < 7 {
        return None;
    }
    let mut letters = [0_u8; 24];
    let mut length = 0;
    for byte in text.bytes().filter(|b| !matches!(b, b'.' | b'-' | b' ' | b'/')) {
        if !byte.is_ascii_alphanumeric() {
            return None;
        }
        letters[length] = byte.to_ascii_uppercase();
        length += 1;
    }
    let compact = &letters[..length];
    let digits = compact.iter().all(u8::is_ascii_digit);
    // Only Brazil's companies write a slash; everybody else's is that of a date.
    if text.contains('/') && compact.len() != 14 {
        return None;
    }
    match (compact.len(), digits) {
        (8 | 9, _) if country == Some("CL") && rut(compact) => Some(Id::Rut),
        (8 | 9, _) if text.contains('-') && rut(compact) => Some(Id::Rut),
        (9, true) if (country == Some("CO") || text.contains('-')) && nit(compact) => Some(Id::Nit),
        (10, true) if text.contains('-') && nit(compact) => Some(Id::Nit),
        (11, true) if country == Some("BR") && cpf(compact) => Some(Id::Cpf),
        (11, true) if country == Some("PE") && ruc(compact) => Some(Id::Ruc),
        (11, true) if country == Some("AR") && cuit(compact) => Some(Id::Cuit),
        (11, true) if cpf(compact) && text.contains('.') => Some(Id::Cpf),
        (11, true) if cuit(compact) && text.contains('-') => Some(Id::Cuit),
        (14, true) if cnpj(compact) => Some(Id::Cnpj),
        (9, false) if nie(compact) => Some(Id::Nie),
        (9, false) if cif(compact) => Some(Id::Cif),
        (18, false) if curp(compact) => Some(Id::Curp),
        (12 | 13, false) if rfc(compact) => Some(Id::Rfc),
        _ => None,
    }
}

fn value(byte: u8) -> u32 {
    u32::from(byte - b'0')
}

fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| value(*digit) * weight).sum()
}

fn all_same(digits: &[u8]) -> bool {
    digits.iter().all(|digit| *digit == digits[0])
}

fn rut(compact: &[u8]) -> bool {
    let (body, check) = compact.split_at(compact.len() - 1);
    if !body.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 =
        body.iter().rev().enumerate().map(|(at, digit)| value(*digit) * (2 + u32::try_from(at % 6).unwrap_or(0))).sum();
    match 11 - sum % 11 {
        11 => check[0] == b'0',
        10 => check[0] == b'K',
        digit => u32::from(check[0]) == u32::from(b'0') + digit,
    }
}

fn cpf(digits: &[u8]) -> bool {
    let check = |length: usize| {
        let sum: u32 = (0..length).map(|at| value(digits[at]) * u32::try_from(length + 1 - at).unwrap_or(0)).sum();
        sum * 10 % 11 % 10 == value(digits[length])
    };
    !all_same(digits) && check(9) && check(10)
}

fn cnpj(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 13] = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
    let check = |length: usize| {
        let rest = weighted(&digits[..length], &WEIGHTS[13 - length..]) % 11;
        value(digits[length]) == if rest < 2 { 0 } else { 11 - rest }
    };
    !all_same(digits) && check(12) && check(13)
}

fn cuit(digits: &[u8]) -> bool {
    let rest = weighted(&digits[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    let expected = if rest == 0 { 0 } else { 11 - rest };
    matches!(&digits[..2], b"20" | b"23" | b"24" | b"25" | b"26" | b"27" | b"30" | b"33" | b"34")
        && expected == value(digits[10])
}

fn ruc(digits: &[u8]) -> bool {
    let rest = weighted(&digits[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    matches!(&digits[..2], b"10" | b"15" | b"16" | b"17" | b"20") && (11 - rest) % 10 == value(digits[10])
}

fn nit(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 9] = [3, 7, 13, 17, 19, 23, 29, 37, 41];
    let (body, check) = digits.split_at(digits.len() - 1);
    let sum: u32 = body.iter().rev().zip(WEIGHTS).map(|(digit, weight)| value(*digit) * weight).sum();
    let rest = sum % 11;
    value(check[0]) == if rest < 2 { rest } else { 11 - rest }
}

fn nie(compact: &[u8]) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let head = match compact[0] {
        b'X' => b'0',
        b'Y' => b'1',
        b'Z' => b'2',
        other => other,
    };
    if !head.is_ascii_digit() || !compact[1..8].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = compact[1..8].iter().fold(value(head), |sum, digit| sum * 10 + value(*digit));
    usize::try_from(number % 23).is_ok_and(|at| LETTERS[at] == compact[8])
}

fn cif(compact: &[u8]) -> bool {
    if !b"ABCDEFGHJNPQRSUVW".contains(&compact[0]) || !compact[1..8].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = compact[1..8]
        .iter()
        .enumerate()
        .map(|(at, digit)| {
            let doubled = value(*digit) * 2;
            if at % 2 == 0 { doubled / 10 + doubled % 10 } else { value(*digit) }
        })
        .sum();
    let check = (10 - sum % 10) % 10;
    u32::from(compact[8]) == u32::from(b'0') + check
        || usize::try_from(check).is_ok_and(|at| b"JABCDEFGHI"[at] == compact[8])
}

/// By form: four letters, a date, sex, state, three consonants, two more.
fn curp(compact: &[u8]) -> bool {
    compact[..4].iter().all(u8::is_ascii_alphabetic)
        && compact[4..10].iter().all(u8::is_ascii_digit)
        && matches!(compact[10], b'H' | b'M' | b'X')
        && compact[11..16].iter().all(u8::is_ascii_alphabetic)
}

/// By form: three or four letters, a date, three of home key.
fn rfc(compact: &[u8]) -> bool {
    let letters = compact.len() - 9;
    compact[..letters].iter().all(u8::is_ascii_alphabetic)
        && compact[letters..letters + 6].iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_prove_themselves() {
        for (text, country, wanted) in [
            ("12.345.678-5", "CL", Some(Id::Rut)),
            ("12.345.678-9", "CL", None),
            ("111.444.777-35", "BR", Some(Id::Cpf)),
            ("52998224725", "BR", Some(Id::Cpf)),
            ("11955502233", "BR", None),
            ("11.222.333/0001-81", "BR", Some(Id::Cnpj)),
            ("12345678Z", "ES", Some(Id::Nie)),
            ("X1234567L", "ES", Some(Id::Nie)),
            ("B12345674", "ES", Some(Id::Cif)),
            ("TOXX010203MDFRRM09", "MX", Some(Id::Curp)),
            ("CARA990101AB1", "MX", Some(Id::Rfc)),
            ("20-12345678-6", "AR", Some(Id::Cuit)),
            ("hello", "CL", None),
        ] {
            assert_eq!(read(text, Some(country)), wanted, "{text}");
        }
    }
}
