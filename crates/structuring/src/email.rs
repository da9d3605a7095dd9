//! E-mail addresses, also as people write them to escape robots.

/// Reads one address, in lower case: `Ana@Example.com`, `mailto:…`, `Ana <ana@example.com>`, `ana arroba gmail punto com`,
/// `ana [at] example dot com`. Nothing for anything else.
pub fn read_email(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(|c: char| matches!(c, '"' | '\'' | ',' | ';'));
    let text = text.strip_prefix("mailto:").or_else(|| text.strip_prefix("MAILTO:")).unwrap_or(text);
    let text = match (text.rfind('<'), text.ends_with('>')) {
        (Some(open), true) => &text[open + 1..text.len() - 1],
        _ => text,
    };
    if text.len() > 400 {
        return None;
    }
    let lower = text.trim().trim_end_matches('.').to_lowercase();
    if is_address(&lower) {
        return Some(lower);
    }
    let joined = spoken(&lower)?;
    is_address(&joined).then_some(joined)
}

/// Whether a text has anything that could be the mark of an address, written or spoken: nothing else needs to be read.
pub(crate) fn may_be(text: &str) -> bool {
    let bytes = text.as_bytes();
    // "arroba", "aroba", "at" stand apart from other letters.
    let apart = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_none_or(|b| !b.is_ascii_alphanumeric());
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'@' => true,
        b't' | b'T' => {
            at > 0 && matches!(bytes[at - 1], b'a' | b'A') && apart(at.checked_sub(2)) && apart(Some(at + 1))
        }
        b'b' | b'B' => at > 2 && matches!(bytes[at - 1], b'o' | b'O'),
        _ => false,
    })
}

/// `ana arroba gmail punto com` → `ana@gmail.com`.
fn spoken(lower: &str) -> Option<String> {
    let spaced: String = lower
        .chars()
        .map(|c| if matches!(c, '[' | ']' | '(' | ')' | '{' | '}' | '<' | '>') { ' ' } else { c })
        .collect();
    let mut joined = String::with_capacity(spaced.len());
    let mut at = 0;
    let mut glue = true;
    for word in spaced.split_whitespace() {
        let mark = match word {
            "arroba" | "at" | "aroba" | "@" => Some('@'),
            "punto" | "ponto" | "dot" | "." | "pto" => Some('.'),
            "guion" | "guión" | "dash" | "hifen" | "hífen" | "-" => Some('-'),
            "underscore" | "guionbajo" | "_" => Some('_'),
            _ => None,
        };
        if let Some(mark) = mark {
            at += usize::from(mark == '@');
            joined.push(mark);
            glue = true;
        } else {
            if !glue && !joined.ends_with(['@', '.']) && !word.starts_with(['@', '.']) {
                return None;
            }
            at += word.matches('@').count();
            joined.push_str(word);
            glue = false;
        }
    }
    (at == 1).then_some(joined)
}

/// `nfe@`, `ap@`, `facturas@`: where invoices go.
pub(crate) fn is_for_invoices(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or("");
    matches!(
        local,
        "nfe"
            | "nf"
            | "ap"
            | "ar"
            | "facturacion"
            | "facturas"
            | "factura"
            | "billing"
            | "invoices"
            | "invoice"
            | "fiscal"
            | "cobranzas"
            | "cobranca"
            | "tesoreria"
            | "accounts"
            | "accountspayable"
            | "payables"
            | "notas"
    )
}

/// An account of a messenger, written as an address: `5541955508821@s.whatsapp.net`.
pub(crate) fn is_messenger(address: &str) -> bool {
    address.split_once('@').is_some_and(|(local, domain)| {
        (9..=15).contains(&local.len())
            && local.bytes().all(|b| b.is_ascii_digit())
            && (domain.contains("whatsapp") || domain.starts_with("wa.") || domain == "c.us" || domain.contains(".wa."))
    })
}

/// A department's mailbox, not a person's: `ventas@…`, `info@…`.
pub(crate) fn is_shared(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or("");
    matches!(
        local,
        "ventas"
            | "sales"
            | "vendas"
            | "info"
            | "contacto"
            | "contato"
            | "contact"
            | "compras"
            | "purchasing"
            | "procurement"
            | "facturacion"
            | "facturas"
            | "billing"
            | "invoices"
            | "financeiro"
            | "contabilidad"
            | "accounting"
            | "admin"
            | "administracion"
            | "soporte"
            | "support"
            | "suporte"
            | "ayuda"
            | "help"
            | "rrhh"
            | "hr"
            | "rh"
            | "recepcion"
            | "reception"
            | "reservas"
            | "bookings"
            | "noreply"
            | "no-reply"
            | "no_reply"
            | "notificaciones"
            | "notifications"
            | "atendimento"
            | "atencion"
            | "hola"
            | "hello"
            | "oficina"
            | "office"
            | "cotizaciones"
            | "quotes"
            | "pagos"
    )
}

/// Whether `text` (lower case) is one address: local part, `@`, a domain with a letter-only end.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let local_ok = (1..=64).contains(&local.len())
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"._%+-'#!$&*=?^`{|}~".contains(&b))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.as_bytes().windows(2).any(|pair| pair == b"..");
    local_ok && is_domain(domain)
}

/// Whether `text` (lower case) is a host name with at least two labels and a letter-only last one.
pub(crate) fn is_domain(text: &str) -> bool {
    let mut labels = 0;
    let mut last = "";
    for label in text.split('.') {
        let ok = (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-');
        if !ok {
            return false;
        }
        labels += 1;
        last = label;
    }
    labels >= 2
        && text.len() <= 253
        && last.len() >= 2
        && (last.chars().all(char::is_alphabetic) || last.starts_with("xn--"))
}

/// Addresses that stand for "none": `notiene@gmail.com`, `noreply@…`.
pub(crate) fn is_placeholder(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or("");
    // The longest of them has thirteen letters.
    let mut letters = [0_u8; 13];
    let mut length = 0;
    for byte in local.bytes().filter(u8::is_ascii_alphanumeric) {
        if length == letters.len() {
            return false;
        }
        letters[length] = byte;
        length += 1;
    }
    let bare = &letters[..length];
    [
        "noreply",
        "donotreply",
        "notiene",
        "sincorreo",
        "sinemail",
        "sinmail",
        "noemail",
        "nomail",
        "notengo",
        "naotem",
        "semmail",
        "sememail",
        "na",
        "none",
        "mailerdaemon",
        "notienecorreo",
        "nocorreo",
        "noaplica",
        "xxx",
        "asdf",
    ]
    .iter()
    .any(|word| word.as_bytes() == bare)
}

#[cfg(test)]
mod tests {
    use super::read_email;

    #[test]
    fn addresses_are_read() {
        for (text, wanted) in [
            ("Ana@Example.COM", Some("ana@example.com")),
            (" <ana.maria+x@example.com.br> ", Some("ana.maria+x@example.com.br")),
            ("Ana Pérez <ana@example.com>", Some("ana@example.com")),
            ("mailto:ana@example.com", Some("ana@example.com")),
            ("ana arroba gmail punto com", Some("ana@gmail.com")),
            ("nora.patel at example dot com", Some("nora.patel@example.com")),
            ("joao [at] exemplo (dot) com ponto br", Some("joao@exemplo.com.br")),
            ("ana @ example.com", Some("ana@example.com")),
            ("sin correo", None),
            ("ana@example", None),
            ("ana@@example.com", None),
            ("write to ana at example dot com please", None),
            ("@ana", None),
            ("", None),
        ] {
            assert_eq!(read_email(text).as_deref(), wanted, "{text}");
        }
    }
}
