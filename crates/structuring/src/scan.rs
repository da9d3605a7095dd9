//! Finding things in running text: e-mails, digit runs, words with their places.

/// Which bytes a text has: one look at it instead of many for marks that most texts have none of.
#[derive(Clone, Copy)]
pub(crate) struct Bytes([u64; 4]);

impl Bytes {
    pub fn of(text: &str) -> Bytes {
        let mut bytes = Bytes([0; 4]);
        text.bytes().for_each(|byte| bytes.0[usize::from(byte >> 6)] |= 1 << (byte & 63));
        bytes
    }

    pub fn has(self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] & (1 << (byte & 63)) != 0
    }

    pub fn any(self, bytes: &[u8]) -> bool {
        bytes.iter().any(|byte| self.has(*byte))
    }
}

/// Byte spans of e-mail addresses.
pub(crate) fn emails(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find('@').map(|at| at + from) {
        let local = |b: &u8| b.is_ascii_alphanumeric() || b"._%+-'".contains(b);
        let domain = |b: &u8| b.is_ascii_alphanumeric() || b".-".contains(b);
        // Bounded both ways: an address is short, and no byte is visited more than a constant number of times.
        let before = bytes[from..at].iter().rev().take(64).take_while(|b| local(b)).count();
        let after = bytes[at + 1..].iter().take(200).take_while(|b| domain(b)).count();
        let mut end = at + 1 + after;
        while end > at + 1 && matches!(bytes[end - 1], b'.' | b'-') {
            end -= 1;
        }
        let start = at - before;
        if before > 0 && end > at + 1 && crate::email::is_address(&text[start..end].to_lowercase()) {
            found.push((start, end));
            from = end;
        } else {
            from = at + 1;
        }
    }
    found
}

/// Byte spans of runs of digits with the marks phones have between them.
pub(crate) fn digit_runs(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let starts = bytes[at].is_ascii_digit()
            || (matches!(bytes[at], b'+' | b'(')
                && bytes.get(at + 1).is_some_and(|b| b.is_ascii_digit() || *b == b'('));
        if !starts {
            at += 1;
            continue;
        }
        let hyphened = at > 1 && bytes[at - 1] == b'-' && bytes[at - 2].is_ascii_alphanumeric();
        if at > 0
            && (hyphened || bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'#' | b'_' | b'@' | b'/'))
        {
            // Part of a code: skip the rest of it.
            while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'-' | b'_')) {
                at += 1;
            }
            at += usize::from(at < bytes.len() && !bytes[at].is_ascii_digit() && bytes[at] < 0x80);
            continue;
        }
        let start = at;
        let mut end = at;
        let mut marks = 0;
        while at < bytes.len() && at - start < 40 {
            match bytes[at] {
                b'0'..=b'9' => {
                    end = at + 1;
                    marks = 0;
                }
                b' ' | b'-' | b'.' | b'(' | b')' | b'/' | b'+'
                    if marks < 2 || matches!(bytes[at], b'(' | b'-') && marks < 3 =>
                {
                    // "… 614-555-0183. 2 stories"
                    let stopped = bytes[at] == b'.' && bytes.get(at + 1) == Some(&b' ') && at - start > 6;
                    if bytes[at] == b'+' && at > start || stopped {
                        break;
                    }
                    marks += 1;
                }
                _ => break,
            }
            at += 1;
        }
        if end > start {
            if !bytes.get(end).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'@' || *b == b'_') {
                found.push((start, end));
            }
            at = end;
        } else {
            at = start + 1;
        }
    }
    found
}

/// A word of a text with its place, folded.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub folded: String,
    pub span: (usize, usize),
    pub capital: bool,
    /// A sentence or clause ends right after it.
    pub ends: bool,
}

/// The words of a text: letters and digits, with the ends of clauses.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let part =
            c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c) || matches!(c, '\'' | '’') && start.is_some();
        match (part, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let raw = &text[from..at];
                let folded = crate::keys::fold(raw);
                if !folded.is_empty() {
                    found.push(Word {
                        folded,
                        span: (from, at),
                        capital: raw.chars().next().is_some_and(char::is_uppercase),
                        ends: false,
                    });
                }
                start = None;
            }
            _ => {}
        }
        if matches!(c, '.' | ',' | ';' | '!' | '?' | '\n' | ':' | '(' | ')' | '¡' | '¿')
            && let Some(last) = found.last_mut()
        {
            last.ends = true;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_found_in_text() {
        let text = "Soy Ana (ana@x.example), 9 5550 1234 o +56 9 5550-1111. Ref AB-1234567890";
        assert_eq!(emails(text).iter().map(|s| &text[s.0..s.1]).collect::<Vec<_>>(), ["ana@x.example"]);
        assert_eq!(
            digit_runs(text).iter().map(|s| &text[s.0..s.1]).collect::<Vec<_>>(),
            ["9 5550 1234", "+56 9 5550-1111"]
        );
        assert_eq!(words("¡Sí, soy Ana!").iter().map(|w| w.folded.as_str()).collect::<Vec<_>>(), ["si", "soy", "ana"]);
    }
}
